internal import Audio
internal import LAME
internal import Opus

/// What a recording is kept as.
public enum RecordingFormat: String, Hashable, Sendable, CaseIterable {
  /// Plays everywhere: 32 kbit/s for each channel.
  case mp3
  /// Half the size at the same quality: Opus in Ogg, 16 kbit/s for each channel.
  case opus
}

/// Whose sound it holds.
public enum RecordedParties: Hashable, Sendable {
  /// One leg.
  case one
  /// Both, one on each side.
  case both
}

/// A piece of a recording. All pieces in a row are the file, and any beginning of them plays: what a
/// node had sent before it died is kept.
public struct RecordingSegment: Hashable, Sendable {
  /// From 0.
  public let number: Int
  public let bytes: [UInt8]
  public let isLast: Bool
}

/// Sound in, segments of a file out, while the call goes on. Belongs to one thread at a time.
public struct Recorder {
  /// Nothing is recorded beyond this: somebody forgot a line open.
  public static let longest: Duration = .seconds(6 * 3_600)

  private enum Engine {
    case mp3(MP3Encoder)
    case opus(OpusEncoder, OggStream)
  }

  public let format: RecordingFormat
  public let parties: RecordedParties
  private let sampleRate: Int
  private let segmentLength: Int
  private var engine: Engine
  private var bytes: [UInt8] = []
  private var number = 0
  private var isFinished = false
  /// Samples of each channel: all, and since the last segment.
  private var recorded = 0
  private var inSegment = 0
  /// Less than a frame of Opus, interleaved.
  private var waiting: [Int16] = []
  private var granule: Int64 = 0

  /// `sampleRate` is 8,000 or 16,000; a segment leaves every `segment`, 1 to 60 s.
  public init(
    _ format: RecordingFormat, of parties: RecordedParties, sampleRate: Int = 8_000,
    segment: Duration = .seconds(5), serial: UInt32 = 1
  ) {
    precondition(sampleRate == 8_000 || sampleRate == 16_000, "\(sampleRate) Hz")
    precondition(.seconds(1)...(.seconds(60)) ~= segment, "segments of \(segment)")
    self.format = format
    self.parties = parties
    self.sampleRate = sampleRate
    segmentLength = Int(segment.components.seconds) * sampleRate
    let channels = parties == .both ? 2 : 1
    switch format {
    case .mp3:
      engine = .mp3(
        MP3Encoder(sampleRate: sampleRate, channels: channels, bitRate: 32_000 * channels))
    case .opus:
      var ogg = OggStream(serial: serial)
      bytes += ogg.add(OpusInOgg.head(channels: channels, inputRate: sampleRate), granule: 0)
      bytes += ogg.flush()
      bytes += ogg.add(OpusInOgg.tags(vendor: "Tandem"), granule: 0)
      bytes += ogg.flush()
      let settings = OpusSettings(
        sampleRate: sampleRate, bitRate: 16_000 * channels, channels: channels)
      engine = .opus(OpusEncoder(settings), ogg)
    }
  }

  /// Of each channel.
  public var duration: Duration { .milliseconds(recorded * 1_000 / sampleRate) }

  /// The next sound of the caller and of whom was called, which is left out where one is recorded. The
  /// shorter of both ends in silence. Returns the segment that this completes.
  public mutating func take(_ caller: [Int16], _ called: [Int16] = []) -> RecordingSegment? {
    guard !isFinished else { return nil }
    guard duration < Self.longest else { return finish() }
    var left = caller
    var right = parties == .both ? called : []
    let count = max(left.count, right.count)
    left += repeatElement(0, count: count - left.count)
    if parties == .both { right += repeatElement(0, count: count - right.count) }
    encode(left, right)
    recorded += count
    inSegment += count
    return inSegment >= segmentLength ? segment(isLast: false) : nil
  }

  /// The last segment; nil when it was had before.
  public mutating func finish() -> RecordingSegment? {
    guard !isFinished else { return nil }
    isFinished = true
    switch engine {
    case .mp3(let encoder): encoder.finish(into: &bytes)
    case .opus(let encoder, var ogg):
      finishOpus(encoder, &ogg)
      engine = .opus(encoder, ogg)
    }
    return segment(isLast: true)
  }

  private mutating func segment(isLast: Bool) -> RecordingSegment {
    if case .opus(let encoder, var ogg) = engine, !isLast {
      bytes += ogg.flush()
      engine = .opus(encoder, ogg)
    }
    defer {
      bytes.removeAll(keepingCapacity: true)
      number += 1
      inSegment = 0
    }
    return RecordingSegment(number: number, bytes: bytes, isLast: isLast)
  }

  private mutating func encode(_ left: [Int16], _ right: [Int16]) {
    switch engine {
    case .mp3(let encoder): encoder.encode(left, right, into: &bytes)
    case .opus(let encoder, var ogg):
      for index in left.indices {
        waiting.append(left[index])
        if parties == .both { waiting.append(right[index]) }
      }
      encodeFrames(encoder, &ogg)
      engine = .opus(encoder, ogg)
    }
  }

  // MARK: - Opus

  private var frameLength: Int { sampleRate / 50 * (parties == .both ? 2 : 1) }

  private mutating func encodeFrames(_ encoder: OpusEncoder, _ ogg: inout OggStream) {
    var used = 0
    var packet: [UInt8] = []
    while waiting.count - used >= frameLength {
      encoder.encode(Array(waiting[used..<used + frameLength]), into: &packet)
      used += frameLength
      granule += 960
      bytes += ogg.add(packet, granule: granule)
    }
    waiting.removeFirst(used)
  }

  /// Silence fills the last frame and what the encoder holds back; the last granule says where the
  /// sound ends (RFC 7845 section 4.4).
  private mutating func finishOpus(_ encoder: OpusEncoder, _ ogg: inout OggStream) {
    waiting += repeatElement(0, count: frameLength + (frameLength - waiting.count % frameLength))
    encodeFrames(encoder, &ogg)
    let end = Int64(recorded) * Int64(48_000 / sampleRate) + Int64(OpusInOgg.preSkip)
    bytes += ogg.flush(endingAt: min(end, granule))
  }
}
