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
    let names = (medium.attributes + session.attributes).map(\.name)
    self = names.lazy.compactMap(MediaDirection.init(rawValue:)).first ?? .both
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
  var formats: [String]
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
    let kept = medium.formats.filter { PayloadKind(of: $0, in: medium) != nil }
    guard kept.contains(where: { PayloadKind(of: $0, in: medium) == .voice }) else { return nil }
    formats = kept
    attributes = medium.attributes.filter { AudioTerms.passesOn($0, formats: kept) }
    let direction = MediaDirection(of: medium, in: session)
    remote = address.isUnspecified ? nil : IPEndpoint(address, port: medium.port)
    // Whoever checks the way need not say where it is.
    let isHidden = TransportAttributes(medium, in: session).credentials != nil
    self.direction = remote == nil && !isHidden ? direction.deafened : direction
  }

  static func passesOn(_ attribute: SessionAttribute, formats: [String]) -> Bool {
    switch attribute.name {
    case "ptime", "maxptime": true
    case "rtpmap", "fmtp":
      attribute.value.map { value in formats.contains { value.hasPrefix($0 + " ") } } ?? false
    case let name where formats == [AudioTerms.faxFormat]: name.lowercased().hasPrefix("t38")
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
      !other.formats.contains(format) || encoding(of: format) == other.encoding(of: format)
    }
  }

  /// These terms without what `other` does not know, in their own order and under their own numbers;
  /// nil when no voice is left.
  func restricted(to other: AudioTerms) -> AudioTerms? {
    let known = Set(other.formats.map { other.encoding(of: $0) })
    return keeping { known.contains(encoding(of: $0)) }
  }

  private func keeping(_ isKept: (String) -> Bool) -> AudioTerms? {
    var kept = self
    kept.formats = formats.filter(isKept)
    guard kept.formats.contains(where: { !isEvents($0) }) else { return nil }
    kept.attributes = attributes.filter { AudioTerms.passesOn($0, formats: kept.formats) }
    return kept
  }

  private func isEvents(_ format: String) -> Bool {
    encoding(of: format).hasPrefix("telephone-event")
  }

  /// Name and clock rate in lower case, without the one channel that goes without saying. The static
  /// types need no `rtpmap`.
  func encoding(of format: String) -> String {
    switch format {
    case "0": return "pcmu/8000"
    case "8": return "pcma/8000"
    default: break
    }
    let mapped = attributes.lazy.filter { $0.name == "rtpmap" }.compactMap(\.value)
      .first { $0.hasPrefix(format + " ") }
      .map { $0.dropFirst(format.count).filter { $0 != " " }.lowercased() }
    guard let mapped else { return format == "9" ? VoiceCodec.g722.encoding : format }
    return mapped.hasSuffix("/8000/1") ? String(mapped.dropLast(2)) : mapped
  }

  /// The medium that tells the other party the same, with our socket as its place.
  func medium(at port: UInt16) -> MediaDescription {
    guard !isFax else { return faxMedium(at: port) }
    return MediaDescription(
      kind: "audio", port: port, profile: "RTP/AVP", formats: formats,
      attributes: attributes + [SessionAttribute(direction.rawValue)])
  }
}

/// What a payload type carries, of what we pass on.
private enum PayloadKind: Hashable {
  case voice, events

  /// By its `rtpmap`; the static types 0, 8 and 9 need none (RFC 3551 section 6).
  init?(of format: String, in medium: MediaDescription) {
    switch PayloadKind.encoding(of: format, in: medium) {
    case "pcmu/8000", "pcmu/8000/1", "pcma/8000", "pcma/8000/1": self = .voice
    case "g722/8000", "g722/8000/1", "opus/48000/2": self = .voice
    case "telephone-event/8000", "telephone-event/8000/1": self = .events
    case nil where format == "0" || format == "8" || format == "9": self = .voice
    default: return nil
    }
  }

  private static func encoding(of format: String, in medium: MediaDescription) -> String? {
    for attribute in medium.attributes where attribute.name == "rtpmap" {
      let parts = (attribute.value ?? "").split(separator: " ", maxSplits: 1)
      if parts.count == 2, parts[0] == format { return parts[1].lowercased().trimmingSpaces }
    }
    return nil
  }
}

extension String {
  fileprivate var trimmingSpaces: String { String(filter { $0 != " " }) }
}

extension IPAddress {
  var isUnspecified: Bool { self == .v4(0) || self == .v6(0, 0) }
}
