public import NodeContract
import SIP

/// What lies beneath the audio of each leg: who is offered protection, and what the relay tells of it.
extension Exchange {
  /// What a leg of ours over this flow begins with. Whoever signals by TLS is offered keys first.
  mutating func transport(to flow: Flow) -> SessionTransport {
    flow.transport == .tls ? secretTransport(over: flow, wish: .keys) : .plain
  }

  /// What the leg of a party begins with that sent us this. Whoever does not signal by TLS may bring
  /// its own handshake.
  mutating func transport(from flow: Flow, _ body: SIPBody) -> SessionTransport {
    switch body {
    case .session(let offer) where flow.transport != .tls:
      TransportAttributes.wantSecrets(offer) ? secretTransport(over: flow, wish: .plain) : .plain
    case .session: secretTransport(over: flow, wish: .keys)
    case .none, .malformedSession, .other:
      flow.transport == .tls ? secretTransport(over: flow, wish: .optionalKeys) : .plain
    }
  }

  private mutating func secretTransport(over flow: Flow, wish: SessionTransport.Wish)
    -> SessionTransport
  {
    SessionTransport(
      secret: MediaSecret(using: &random, fingerprint: configuration.mediaFingerprint),
      isConfidential: flow.transport == .tls, wish: wish)
  }

  /// A party and the relay shook hands: whoever carries the call on needs no second handshake.
  public mutating func mediaSecured(
    _ relay: RelayID, side: RelaySide, keys: MediaKeys, at now: Moment
  ) -> [ExchangeAction] {
    guard let call = relays[relay] else { return [] }
    update(call, at: now) { $0.mediaSecured(side, keys) }
    return takeOutbox(at: now)
  }

  mutating func secure(_ side: RelaySide, _ transport: MediaTransport, of id: CallID) {
    guard let relay = calls[id]?.machine.plan.id, relays[relay] != nil else { return }
    outbox.append(.secureRelay(relay, side: side, transport))
  }
}
