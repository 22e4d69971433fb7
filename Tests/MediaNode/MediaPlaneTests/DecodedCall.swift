import Audio
import Codecs
import Digits
import Epoll
import Gates
import Logging
import MediaPlane
import MediaSupport
import NodeContract
import RTP
import Recording
import SRTP
import Synchronization
import Testing

/// A party of a decoded session: speaks a tone in its codec, and keeps what it hears.
final class SpeakingParty {
  let socket: UDPSocket
  private let relay: IPEndpoint
  private let codec: AudioCodec
  private let type: UInt8
  private let eventType: UInt8
  private let encoder: AudioEncoder
  private var decoder: AudioDecoder
  /// A second of its tone, made before there is any hurry; nil: it is silent.
  private let tone: [Int16]?
  private var spoken = 0
  private var sequence: UInt16 = 65_500
  private var clock: UInt32 = 4_000_000_000
  private let ssrc: UInt32
  /// What it sends and hears is sealed.
  private let sealing: (sender: SRTPStream, listener: SRTPStream)?

  /// Milliseconds of the packets that it sends.
  var packetTime = 20

  /// RTP headers of all that came, events too.
  private(set) var heard: [RTPHeader] = []
  /// The sound that came.
  private(set) var sound: [Int16] = []
  private(set) var keys: [KeyEvent] = []
  private var receiver = DigitReceiver()

  init(
    _ codec: AudioCodec, as type: UInt8, tone: Double?, at socket: UDPSocket, to relay: IPEndpoint,
    ssrc: UInt32, events: UInt8 = 101, keys: LegKeys? = nil
  ) throws {
    self.socket = socket
    self.relay = relay
    self.codec = codec
    self.type = type
    self.ssrc = ssrc
    eventType = events
    sealing = try keys.map {
      (try SRTPStream(.outbound, $0.inbound), try SRTPStream(.inbound, $0.outbound))
    }
    encoder = AudioEncoder(codec)
    decoder = AudioDecoder(codec)
    let rate = encoder.sampleRate
    self.tone = tone.map {
      var generator = ToneGenerator(frequencies: [$0], sampleRate: rate)
      return generator.samples(rate)
    }
  }

  private func send(_ payload: [UInt8], as type: UInt8, timestamp: UInt32? = nil) {
    let header = RTPHeader(
      payloadType: type, sequence: sequence, timestamp: timestamp ?? clock, ssrc: ssrc)
    sequence &+= 1
    clock &+= UInt32(codec.clockRate / 1_000 * packetTime)
    socket.send(sealed(header.packet(with: payload)), to: relay)
  }

  private func sealed(_ packet: [UInt8]) -> [UInt8] {
    guard let sealing else { return packet }
    return (try? sealing.sender.sealed(packet)) ?? []
  }

  private func opened(_ packet: [UInt8]) throws -> [UInt8] {
    try sealing?.listener.opened(packet) ?? packet
  }

  /// A packet of its tone, or of these tones in its place.
  func speak(_ others: [Int16]? = nil) {
    let count = encoder.sampleRate / 1_000 * packetTime
    let place = spoken
    spoken += count
    let own = tone.map { tone in (0..<count).map { tone[(place + $0) % tone.count] } }
    guard let samples = others ?? own else { return }
    var payload: [UInt8] = []
    encoder.encode(samples, into: &payload)
    send(payload, as: type)
  }

  /// A key's packets instead of sound.
  func press(_ key: Character, packets: Int = 5) {
    guard let digit = Digit(key) else { return }
    let begun = clock
    for number in 1...packets + 3 {
      let event = TelephoneEvent(
        event: digit.event, isEnd: number > packets, volume: 10,
        duration: UInt16(160 * min(number, packets)))
      send(event.payload, as: eventType, timestamp: begun)
    }
  }

  /// Waits for the next packet; false when none came.
  @discardableResult
  func listen(within milliseconds: Int32 = 2_000) throws -> Bool {
    guard let datagram = try Party.hear(on: socket, within: milliseconds)?.bytes else {
      return false
    }
    let packet = try opened(datagram)
    guard let header = try? packet.withUnsafeBytes({ try RTPHeader(parsing: $0) })
    else { return false }
    heard.append(header)
    let payload = Array(packet[header.payload])
    if header.payloadType == eventType {
      let event = try payload.withUnsafeBytes { try TelephoneEvent(parsing: $0) }
      keys += receiver.receive(
        event, timestamp: header.timestamp, at: .milliseconds(20 * heard.count))
    } else {
      var samples: [Int16] = []
      #expect(decoder.decode(payload, into: &samples))
      sound += samples
    }
    return true
  }

