import NodeContract
import SIP

/// Who sends audio, as the describing party sees itself (RFC 3264 section 5.1).
enum MediaDirection: String, Hashable, Sendable, CaseIterable {
  case both = "sendrecv"
  case send = "sendonly"
  case receive = "recvonly"
  case none = "inactive"

  /// A party that does not want to hear the other.
  var isHold: Bool { self == .send || self == .none }

  /// The direction that a medium says, else its session, else both.
  init(of medium: MediaDescription, in session: SessionDescription) {
    self = Self.said(by: medium.attributes) ?? Self.said(by: session.attributes) ?? .both
  }

  /// An attribute without a value.
  private static func said(by attributes: [SessionAttribute]) -> MediaDirection? {
    for attribute in attributes where attribute.value == nil {
      if let direction = MediaDirection(rawValue: attribute.name) { return direction }
    }
    return nil
  }

  /// The same without hearing the other party.
  var deafened: MediaDirection {
    switch self {
    case .both, .send: .send
    case .receive, .none: .none
    }
  }
}

/// The one stream that we take from a session description: voice in our codecs, and telephone events,
/// over RTP; or what fax machines say to each other that found themselves at both ends of a call.
struct AudioTerms: Hashable, Sendable {
  /// What the stream is made of.
  enum Carriage: UInt8, Hashable, Sendable, CaseIterable {
    case rtp = 1
    /// T.38 in UDPTL (ITU-T T.38 annex D): passed on, and never looked into.
    case fax
  }

  var carriage = Carriage.rtp
  /// Payload types in order of preference.
  var formats: [PayloadFormat]
  /// `rtpmap` and `fmtp` of these formats, `ptime`, `maxptime`.
  var attributes: [SessionAttribute]
  var direction: MediaDirection
  /// Where the party listens; nil for the `0.0.0.0` of an old phone's hold.
  var remote: IPEndpoint?

  /// Nil when the medium is refused, no audio, or has no codec of ours.
  init?(_ medium: MediaDescription, in session: SessionDescription) {
    guard medium.kind == "audio", MediaProfile(rawValue: medium.profile) != nil, medium.port != 0,
      let address = medium.connection ?? session.connection
    else { return nil }
    let kept = medium.formats.compactMap { PayloadFormat($0, among: medium.attributes) }
    guard kept.contains(where: \.isVoice) else { return nil }
    formats = kept
    attributes = medium.attributes.filter { AudioTerms.passesOn($0, formats: kept) }
    let direction = MediaDirection(of: medium, in: session)
    remote = address.isUnspecified ? nil : IPEndpoint(address, port: medium.port)
    // Whoever checks the way need not say where it is.
    let isHidden = TransportAttributes(medium, in: session).credentials != nil
    self.direction = remote == nil && !isHidden ? direction.deafened : direction
  }

  static func passesOn(_ attribute: SessionAttribute, formats: [PayloadFormat]) -> Bool {
    switch attribute.name {
    case "ptime", "maxptime": true
    case "rtpmap", "fmtp":
      attribute.value.map { value in formats.contains { $0.isMeant(by: value) } } ?? false
    case let name where formats == [.fax]: name.lowercased().hasPrefix("t38")
    default: false
    }
  }

  /// These terms without what `other` does not know, in their own order and under their own numbers;
  /// nil when no voice is left. A number by which `other` knows something else is given up.
  ///
  /// Each party is told the other's terms, under the other's numbers (RFC 3264 section 6.1 lets the
  /// two directions differ): so each sends what the other declared, and the relay changes no packet.
  func common(with other: AudioTerms) -> AudioTerms? {
    if formats == other.formats, attributes == other.attributes { return self }
    return restricted(to: other)?.keeping { format in
      other.formats.allSatisfy { $0.name != format.name || $0.payload == format.payload }
    }
  }

  /// These terms without what `other` does not know, in their own order and under their own numbers;
  /// nil when no voice is left.
  func restricted(to other: AudioTerms) -> AudioTerms? {
    keeping { format in other.formats.contains { $0.payload == format.payload } }
  }

  private func keeping(_ isKept: (PayloadFormat) -> Bool) -> AudioTerms? {
    var kept = self
    kept.formats = formats.filter(isKept)
    guard kept.formats.contains(where: { $0.payload != .events }) else { return nil }
    kept.attributes = attributes.filter { AudioTerms.passesOn($0, formats: kept.formats) }
    return kept
  }

  /// The same, spoken and heard elsewhere.
  func placed(at place: IPEndpoint) -> AudioTerms {
    var terms = self
    terms.remote = place
    return terms
  }

  /// The medium that tells the other party the same, with our socket as its place.
  func medium(at port: UInt16) -> MediaDescription {
    guard !isFax else { return faxMedium(at: port) }
    return MediaDescription(
      kind: "audio", port: port, profile: "RTP/AVP", formats: formats.map(\.name),
      attributes: attributes + [SessionAttribute(direction.rawValue)])
  }
}

extension IPAddress {
  var isUnspecified: Bool { self == .v4(0) || self == .v6(0, 0) }
}
