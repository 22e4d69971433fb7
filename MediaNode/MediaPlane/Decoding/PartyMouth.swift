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
  /// The number of the next packet.
  private var next: UInt64
  /// 20 ms each.
  private var frames: UInt64 = 0
  private var encoder: AudioEncoder
  private var resampler: Resampler
  private var bridge: DigitBridge
  private var player = SoundPlayer()
  /// Under which the last prompts were to be played.
  private var latest: UInt32 = 0
  private var widening: Resampler?
  private var played: [Int16] = []
  private var frame: [Int16] = []
  private var narrowed: [Int16] = []
  /// For the packets to come, at the encoder's rate; how much of it is to be heard, from its beginning.
  private var waiting: [Int16] = []
  private var audible = 0
  private var payload: [UInt8] = []
  /// Something was sent.
  var hasSpoken: Bool { packets > 0 }
  /// What was sent since this began.
  private var packets: UInt32 = 0
  private var octets: UInt32 = 0
  /// The next packet is the first after a pause.
  private var isPaused = true

  init(
    _ audio: PartyAudio, sampleRate: Int, from beginning: StreamBeginning, at now: BootInstant
  ) {
    self.audio = audio
    self.sampleRate = sampleRate
    (stream, next) = (beginning.stream, beginning.packet)
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
    if !stream.fits(audio) {
      stream = GeneratedStream(after: position, for: audio, at: now)
      next = 0
    }
    if audio.codec != self.audio.codec || audio.packetTime != self.audio.packetTime {
      waiting.removeAll(keepingCapacity: true)
      audible = 0
    }
    if audio.keys != self.audio.keys {
      bridge = DigitBridge(to: audio.keys, sampleRate: sampleRate)
    }
    self.audio = audio
  }

  /// Where the stream stands.
  var position: StreamSplice {
    let last = next &- 1
    return StreamSplice(
      ssrc: stream.ssrc, sequence: stream.sequence(last), timestamp: stream.timestamp(last))
  }

  /// As the party is told of it.
  var sent: OwnReports.SentStream {
    OwnReports.SentStream(
      ssrc: stream.ssrc, timestamp: stream.timestamp(next), packets: packets, octets: octets)
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
    /// The last prompt is over, and its number.
    var finished: UInt32?
    /// A key that the party must be told by signalling.
    var inform: DigitInfo?
  }

  /// Takes 20 ms of what the other party says, nil when it never said anything, and makes the packets
  /// that this completes.
  /// - Parameter send: the first so many bytes of `packet` are one.
  mutating func speak(
    _ said: [Int16]?, in packet: UnsafeMutableRawBufferPointer, send: (Int) -> Void
  ) -> Outcome {
    var outcome = Outcome()
    var hasSound = choose(said, &outcome)
    if audio.keys != .telephoneEvent {
      switch bridge.tick(at: toneClock) {
      case .play(let tones):
        hasSound = true
        frame = tones
      case .inform(let info): outcome.inform = info
      case .send, nil: break
      }
    }
    gather(hasSound)
    frames &+= 1
    let length = encoder.sampleRate / 1_000 * audio.packetTime
    while waiting.count >= length {
      let count = write(length, into: packet)
      next &+= 1
      guard count > 0 else { continue }
      packets &+= 1
      octets &+= UInt32(count - RTPHeader.fixedLength)
      send(count)
    }
    return outcome
  }

  /// The clock of keys within the sound: its samples.
  private var toneClock: UInt32 {
    UInt32(truncatingIfNeeded: frames &* UInt64(sampleRate / 50))
  }

  /// The clock of events.
  private var eventClock: UInt32 {
    UInt32(truncatingIfNeeded: next &* UInt64(8 * audio.packetTime))
  }

  /// 20 ms more for the packets to come.
  private mutating func gather(_ hasSound: Bool) {
    let whole = waiting.count + encoder.sampleRate / 50
    if hasSound {
      resampler.resample(frame, into: &narrowed)
      waiting.append(contentsOf: narrowed.prefix(encoder.sampleRate / 50))
    }
    while waiting.count < whole { waiting.append(0) }
    if hasSound { audible = whole }
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

  /// The next packet, of the first `length` samples that wait; 0: there is nothing to be heard.
  private mutating func write(_ length: Int, into packet: UnsafeMutableRawBufferPointer) -> Int {
    defer {
      waiting.removeFirst(length)
      audible = max(0, audible - length)
    }
    if audio.keys == .telephoneEvent, case .send(let event)? = bridge.tick(at: eventClock) {
      return write(event, into: packet)
    }
    guard audible > 0 else {
      isPaused = true
      return 0
    }
    narrowed.removeAll(keepingCapacity: true)
    narrowed.append(contentsOf: waiting[..<length])
    encoder.encode(narrowed, into: &payload)
    guard !payload.isEmpty else { return 0 }
    let header = RTPHeader(
      marker: isPaused, payloadType: audio.payloadType, sequence: stream.sequence(next),
      timestamp: stream.timestamp(next), ssrc: stream.ssrc)
    isPaused = false
    return Self.write(header, payload, into: packet)
  }

  /// Events count 8,000 a second; the packet's own timestamp counts as the stream's others do.
  private mutating func write(
    _ event: TelephoneEventPacket, into packet: UnsafeMutableRawBufferPointer
  ) -> Int {
    guard let type = audio.events else { return 0 }
    let since = UInt64(eventClock &- event.timestamp) &* UInt64(stream.clockRate) / 8_000
    let header = RTPHeader(
      marker: event.marker, payloadType: type, sequence: stream.sequence(next),
      timestamp: stream.timestamp(next) &- UInt32(truncatingIfNeeded: since), ssrc: stream.ssrc)
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
