public import Audio
public import Digits
public import Epoll
public import Gates
public import Logging
public import NodeContract
public import Recording
import Synchronization
public import TLS

/// The relays of a node: threads that each own the sockets of their sessions. Orders come from any
/// thread and are carried out in the order given, packets never leave their thread.
public final class MediaPlane: Sendable {
  private let threads: [RelayThread]
  private let recorder: RecordingThread
  /// Nil where parties that want one hear nothing.
  private let handshakes: MediaHandshakes?

  /// Makes `threads` threads that wait for `start()`. More than one per core brings nothing. A session
  /// is silent when neither party sent RTP or RTCP for `silenceLimit`. `identity` is who we are in
  /// handshakes within the media.
  public init(
    threads: Int = 1, silenceLimit: Duration = .seconds(120), identity: DTLSIdentity? = nil,
    log: Logger
  ) throws(SystemError) {
    precondition(threads > 0, "\(threads) threads to relay")
    var made: [RelayThread] = []
    for number in 0..<threads {
      made.append(
        try RelayThread(name: "relay-\(number)", silenceLimit: silenceLimit, log: log))
    }
    self.threads = made
    handshakes = try Self.handshakes(as: identity, for: made, log: log)
    recorder = try RecordingThread()
    for thread in made { (thread.handshakes, thread.recorder) = (handshakes, recorder) }
  }

  private static func handshakes(
    as identity: DTLSIdentity?, for threads: [RelayThread], log: Logger
  ) throws(SystemError) -> MediaHandshakes? {
    guard let identity else { return nil }
    return try MediaHandshakes(as: identity, log: log) { place, outcome in
      let thread = threads[Int(place.relay % UInt64(threads.count))]
      switch outcome {
      case .transmit(let bytes, let remote):
        thread.submit(.transmit(place.relay, place.side, bytes, to: remote))
      case .agreed(let keys): thread.submit(.agreed(place.relay, place.side, keys))
      }
    }
  }

  /// What may leave from which address. Before `start()`; without it everything may.
  public func obey(_ gates: AddressGates) {
    for thread in threads { thread.gates = gates }
  }

  /// `body` is called on a relay thread when a party's source became known, with what another process
  /// needs to carry the session on. Before `start()`.
  public func onLatch(_ body: @escaping @Sendable (RelayCheckpoint) -> Void) {
    for thread in threads { thread.onLatch = body }
  }

  /// `body` is called on a relay thread for a session that is silent, and again each time that the
  /// limit passes without a packet. Before `start()`.
  public func onSilence(_ body: @escaping @Sendable (UInt64) -> Void) {
    for thread in threads { thread.onSilence = body }
  }

  /// `body` is called on a relay thread when a handshake with a party brought its keys. Before
  /// `start()`.
  public func onKeys(_ body: @escaping @Sendable (UInt64, RelaySide, LegKeys) -> Void) {
    for thread in threads { thread.onKeys = body }
  }

  /// `body` is called on a relay thread for what happens in sessions that are decoded. Before `start()`.
  public func onSound(_ body: @escaping @Sendable (SoundReport) -> Void) {
    for thread in threads { thread.onSound = body }
  }

  /// `body` is called on a thread of recordings for each piece of one, with the recording's name. Before
  /// `start()`.
  public func onSegment(_ body: @escaping @Sendable (UInt32, RecordingSegment) -> Void) {
    recorder.onSegment = body
  }

  /// `body` is called on a thread of recordings with a session whose recorded party says nothing any
  /// more. Before `start()`.
  public func onRecordedSilence(_ body: @escaping @Sendable (UInt64) -> Void) {
    recorder.onQuiet = body
  }

  /// Once.
  public func start() {
    recorder.start()
    handshakes?.start()
    for thread in threads { thread.start() }
  }

  /// Closes all sessions and waits for the threads' end. Once.
  public func stop() {
    for thread in threads { thread.stop() }
    handshakes?.stop()
    recorder.stop()
  }

  /// Binds the session's four sockets, here and now, and begins to relay. Throws when a port is
  /// taken, an address is not this machine's or descriptors ran out; then nothing is left open.
  public func open(_ session: RelaySession, isCarriedOn: Bool = false) throws(SystemError) {
    thread(of: session.id).submit(.open(try BoundSession(session, isCarriedOn: isCarriedOn)))
  }

  /// Opens the session of another process, now dead, at the same addresses and ports and carries on.
  /// - Parameter descriptors: its sockets, if somebody kept them: RTP of A and B, RTCP of A and B;
  ///   what waits in them is relayed. They belong to the media plane from then on.
  public func restore(
    _ checkpoint: RelayCheckpoint, adopting descriptors: [Int32]? = nil
  ) throws(SystemError) {
    let bound = try BoundSession(restoring: checkpoint, adopting: descriptors)
    thread(of: checkpoint.session.id).submit(.open(bound))
  }

  /// The session as another process would carry it on; nil when it is not open. Not after `stop()`.
  public func checkpoint(of id: UInt64) async -> RelayCheckpoint? {
    await withCheckedContinuation { continuation in
      thread(of: id).submit(.checkpoint(id) { continuation.resume(returning: $0) })
    }
  }

