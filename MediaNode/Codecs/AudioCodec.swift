public import Audio

/// What a leg speaks and hears.
public enum AudioCodec: Hashable, Sendable {
  case g711(G711)
  case g722
  case opus

  public static let all: [AudioCodec] = [.g711(.muLaw), .g711(.aLaw), .g722, .opus]

  /// Samples a second at which the codec is decoded here by itself. Opus can be had at others.
  public var sampleRate: Int {
    switch self {
    case .g711: 8_000
    case .g722, .opus: 16_000
    }
  }

  /// What an RTP timestamp counts in a second (RFC 3551 section 4.5.2, RFC 7587 section 4.1).
  public var clockRate: Int {
    switch self {
    case .g711, .g722: 8_000
    case .opus: 48_000
    }
  }

  /// The name in `a=rtpmap`, with the clock rate, and the channels that Opus must claim.
  public var encodingName: String {
    switch self {
    case .g711(.muLaw): "PCMU/8000"
    case .g711(.aLaw): "PCMA/8000"
    case .g722: "G722/8000"
    case .opus: "opus/48000/2"
    }
  }

  /// The static payload type of RFC 3551; nil where each offer chooses its own.
  public var staticPayloadType: UInt8? {
    switch self {
    case .g711(let law): law.payloadType
    case .g722: 9
    case .opus: nil
    }
  }
}
