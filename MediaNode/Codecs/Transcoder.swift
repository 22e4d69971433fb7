internal import Audio
internal import Opus

/// From one leg's codec to the other's: decoder, resampler, encoder, with frames cut to the length
/// that the other leg asked for. Opus is decoded and encoded at the other codec's own rate, so that
/// a rate is changed only between codecs that have but one. Belongs to one thread at a time.
public struct Transcoder {
  public let source: AudioCodec
  public let target: AudioCodec
  private var decoder: AudioDecoder
  private var resampler: Resampler
  private let encoder: AudioEncoder
  /// Of one outgoing packet.
  private let frameLength: Int
  private var decoded: [Int16] = []
  private var resampled: [Int16] = []
  private var frame: [Int16] = []
  private var waiting: [Int16] = []

  /// Packets of `packetTime` milliseconds leave, whatever the length of those that come.
  public init(
    from source: AudioCodec, to target: AudioCodec, packetTime: Int = 20,
    opusBitRate: Int = 24_000
  ) {
    precondition([10, 20, 40, 60].contains(packetTime), "\(packetTime) ms")
    self.source = source
    self.target = target
    let opusRate = Self.opusRate(beside: source == .opus ? target : source)
    decoder = AudioDecoder(source, opusRate: opusRate)
    encoder = AudioEncoder(
      target, opus: OpusSettings(sampleRate: opusRate, bitRate: opusBitRate))
    resampler = Resampler(from: decoder.sampleRate, to: encoder.sampleRate)
    frameLength = encoder.sampleRate / 1_000 * packetTime
  }

  private static func opusRate(beside other: AudioCodec) -> Int {
    other == .opus ? 48_000 : other.sampleRate
  }

  /// Of the samples between the decoder and the resampler.
  public var sourceSampleRate: Int { decoder.sampleRate }

  /// A payload that came; false when it is none of the source's codec, which counts as lost.
  public mutating func take(_ payload: [UInt8]) -> Bool {
    guard decoder.decode(payload, into: &decoded) else { return false }
    forward()
    return true
  }

  /// A payload of `count` samples, at ``sourceSampleRate``, that did not come, and the one after it
  /// when that is here.
  public mutating func takeLoss(of count: Int, next: [UInt8]? = nil) {
    decoder.conceal(count, next: next, into: &decoded)
    forward()
  }

  private mutating func forward() {
    resampler.resample(decoded, into: &resampled)
    waiting.append(contentsOf: resampled)
  }

  /// The next payload for the other leg, in place of what `payload` held; false when there are too
  /// few samples for one.
  public mutating func give(_ payload: inout [UInt8]) -> Bool {
    guard waiting.count >= frameLength else { return false }
    frame.removeAll(keepingCapacity: true)
    frame.append(contentsOf: waiting[0..<frameLength])
    waiting.removeFirst(frameLength)
    encoder.encode(frame, into: &payload)
    return true
  }
}