  /// A session description told where the party on `side` listens. An address other than the one
  /// it told before counts until the party's own next packet shows better. A session that is not
  /// open is left alone.
  public func direct(_ id: UInt64, side: RelaySide, to remote: IPEndpoint) {
    thread(of: id).submit(.direct(id, side, remote))
  }

  /// A session description told what lies beneath the audio of the party on `side` from now on. Keys
  /// and handshakes that stay as they are go on. A session that is not open is left alone.
  public func secure(_ id: UInt64, side: RelaySide, _ transport: LegTransport) {
    thread(of: id).submit(.secure(id, side, transport))
  }

  /// Decodes the session's audio from now on, as `plan` says; nil: relays its packets as they are. A
  /// session that is not open is left alone.
  public func decode(_ id: UInt64, as plan: AudioPlan?) {
    thread(of: id).submit(.decode(id, plan))
  }

  /// The parties are fax machines, whose UDPTL is passed on as it is, and no RTP; or they are no more. A
  /// session that is not open is left alone.
  public func carryFax(_ id: UInt64, _ isFax: Bool) { thread(of: id).submit(.fax(id, isFax)) }

  /// Plays prompts to one party of a decoded session, in place of the other, after those before.
  /// `onSound` hears of their end under this number, also when there is nothing to be played or the
  /// session is not decoded.
  public func play(
    _ clips: [SoundPlayer.Clip], numbered number: UInt32 = 0, to side: RelaySide, of id: UInt64
  ) {
    thread(of: id).submit(.play(id, side, clips, number))
  }

  /// The party has heard enough: its prompts are over.
  public func stopPlaying(to side: RelaySide, of id: UInt64) {
    thread(of: id).submit(.stopPlaying(id, side))
  }

  /// Tells one party of a decoded session of a key, the way in which it is told.
  public func tell(_ key: DigitInfo, to side: RelaySide, of id: UInt64) {
    thread(of: id).submit(.tell(id, side, key))
  }

  /// The party on `side` of a decoded session talks with all who sit in a room, in place of its partner;
  /// nil: it does so no more. All sessions of a room belong to one thread of relays: others stay outside.
  public func seat(_ seat: RoomSeat?, _ side: RelaySide, of id: UInt64) {
    thread(of: id).submit(.seat(id, side, seat))
  }

  /// Records what the parties of a decoded session say, A left and B right, until the session ends;
  /// nil: no more. `onSegment` gets the file in pieces, under `name`.
  ///
  /// - Parameters:
  ///   - side: where one party is recorded, the one on this side.
  ///   - segment: how long each piece is, 1 to 60 s: what is lost with this process.
  ///   - silence: how long it may say nothing until `onRecordedSilence` hears of it; nil: always.
  public func record(
    _ id: UInt64, as format: RecordingFormat?, of parties: RecordedParties = .both,
    on side: RelaySide = .a, named name: UInt32 = 0, every segment: Duration = .seconds(5),
    silence: Duration? = nil
  ) {
    let wish = format.map {
      RecordingWish(
        name: name, format: $0, parties: parties, side: side, segment: segment, silence: silence)
    }
    thread(of: id).submit(.record(id, wish))
  }

  /// The music under which parties wait, from now on and also those who wait already.
  public func wait(with music: [SoundPlayer.Clip]) {
    for thread in threads { thread.submit(.waitWith(music)) }
  }

  /// What came from the party on `side` since this was asked last; the next is another party, or the
  /// same with another story. `whenMeasured` is called on the relay's thread; with nil if no such
  /// session is open.
  public func measure(
    _ id: UInt64, side: RelaySide,
    whenMeasured: @escaping @Sendable (RelayStatistics.Side?) -> Void
  ) {
    thread(of: id).submit(.measure(id, side, whenMeasured))
  }

  /// Closes the session's sockets soon. `whenClosed` is called on the relay's thread, once the
  /// ports are free, with what was relayed; with nil if no such session was open.
  public func close(
    _ id: UInt64, whenClosed: @escaping @Sendable (RelayStatistics?) -> Void = { _ in }
  ) {
    thread(of: id).submit(.close(id, whenClosed))
  }

  /// What the session relayed so far; nil when it is not open. Not after `stop()`.
  public func statistics(of id: UInt64) async -> RelayStatistics? {
    await withCheckedContinuation { continuation in
      thread(of: id).submit(.report(id) { continuation.resume(returning: $0) })
    }
  }

  /// What this process carries on for another one since then. Not after `stop()`.
  public func carriedOn(since instant: BootInstant) async -> [CarriedOnRelay] {
    var relays: [CarriedOnRelay] = []
    for thread in threads {
      relays += await withCheckedContinuation { continuation in
        thread.submit(.carriedOn(instant) { continuation.resume(returning: $0) })
      }
    }
    return relays
  }

  /// RTP and RTCP datagrams passed on since the start, of all sessions.
  public var packetsRelayed: UInt64 {
    threads.reduce(0) { $0 + $1.packetCount.load(ordering: .relaxed) }
  }

  private func thread(of id: UInt64) -> RelayThread { threads[Int(id % UInt64(threads.count))] }
}
