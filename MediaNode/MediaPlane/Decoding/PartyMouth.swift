import Audio
import Codecs
import Digits
import NodeContract
import RTP

/// What goes to one party of a decoded session: frames of samples in, packets of a stream of our own
/// out; prompts and keys take the place of what the other party says.
struct PartyMouth {
  private(set) var audio: PartyAudio
  private let sampleRate: Int
  private(set) var stream: GeneratedStream
  private var tick: UInt64
  private var encoder: AudioEncoder
  private var resampler: Resampler
  private var bridge: DigitBridge
  private var player = SoundPlayer()
  /// Under which the last prompts were to be played.
  private var latest: UInt32 = 0
  private var widening: Resampler?
  private var played: [Int16] = []
  private var frame: [Int16] = []
  private var encoded: [Int16] = []
  private var payload: [UInt8] = []
  /// Something was sent.
  private(set) var hasSpoken = false
  /// The next packet is the first after a pause.
  private var isPaused = true

  init(
    _ audio: PartyAudio, sampleRate: Int, from beginning: StreamBeginning, at now: BootInstant
  ) {
    self.audio = audio
    self.sampleRate = sampleRate
    (stream, tick) = (beginning.stream, beginning.tick)
    encoder = Self.encoder(audio.codec, sampleRate)
    resampler = Resampler(from: sampleRate, to: encoder.sampleRate)
    bridge = DigitBridge(to: audio.keys, sampleRate: sampleRate)
    widening = sampleRate == 8_000 ? nil : Resampler(from: 8_000, to: sampleRate)
  }

  private static func encoder(_ codec: AudioCodec, _ sampleRate: Int) -> AudioEncoder {
    AudioEncoder(codec, opusRate: sampleRate)
  }

  /// The same party under new terms. The stream keeps its name, whatever its clock (RFC 7160 section
  /// 4.1 would have another): phones that take a new stream's lower numbers for late ones are many.
  mutating func become(_ audio: PartyAudio, at now: BootInstant) {
    if audio.codec != self.audio.codec {
      encoder = Self.encoder(audio.codec, sampleRate)
      resampler = Resampler(from: sampleRate, to: encoder.sampleRate)
    }
    if stream.clockRate != audio.codec.clockRate {
      stream = GeneratedStream(after: position, clockRate: audio.codec.clockRate, at: now)
      tick = 0
    }
    if audio.keys != self.audio.keys {
      bridge = DigitBridge(to: audio.keys, sampleRate: sampleRate)
    }
    self.audio = audio
  }

  /// Where the stream stands.
  var position: StreamSplice {
    let last = tick &- 1
    return StreamSplice(
      ssrc: stream.ssrc, sequence: stream.sequence(last), timestamp: stream.timestamp(last))
  }

  // MARK: - What takes the place of the other party

  /// False when nothing of it can be heard.
  mutating func play(_ clips: [SoundPlayer.Clip], numbered number: UInt32) -> Bool {
    guard player.play(clips), !player.isIdle else { return false }
    latest = number
    return true
  }

  /// What another one played goes on here.
  mutating func goOn(from other: PartyMouth) { (player, latest) = (other.player, other.latest) }
  mutating func stopPlaying() { player.stop() }
  mutating func wait(with music: [SoundPlayer.Clip]) { player.wait(with: music) }
  mutating func tell(_ event: KeyEvent) { bridge.take(event) }
  mutating func tell(_ info: DigitInfo) { bridge.take(info) }

  // MARK: - A frame

  /// What one frame brought.
  struct Outcome {
    /// Bytes of a packet; 0: none.
    var count = 0
    /// The last prompt is over, and its number.
    var finished: UInt32?
    /// A key that the party must be told by signalling.
    var inform: DigitInfo?
  }

  /// Makes the next packet of what the other party says, nil when it never said anything.
  mutating func speak(_ said: [Int16]?, into packet: UnsafeMutableRawBufferPointer) -> Outcome {
    var outcome = Outcome()
    defer {
      tick &+= 1
      if outcome.count > 0 { hasSpoken = true }
    }
    var hasSound = choose(said, &outcome)
    switch bridge.tick(at: clock) {
    case .send(let event):
      outcome.count = write(event, into: packet)
      return outcome
    case .play(let tones):
      hasSound = true
      frame = tones
    case .inform(let info): outcome.inform = info
    case nil: break
    }
    guard hasSound else {
      isPaused = true
      return outcome
    }
    outcome.count = write(into: packet)
    return outcome
  }

  /// The clock of keys: that of events, or of the samples that carry tones.
  private var clock: UInt32 {
    let rate = audio.keys == .inBand ? sampleRate : 8_000
    return UInt32(truncatingIfNeeded: tick &* UInt64(rate / 50))
  }

  /// Fills `frame`; false when there is nothing to be heard.
  private mutating func choose(_ said: [Int16]?, _ outcome: inout Outcome) -> Bool {
    if player.isIdle {
      switch audio.hears {
      case .nothing: return false
      case .partner:
        guard let said else { return false }
        frame.removeAll(keepingCapacity: true)
        frame.append(contentsOf: said)
        return true
      case .music: break
      }
    }
    if player.frame(160, into: &played) == .finished { outcome.finished = latest }
    if widening == nil {
      swap(&frame, &played)
    } else {
      widening?.resample(played, into: &frame)
    }
    return true
  }

  private mutating func write(into packet: UnsafeMutableRawBufferPointer) -> Int {
    resampler.resample(frame, into: &encoded)
    while encoded.count < encoder.sampleRate / 50 { encoded.append(0) }
    encoder.encode(encoded, into: &payload)
    guard !payload.isEmpty else { return 0 }
    let header = RTPHeader(
      marker: isPaused, payloadType: audio.payloadType, sequence: stream.sequence(tick),
      timestamp: stream.timestamp(tick), ssrc: stream.ssrc)
    isPaused = false
    return Self.write(header, payload, into: packet)
  }

  /// Events count 8,000 a second; the packet's own timestamp counts as the stream's others do.
  private mutating func write(
    _ event: TelephoneEventPacket, into packet: UnsafeMutableRawBufferPointer
  ) -> Int {
    guard let type = audio.events else { return 0 }
    let since = UInt64(clock &- event.timestamp) &* UInt64(stream.clockRate) / 8_000
    let header = RTPHeader(
      marker: event.marker, payloadType: type, sequence: stream.sequence(tick),
      timestamp: stream.timestamp(tick) &- UInt32(truncatingIfNeeded: since), ssrc: stream.ssrc)
    return Self.write(header, event.event.payload, into: packet)
  }

  private static func write(
    _ header: RTPHeader, _ payload: [UInt8], into packet: UnsafeMutableRawBufferPointer
  ) -> Int {
    let count = RTPHeader.fixedLength + payload.count
    guard count <= packet.count else { return 0 }
    header.write(into: packet)
    UnsafeMutableRawBufferPointer(rebasing: packet[RTPHeader.fixedLength..<count])
      .copyBytes(from: payload)
    return count
  }
}
