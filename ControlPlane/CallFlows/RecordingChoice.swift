public import NodeContract

/// Two who talk, as far as rules of recording ask.
public struct RecordableCall: Hashable, Sendable {
  /// Nil: any, as for a call that is in every share.
  public var call: CallID?
  public var direction: RecordingRule.Direction
  /// Who of the tenant calls or has the call, and for whom it was taken: users, groups, queues and call flows.
  public var extensions: Set<ExtensionID>
  /// Which was called, E.164 with plus; nil: an extension was.
  public var number: String?

  public init(
    call: CallID?, direction: RecordingRule.Direction, extensions: Set<ExtensionID>,
    number: String? = nil
  ) {
    self.call = call
    self.direction = direction
    self.extensions = extensions
    self.number = number
  }
}

/// What a rule is to a call.
public enum RecordingFit: String, Hashable, Sendable {
  case decides
  /// A rule above decided.
  case notAsked = "not-asked"
  case otherCalls = "other-calls"
  case otherDirection = "other-direction"
  /// It is none of those of a hundred.
  case notInShare = "not-in-share"
}

extension RecordingRule {
  fileprivate func fit(of call: RecordableCall) -> RecordingFit {
    guard direction == nil || direction == call.direction else { return .otherDirection }
    let isIts =
      switch calls {
      case .all: true
      case .of(let id): call.extensions.contains(id)
      case .to(let number): number == call.number
      }
    guard isIts else { return .otherCalls }
    return lot(of: call.call) < share ? .decides : .notInShare
  }

  /// 0 to 99, the same for that call wherever and whenever it is asked, and for two rules independent of one
  /// another: the call's own random bits, mixed (SplitMix64).
  private func lot(of call: CallID?) -> Int {
    guard let call else { return 0 }
    var mixed = call.uuid.low ^ id.uuid.low &* 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return Int((mixed ^ mixed >> 31) % 100)
  }
}

extension [RecordingRule] {
  /// The rule that decides; nil: none does, and the call is not recorded unless somebody wants it.
  public func rule(for call: RecordableCall) -> RecordingRule? {
    first { $0.fit(of: call) == .decides }
  }

  /// What each is to the call, in their order.
  public func fits(of call: RecordableCall) -> [RecordingFit] {
    var isDecided = false
    return map { rule in
      guard !isDecided else { return .notAsked }
      let fit = rule.fit(of: call)
      isDecided = fit == .decides
      return fit
    }
  }
}