  /// Of these tones, the ones that were heard through the last half, as far as a machine that has more to
  /// do lets packets come in time.
  func tones(of frequencies: [Double]) -> [Double] {
    ToneRecognizer(frequencies: frequencies, sampleRate: decoder.sampleRate)
      .tones(in: Array(sound[(sound.count / 2)...]), forAtLeast: 0.35)
  }

  func forgetWhatItHeard() { (heard, sound, keys) = ([], [], []) }

  /// Drops what came while the test waited for something else, which may take long where others run
  /// beside it: whoever speaks as often as it hears would say all that in one breath.
  func ignoreWhatWaits() throws { while try Party.hear(on: socket, within: 0) != nil {} }
}

/// A media plane with one session whose parties speak different codecs: A 440 Hz, B 620 Hz.
final class DecodedCall {
  let plane: MediaPlane
  let a: SpeakingParty
  let b: SpeakingParty
  let session: RelaySession
  let reports = SoundReports()
  let segments = SegmentLog()
  /// How often whoever is recorded fell silent.
  let silenced = SilenceCount()

  init(
    _ first: AudioCodec, as typeA: UInt8, _ second: AudioCodec, as typeB: UInt8,
    keysOfA keys: LegKeys? = nil, tones: (Double?, Double?) = (440, 620),
    gates: AddressGates = .open
  ) throws {
    let sockets = try (0..<2).map { _ in
      try UDPSocket(binding: try PortPair.free(at: "127.0.0.1").even)
    }
    session = RelaySession(
      id: 6, localA: try PortPair.free(at: "127.0.0.1").even,
      localB: try PortPair.free(at: "127.0.0.1").even, expectedA: sockets[0].local,
      expectedB: sockets[1].local,
      transportA: keys.map { LegTransport(.keys($0)) } ?? .plain)
    plane = try MediaPlane(log: Logger(label: "test"))
    plane.onSound(reports.note)
    plane.onSegment(segments.note)
    plane.obey(gates)
    plane.onRecordedSilence { [silenced] _ in silenced.count.add(1, ordering: .relaxed) }
    plane.start()
    a = try SpeakingParty(
      first, as: typeA, tone: tones.0, at: sockets[0], to: session.localA, ssrc: 1, keys: keys)
    b = try SpeakingParty(
      second, as: typeB, tone: tones.1, at: sockets[1], to: session.localB, ssrc: 2)
    try plane.open(session)
  }

  deinit { plane.stop() }

  /// Decodes from now on, or relays again: what is said afterwards passes so.
  func decode(_ plan: AudioPlan?) async {
    plane.decode(6, as: plan)
    _ = await plane.statistics(of: 6)
  }

  /// The process ends, and another one opens the ports again, which does not decode yet and is the caller's
  /// to stop. And what B heard last of the former.
  func carriedOn() async throws -> (heir: MediaPlane, last: RTPHeader) {
    let checkpoint = try #require(await plane.checkpoint(of: 6))
    let read = try #require(RelayCheckpoint(checkpoint.bytes))
    #expect(read == checkpoint)
    await withCheckedContinuation { closed in plane.close(6) { _ in closed.resume() } }
    while try b.listen(within: 1) {}
    let last = try #require(b.heard.last)
    let heir = try MediaPlane(log: Logger(label: "heir"))
    heir.start()
    try heir.restore(read)
    return (heir, last)
  }

  /// So many times 20 ms, by the clock of the media plane.
  func converse(_ frames: Int) throws {
    for _ in 0..<frames {
      a.speak()
      b.speak()
      _ = (try a.listen(), try b.listen())
    }
  }
}

/// What a media plane said of decoded sessions.
final class SoundReports: Sendable {
  private let reports = Mutex<[SoundReport]>([])

  @Sendable func note(_ report: SoundReport) { reports.withLock { $0.append(report) } }

  var all: [SoundReport] { reports.withLock { $0 } }
}

/// How often somebody fell silent.
final class SilenceCount: Sendable {
  let count = Atomic(0)

  var now: Int { count.load(ordering: .relaxed) }
}

/// The pieces of a recording.
final class SegmentLog: Sendable {
  private let segments = Mutex<[RecordingSegment]>([])

  @Sendable func note(_ name: UInt32, _ segment: RecordingSegment) {
    segments.withLock { $0.append(segment) }
  }

  var all: [RecordingSegment] { segments.withLock { $0 } }
}
