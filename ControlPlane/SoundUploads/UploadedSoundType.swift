/// The kinds of sound that customers bring.
public enum UploadedSoundType: String, Hashable, Sendable, CaseIterable {
  case wav, mp3, ogg

  /// By the file's first bytes, whatever it is called; nil for any other kind.
  public init?(beginning bytes: some Collection<UInt8>) {
    let first = Array(bytes.prefix(12))
    guard first.count == 12 else { return nil }
    if first.starts(with: Array("RIFF".utf8)), first[8...].elementsEqual("WAVE".utf8) {
      self = .wav
    } else if first.starts(with: Array("OggS".utf8)) {
      self = .ogg
    } else if first.starts(with: Array("ID3".utf8)) || Self.isLayer3(first) {
      self = .mp3
    } else {
      return nil
    }
  }

  /// A frame of MPEG layer III: its sync, a bit rate and a sample rate that exist.
  private static func isLayer3(_ first: [UInt8]) -> Bool {
    first[0] == 0xFF && first[1] & 0xE0 == 0xE0 && first[1] & 0x06 == 0x02
      && first[1] & 0x18 != 0x08 && 0x10..<0xF0 ~= first[2] & 0xF0 && first[2] & 0x0C != 0x0C
  }
}

/// What an upload may be.
public struct SoundLimits: Hashable, Sendable {
  public var bytes = 25 << 20
  /// Of the sound, in seconds.
  public var seconds = 900
  /// In which a conversion must be done, in seconds of processor time and of waiting.
  public var patience = 60

  public init() {}
}

/// Why a sound is not taken.
public enum SoundRefusal: Error, Hashable, Sendable {
  case empty
  case tooLarge(bytes: Int)
  case wrongType
  case tooLong(seconds: Int)
  case corrupt
  case silent
  /// It costs more work than any sound of its length should.
  case tooCostly

  /// For the customer.
  public var reason: String {
    switch self {
    case .empty: "The file is empty."
    case .tooLarge(let bytes): "The file is larger than \(bytes >> 20) MB."
    case .wrongType: "The file is no WAV, MP3 or Ogg sound."
    case .tooLong(let seconds): "The sound is longer than \(seconds / 60) minutes."
    case .corrupt: "The sound cannot be read: the file is damaged or incomplete."
    case .silent: "Nothing can be heard in the file."
    case .tooCostly: "The sound could not be converted in reasonable time."
    }
  }
}
