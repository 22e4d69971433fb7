import SIP

/// A payload type of a party, and what it carries: read once from what the party said, as a call asks it
/// at every turn.
struct PayloadFormat: Hashable, Sendable {
  /// What a payload type carries, of what we pass on.
  enum Payload: Hashable, Sendable {
    case voice(VoiceCodec)
    /// Keys (RFC 4733).
    case events
    /// T.38.
    case fax
  }

  /// As the medium lists it.
  let name: String
  let payload: Payload
  /// Nil where packets cannot bear it.
  let number: UInt8?

  init(_ name: String, _ payload: Payload) {
    self.name = name
    self.payload = payload
    number = UInt8(name).flatMap { $0 < 128 ? $0 : nil }
  }

  /// Nil: nothing that we know. The static types 0, 8 and 9 need no `rtpmap` (RFC 3551 section 6).
  init?(_ name: String, among attributes: [SessionAttribute]) {
    let mapping = attributes.lazy.filter { $0.name == "rtpmap" }.compactMap(\.value)
      .first { PayloadFormat.isMeant(name, by: $0) }
    guard let mapping else {
      guard let codec = VoiceCodec(staticName: name) else { return nil }
      self.init(name, .voice(codec))
      return
    }
    guard let payload = Payload(mapping: mapping.utf8.dropFirst(name.utf8.count)) else {
      return nil
    }
    self.init(name, payload)
  }

  /// Whether the value of an `rtpmap` or `fmtp` is about this type.
  func isMeant(by value: String) -> Bool { Self.isMeant(name, by: value) }

  private static func isMeant(_ name: String, by value: String) -> Bool {
    var letters = value.utf8.makeIterator()
    for letter in name.utf8 where letters.next() != letter { return false }
    return letters.next() == UInt8(ascii: " ")
  }

  /// The codec, where it can be decoded and made.
  var voice: VoiceCodec? {
    guard case .voice(let codec) = payload, number != nil else { return nil }
    return codec
  }

  var isVoice: Bool {
    if case .voice = payload { true } else { false }
  }
}

extension PayloadFormat.Payload {
  /// Name and clock rate, in whichever case and however spaced; one channel goes without saying.
  init?(mapping: Substring.UTF8View) {
    var letters: [UInt8] = []
    letters.reserveCapacity(mapping.count)
    for letter in mapping where letter != UInt8(ascii: " ") { letters.append(letter.inLowerCase) }
    if letters.suffix(2).elementsEqual("/1".utf8) { letters.removeLast(2) }
    if letters.elementsEqual("telephone-event/8000".utf8) {
      self = .events
    } else if let codec = VoiceCodec.allCases.first(where: {
      letters.elementsEqual($0.encoding.utf8)
    }) {
      self = .voice(codec)
    } else {
      return nil
    }
  }
}

extension UInt8 {
  /// Of a letter of ASCII.
  fileprivate var inLowerCase: UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self + 32 : self
  }
}

extension VoiceCodec {
  /// Nil: a number without a meaning of its own.
  fileprivate init?(staticName: String) {
    switch staticName {
    case "0": self = .muLaw
    case "8": self = .aLaw
    case "9": self = .g722
    default: return nil
    }
  }
}
