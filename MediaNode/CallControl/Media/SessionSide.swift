import NodeContract
import SIP

/// One `m=` line of a session: ours, or one that we refuse and must list for ever after
/// (RFC 3264 section 8).
enum MediaSlot: Hashable, Sendable {
  case audio
  case refused(kind: String, profile: String, formats: [String])

  init(refusing medium: MediaDescription) {
    self = .refused(kind: medium.kind, profile: medium.profile, formats: medium.formats)
  }
}

/// The session between one party and us: what it told, and what we told it.
struct SessionSide: Hashable, Sendable {
  /// Our RTP socket on this side.
  private(set) var local: IPEndpoint
  let sessionID: UInt64
  private(set) var version: UInt64 = 0
  private(set) var slots: [MediaSlot] = []
  /// Where the party listens.
  private(set) var remote: IPEndpoint?
  /// What it told of itself last; of an answer, what we had offered.
  private(set) var terms: AudioTerms?
  /// What the party called the session that it described last.
  private(set) var origin: SessionOrigin?
  /// Its latest offer does not want to hear the other party.
  private(set) var isHolding = false
  /// What we told it last.
  private(set) var described: SessionDescription?
  /// The other party's terms, as we told this one then.
  private(set) var describedTerms: AudioTerms?
  /// What lies beneath the audio.
  var transport: SessionTransport

  init(local: IPEndpoint, sessionID: UInt64, transport: SessionTransport = .plain) {
    self.local = local
    self.sessionID = sessionID
    self.transport = transport
  }

  init(
    local: IPEndpoint, sessionID: UInt64, version: UInt64, slots: [MediaSlot],
    remote: IPEndpoint?, terms: AudioTerms?, origin: SessionOrigin?, isHolding: Bool,
    described: SessionDescription?, transport: SessionTransport
  ) {
    self.init(local: local, sessionID: sessionID, transport: transport)
    self.version = version
    self.slots = slots
    self.remote = remote
    self.terms = terms
    self.origin = origin
    self.isHolding = isHolding
    self.described = described
    describedTerms = described.flatMap(Self.audio)
  }

  /// Takes the party's offer. Nil, and nothing changes, when it has no audio of ours, or none that
  /// travels as we can.
  ///
  /// - Parameter takesFax: fax will do where no audio is offered.
  mutating func takeOffer(
    _ offer: SessionDescription, limit: Int, orFax takesFax: Bool = false
  ) -> AudioTerms? {
    guard offer.media.count <= limit else { return nil }
    if let audio = take(offer, offer.media.map({ AudioTerms($0, in: offer) })) { return audio }
    guard takesFax, transport.mayCarryFax else { return nil }
    return take(offer, offer.media.map { AudioTerms(fax: $0, in: offer) })
  }

  private mutating func take(_ offer: SessionDescription, _ found: [AudioTerms?]) -> AudioTerms? {
    var transport = transport
    let chosen = found.indices.first {
      guard let terms = found[$0] else { return false }
      return terms.isFax || transport.takeOffer(offer.media[$0], in: offer)
    }
    guard let chosen, let audio = found[chosen] else { return nil }
    self.transport = transport
    slots = offer.media.enumerated().map { index, medium in
      index == chosen ? .audio : MediaSlot(refusing: medium)
    }
    remote = audio.remote ?? remote
    terms = audio
    origin = offer.origin
    isHolding = audio.direction.isHold
    return audio
  }

  /// Takes the party's answer to what we described: its order and numbers, and nothing that was not
  /// offered. Nil when it refused the audio.
  mutating func takeAnswer(_ answer: SessionDescription) -> AudioTerms? {
    guard let index = slots.firstIndex(of: .audio), answer.media.indices.contains(index),
      let said = AudioTerms(anyOf: answer.media[index], in: answer),
      let audio = describedTerms.map({ said.restricted(to: $0) }) ?? said,
      audio.isFax || transport.takeAnswer(answer.media[index], in: answer)
    else { return nil }
    remote = audio.remote ?? remote
    terms = audio
    origin = answer.origin
    return audio
  }

  /// The one medium that is not refused.
  private static func audio(of description: SessionDescription) -> AudioTerms? {
    description.media.lazy.compactMap { AudioTerms(anyOf: $0, in: description) }.first
  }

  /// What we tell the party: the other party's terms at our own socket. The version grows when
  /// something changed.
  mutating func describe(_ terms: AudioTerms) -> SessionDescription {
    if slots.isEmpty { slots = [.audio] }
    var description = make(terms)
    if description != described {
      version += 1
      description.origin.version = version
      described = description
      describedTerms = terms.placed(at: local)
    }
    return description
  }

  private func make(_ terms: AudioTerms) -> SessionDescription {
    SessionDescription(
      origin: SessionOrigin(sessionID: sessionID, version: version, address: local.address),
      connection: local.address, attributes: transport.sessionAttributes,
      media: slots.map { slot in
        switch slot {
        case .audio where terms.isFax: terms.medium(at: local.port)
        case .audio: transport.dressed(terms.medium(at: local.port), at: local)
        case .refused(let kind, let profile, let formats):
          MediaDescription(kind: kind, port: 0, profile: profile, formats: formats)
        }
      })
  }

  /// Whether both stand for the same, what the party told in offers and answers aside.
  func matches(_ other: SessionSide) -> Bool {
    var same = other
    same.terms = terms
    return self == same
  }

  /// The same as the party was told once, as news: it was told something else since. Nil: it was told nothing.
  mutating func describeAgain() -> SessionDescription? {
    guard var description = described else { return nil }
    version += 1
    description.origin.version = version
    described = description
    return description
  }

  /// The same session goes on at another socket of ours. What the party was told last is told anew, as
  /// the next version.
  /// - Parameter secret: ours from now on, where there is one.
  mutating func moves(to local: IPEndpoint, with secret: MediaSecret?) {
    self.local = local
    if let secret { transport.renew(secret) }
    guard let terms = describedTerms else { return }
    _ = describe(terms)
  }

  /// Goes back to `earlier` after a refused offer; versions that the party saw stay used.
  mutating func rollBack(to earlier: SessionSide) {
    let used = version
    self = earlier
    version = used
  }
}
