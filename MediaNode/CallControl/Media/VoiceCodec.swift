/// The codecs that we can make from each other, in the order in which they are offered.
public enum VoiceCodec: UInt8, Hashable, Sendable, CaseIterable {
  case aLaw = 1
  case muLaw
  case g722
  case opus

  /// Name and clock rate in lower case, and channels where there is more than one.
  var encoding: String {
    switch self {
    case .aLaw: "pcma/8000"
    case .muLaw: "pcmu/8000"
    case .g722: "g722/8000"
    case .opus: "opus/48000/2"
    }
  }

  /// The value of `rtpmap` behind the number.
  var mapping: String {
    switch self {
    case .aLaw: "PCMA/8000"
    case .muLaw: "PCMU/8000"
    case .g722: "G722/8000"
    case .opus: "opus/48000/2"
    }
  }

  /// RFC 3551 section 6; nil where each offer chooses its own.
  var staticNumber: UInt8? {
    switch self {
    case .aLaw: 8
    case .muLaw: 0
    case .g722: 9
    case .opus: nil
    }
  }

  /// Whatever else a carrier may know, it knows these.
  static let ofCarriers: [VoiceCodec] = [.aLaw, .muLaw]
}
