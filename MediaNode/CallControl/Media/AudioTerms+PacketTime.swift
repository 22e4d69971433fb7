import SIP

/// How much sound is in a packet.
extension AudioTerms {
  /// Milliseconds of a packet that we make for the party: as it asks (RFC 8866 section 6.4), or a little less where we
  /// make no such packets. What it sends may be of any length.
  func packetTime(of codec: VoiceCodec) -> UInt8 {
    let most = milliseconds("maxptime") ?? .max
    let wanted = min(milliseconds("ptime") ?? VoiceCodec.usualPacketTime, most)
    return codec.packetTimes.last { $0 <= wanted } ?? codec.packetTimes[0]
  }

  private func milliseconds(_ name: String) -> UInt8? {
    let value = attributes.first { $0.name == name }?.value?.prefix { $0 != "." }
    return value.flatMap { UInt64($0) }.map { UInt8(clamping: $0) }
  }
}

extension VoiceCodec {
  static let usualPacketTime: UInt8 = 20

  /// Milliseconds, in ascending order; Opus has no frame of 30 (RFC 6716 section 2).
  var packetTimes: [UInt8] {
    switch self {
    case .aLaw, .muLaw, .g722: [10, 20, 30, 40, 60]
    case .opus: [10, 20, 40, 60]
    }
  }
}
