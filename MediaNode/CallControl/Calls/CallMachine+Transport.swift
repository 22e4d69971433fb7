import NodeContract
import SIP

/// What lies beneath the audio on each side of the relay, as far as the relay was told.
extension CallMachine {
  /// What the relay must know of whoever is heard on the leg's side: how, and where.
  mutating func directed(to leg: LegID) -> [CallAction] {
    let secured = secured(leg)
    guard let remote = self[leg].session.remote else { return secured }
    return secured + [.direct(self[leg].side, to: remote)]
  }

  private mutating func secured(_ leg: LegID) -> [CallAction] {
    let (side, transport) = (self[leg].side, self[leg].session.transport.current)
    guard plan[side].agreed != transport else { return [] }
    plan[side] = transport
    return [.secure(side, transport)]
  }

  /// Before anybody answered: nothing passes where one of those who are asked may protect.
  mutating func planTransports() {
    plan[.caller] = caller.session.transport.current
    plan[.callee] =
      callees.contains { $0.session.transport.current != .plain }
      ? MediaTransport(.awaited) : .plain
  }

  mutating func mediaSecured(_ side: RelaySide, _ keys: MediaKeys) -> [CallAction] {
    guard case .handshake(var handshake) = plan[side].protection else { return [] }
    handshake.keys = keys
    plan[side].protection = .handshake(handshake)
    return []
  }

  /// Handshakes to come show this certificate; those that are over showed another process' own.
  mutating func show(_ fingerprint: CertificateFingerprint?) {
    for leg in legs.map(\.id) where self[leg].session.transport.secret != nil {
      self[leg].session.transport.secret?.fingerprint = fingerprint
    }
  }

  // MARK: - Parties that refuse

  /// Asks again with less protection; nil where that is not what the party refused, or there is no
  /// less.
  mutating func offeredLess(to leg: LegID, after status: Int) -> [CallAction]? {
    guard Self.meansUnacceptable(status), self[leg].isOpen, asks(leg),
      self[leg].session.described != nil, self[leg].session.transport.wishForLess()
    else { return nil }
    return [inviteAgain(leg)]
  }

  private static func meansUnacceptable(_ status: Int) -> Bool {
    [
      StatusCode.unsupportedMediaType, StatusCode.notAcceptableHere,
      StatusCode.notAcceptableAnywhere,
    ].contains(status)
  }
}

extension SessionSide {
  /// Whether the relay has something to learn that it did not know `before`.
  func travels(otherwiseThan before: SessionSide) -> Bool {
    remote != before.remote || transport.current != before.transport.current
  }
}

extension RelayPlan {
  subscript(side: RelaySide) -> MediaTransport {
    get { side == .caller ? callerTransport : calleeTransport }
    set {
      switch side {
      case .caller: callerTransport = newValue
      case .callee: calleeTransport = newValue
      }
    }
  }
}
