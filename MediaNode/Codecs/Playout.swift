public import Audio

/// A stream's packets in, even frames of sound out: jitter buffer, decoder, concealment, comfort
/// noise. Belongs to one thread at a time.
public struct Playout {
  public let codec: AudioCodec
  private var buffer: JitterBuffer
  private var decoder: AudioDecoder
  private var noise = ComfortNoiseGenerator()
  /// The other end says that it is silent, and how that sounds.
  private var isQuiet = false
  private var ready: [Int16] = []
  private var piece: [Int16] = []
  /// Of the last packet: how much one that is lost is missed.
  private var lastLength: Int

  public init(
    _ codec: AudioCodec, opusRate: Int = 16_000, limits: JitterLimits = JitterLimits()
  ) {
    self.codec = codec
    buffer = JitterBuffer(clockRate: codec.clockRate, limits: limits)
    decoder = AudioDecoder(codec, opusRate: opusRate)
    lastLength = decoder.sampleRate / 50
  }

  /// Of the frames that come out.
  public var sampleRate: Int { decoder.sampleRate }

  /// How long sound waits here.
  public var wait: Duration { buffer.wait }

  /// A packet of the stream that came at `now`. What is too long is dropped.
  public mutating func insert(
    sequence: UInt16, timestamp: UInt32, payload: some Collection<UInt8>, at now: Duration
  ) -> JitterBuffer.Reception {
    guard 1...AudioDecoder.longestPayload ~= payload.count else { return .strange }
    return buffer.insert(sequence: sequence, timestamp: timestamp, payload: payload, at: now)
  }

  /// A packet of comfort noise: takes effect at once, as it comes when speech has ended.
  public mutating func insert(comfortNoise: ComfortNoise) {
    noise.become(comfortNoise)
    isQuiet = true
  }

  /// The next `count` samples, always as many.
  public mutating func frame(_ count: Int, at now: Duration, into samples: inout [Int16]) {
    var steps = 0
    while ready.count < count {
      steps += 1
      // Packets of nothing but errors must not hold a thread up.
      if steps > 16 { fill(count - ready.count) } else { advance(at: now) }
      ready.append(contentsOf: piece)
    }
    samples.removeAll(keepingCapacity: true)
    samples.append(contentsOf: ready[0..<count])
    ready.removeFirst(count)
  }

  private mutating func advance(at now: Duration) {
    switch buffer.next(at: now) {
    case .packet(let payload, let isLate):
      isQuiet = false
      guard decoder.decode(payload, into: &piece) else {
        return decoder.conceal(lastLength, into: &piece)
      }
      lastLength = piece.count
      if isLate { TimeShortening.apply(to: &piece, sampleRate: sampleRate) }
    case .lost(let next): decoder.conceal(lastLength, next: next, into: &piece)
    case .nothing:
      // Half a frame, so that a packet that comes meanwhile is heard the sooner.
      fill(sampleRate / 100)
    case .idle: fill(sampleRate / 100)
    }
  }

  /// Noise where the other end sends it, what was heard last elsewhere.
  private mutating func fill(_ count: Int) {
    if isQuiet {
      noise.generate(count, into: &piece)
    } else {
      decoder.conceal(count, into: &piece)
    }
  }
}
