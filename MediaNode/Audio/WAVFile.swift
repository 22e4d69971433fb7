/// Why bytes are no sound that we read.
public enum WAVError: Error, Hashable, Sendable {
  /// No `RIFF` … `WAVE` at the beginning.
  case notWAV
  /// No complete `fmt ` chunk before the samples.
  case noFormat
  /// No `data` chunk.
  case noSamples
  /// A coding other than 16-bit PCM, A-law and µ-law, or no channel, or no sample rate.
  case unsupported(format: UInt16, bitsPerSample: UInt16)
}

/// A sound as a `.wav` file holds it: one array of 16-bit samples per channel, all as long.
public struct WAVFile: Hashable, Sendable {
  /// How samples are written.
  public enum Coding: Hashable, Sendable {
    case pcm16
    case g711(G711)
  }

  /// Samples a second of each channel.
  public var sampleRate: Int
  public var channels: [[Int16]]

  public init(sampleRate: Int, channels: [[Int16]]) {
    self.sampleRate = sampleRate
    self.channels = channels
  }

  /// The sound's length.
  public var duration: Duration {
    .microseconds(Int64(channels.first?.count ?? 0) * 1_000_000 / Int64(max(1, sampleRate)))
  }
}

// MARK: - Reading

extension WAVFile {
  /// Reads a file. One that was cut short, or whose writer never came to fill in the lengths,
  /// has the samples that are there.
  public init(parsing bytes: [UInt8]) throws(WAVError) {
    guard bytes.count >= 12, bytes.text(at: 0) == "RIFF", bytes.text(at: 8) == "WAVE" else {
      throw .notWAV
    }
    var format: Format?
    var offset = 12
    while offset + 8 <= bytes.count {
      let length = Int(bytes.word(at: offset + 4))
      let body = offset + 8
      switch bytes.text(at: offset) {
      case "fmt ": format = Format(bytes[body..<min(bytes.count, body + length)])
      case "data":
        guard let format else { throw .noFormat }
        let isUnfinished = length == 0 && Int(bytes.word(at: 4)) + 8 <= body
        let end = isUnfinished ? bytes.count : min(bytes.count, body + length)
        try self.init(format, bytes[body..<end])
        return
      default: break
      }
      offset = body + length + length % 2
    }
    throw format == nil ? .noFormat : .noSamples
  }

  private struct Format {
    let code: UInt16
    let channels: Int
    let sampleRate: Int
    let bitsPerSample: UInt16

    init?(_ chunk: ArraySlice<UInt8>) {
      let bytes = Array(chunk)
      guard bytes.count >= 16 else { return nil }
      let written = bytes.half(at: 0)
      // WAVE_FORMAT_EXTENSIBLE keeps the coding in the first bytes of its sub-format.
      code = written == 0xFFFE && bytes.count >= 26 ? bytes.half(at: 24) : written
      channels = Int(bytes.half(at: 2))
      sampleRate = Int(bytes.word(at: 4))
      bitsPerSample = bytes.half(at: 14)
    }

    var coding: Coding? {
      switch (code, bitsPerSample) {
      case (1, 16): .pcm16
      case (6, 8): .g711(.aLaw)
      case (7, 8): .g711(.muLaw)
      default: nil
      }
    }
  }

  private init(_ format: Format, _ data: ArraySlice<UInt8>) throws(WAVError) {
    guard let coding = format.coding, format.channels > 0, format.sampleRate > 0 else {
      throw .unsupported(format: format.code, bitsPerSample: format.bitsPerSample)
    }
    let samples = WAVFile.samples(data, coding)
    let frames = samples.count / format.channels
    sampleRate = format.sampleRate
    channels = (0..<format.channels).map { channel in
      (0..<frames).map { samples[$0 * format.channels + channel] }
    }
  }

  private static func samples(_ data: ArraySlice<UInt8>, _ coding: Coding) -> [Int16] {
    switch coding {
    case .g711(let law): return law.decode(data)
    case .pcm16:
      return stride(from: data.startIndex, to: data.endIndex - 1, by: 2).map {
        Int16(bitPattern: UInt16(data[$0]) | UInt16(data[$0 + 1]) << 8)
      }
    }
  }
}

extension [UInt8] {
  fileprivate func half(at offset: Int) -> UInt16 {
    UInt16(self[offset]) | UInt16(self[offset + 1]) << 8
  }

  fileprivate func word(at offset: Int) -> UInt32 {
    UInt32(half(at: offset)) | UInt32(half(at: offset + 2)) << 16
  }

  fileprivate func text(at offset: Int) -> String {
    String(decoding: self[offset..<offset + 4], as: UTF8.self)
  }
}

// MARK: - Writing

extension WAVFile {
  /// The file's bytes. Channels of different lengths end with the shortest.
  public func encoded(as coding: Coding = .pcm16) -> [UInt8] {
    let data = interleaved.flatMap { WAVFile.bytes($0, coding) }
    let width = coding == .pcm16 ? 2 : 1
    var bytes = Array("RIFF".utf8)
    bytes.append(word: 36 + data.count + data.count % 2)
    bytes += "WAVEfmt ".utf8
    bytes.append(word: 16)
    bytes.append(half: coding.formatCode)
    bytes.append(half: channels.count)
    bytes.append(word: sampleRate)
    bytes.append(word: sampleRate * channels.count * width)
    bytes.append(half: channels.count * width)
    bytes.append(half: width * 8)
    bytes += "data".utf8
    bytes.append(word: data.count)
    return bytes + data + Array(repeating: 0, count: data.count % 2)
  }

  private var interleaved: [Int16] {
    let frames = channels.map(\.count).min() ?? 0
    return (0..<frames).flatMap { frame in channels.map { $0[frame] } }
  }

  private static func bytes(_ sample: Int16, _ coding: Coding) -> [UInt8] {
    switch coding {
    case .pcm16:
      [
        UInt8(truncatingIfNeeded: sample),
        UInt8(truncatingIfNeeded: sample >> 8),
      ]
    case .g711(let law): [law.encode(sample)]
    }
  }
}

extension WAVFile.Coding {
  fileprivate var formatCode: Int {
    switch self {
    case .pcm16: 1
    case .g711(.aLaw): 6
    case .g711(.muLaw): 7
    }
  }
}

extension [UInt8] {
  fileprivate mutating func append(half value: Int) {
    append(UInt8(truncatingIfNeeded: value))
    append(UInt8(truncatingIfNeeded: value >> 8))
  }

  fileprivate mutating func append(word value: Int) {
    append(half: value)
    append(half: value >> 16)
  }
}
