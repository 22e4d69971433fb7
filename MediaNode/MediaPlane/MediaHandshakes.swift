import Epoll
import Logging
import NodeContract
import SRTP
import Synchronization
import TLS

/// Handshakes of DTLS with parties (RFC 5763), on a thread of their own: each takes as long as the relay
/// of hundreds of packets. Their datagrams come from and go out by the relay threads, who own the ports.
///
/// Anybody may begin one: a few are made at once with each side, by source, and the first that shows
/// the signalled certificate is the party's.
///
/// `@unchecked Sendable`: `loop` and `waiting` are synchronised, all else is touched on its thread only.
final class MediaHandshakes: @unchecked Sendable {
  struct Place: Hashable, Sendable {
    let relay: UInt64
    let side: RelaySide
  }

  /// What the relay's thread must do.
  enum Outcome: Sendable {
    case transmit([UInt8], to: IPEndpoint?)
    case agreed(LegKeys)
  }

  private final class Attempt {
    let session: DTLSSession
    /// Nil for our own, until the party answers.
    var source: IPEndpoint?
    /// When its last flight is sent again, or, once it is over, when it is forgotten: a party that
    /// missed our last flight repeats its own until then.
    var dueAt: BootInstant?
    var lastHeard: BootInstant
    var isOver = false

    init(_ session: DTLSSession, with source: IPEndpoint?, at now: BootInstant) {
      self.session = session
      self.source = source
      lastHeard = now
    }
  }

  private struct Meeting {
    let handshake: LegHandshake
    var attempts: [Attempt] = []
    /// How often our own broke.
    var failures = 0
  }

  private let identity: DTLSIdentity
  private let loop: EventLoop
  private let log: Logger
  private let act: @Sendable (Place, Outcome) -> Void
  private var meetings: [Place: Meeting] = [:]
  /// Those that wait for the time.
  private var due: Set<Place> = []
  private var timer: LoopTimer?
  /// Datagrams that were handed over and not looked at yet.
  private let waiting = Atomic<Int>(0)

  /// With each side; beyond, the one that was silent longest gives way.
  private static let attempts = 4
  /// Beyond, datagrams are lost, and come again.
  private static let datagrams = 1_024
  private static let failures = 3
  private static let memory: Duration = .seconds(60)

  init(
    as identity: DTLSIdentity, log: Logger, act: @escaping @Sendable (Place, Outcome) -> Void
  ) throws(SystemError) {
    self.identity = identity
    self.log = log
    self.act = act
    loop = try EventLoop(name: "media-handshakes", precedence: .last)
  }

  func start() {
    loop.start()
    loop.submit { [self] in timer = loop.makeTimer { [unowned self] in timeHasCome() } }
  }

  func stop() { loop.stop() }

  // MARK: - From the relay threads

  func begin(_ relay: UInt64, _ side: RelaySide, _ handshake: LegHandshake) {
    loop.submit { [self] in begin(Place(relay: relay, side: side), handshake) }
  }

  func receive(_ relay: UInt64, _ side: RelaySide, _ datagram: [UInt8], from source: IPEndpoint) {
    guard waiting.load(ordering: .relaxed) < Self.datagrams else { return }
    waiting.add(1, ordering: .relaxed)
    loop.submit { [self] in
      waiting.subtract(1, ordering: .relaxed)
      receive(datagram, at: Place(relay: relay, side: side), from: source)
    }
  }

  /// The relay is closed.
  func end(_ relay: UInt64) {
    loop.submit { [self] in
      for side in RelaySide.allCases { meetings[Place(relay: relay, side: side)] = nil }
    }
  }

  /// Another description counts.
  func end(_ relay: UInt64, _ side: RelaySide) {
    loop.submit { [self] in meetings[Place(relay: relay, side: side)] = nil }
  }

  // MARK: - On the thread

  private func begin(_ place: Place, _ handshake: LegHandshake) {
    guard meetings[place] == nil else { return }
    meetings[place] = Meeting(handshake: handshake)
    if handshake.isClient { beginOwn(at: place) }
  }

  private func beginOwn(at place: Place) {
    guard let own = attempt(at: place, with: nil) else { return }
    advance(own, by: [], at: place)
  }

  private func receive(_ datagram: [UInt8], at place: Place, from source: IPEndpoint) {
    guard let meeting = meetings[place] else { return }
    let known = meeting.attempts.last { $0.source == source }
    if let known, !(known.isOver && Self.beginsAnew(datagram)) {
      return advance(known, by: datagram, at: place)
    }
    // Our own has no source until the party answers, and no other is made then.
    let next =
      meeting.handshake.isClient
      ? meeting.attempts.first { $0.source == nil } : attempt(at: place, with: source)
    guard let next else { return }
    next.source = source
    advance(next, by: datagram, at: place)
  }

  /// A ClientHello outside any epoch (RFC 6347 section 4.1): a party that forgot what it had.
  private static func beginsAnew(_ datagram: [UInt8]) -> Bool {
    datagram.count > 13 && datagram[0] == 22 && datagram[3] == 0 && datagram[4] == 0
      && datagram[13] == 1
  }

  private func attempt(at place: Place, with source: IPEndpoint?) -> Attempt? {
    guard let meeting = meetings[place],
      let session = try? identity.session(asClient: meeting.handshake.isClient)
    else { return nil }
    let attempt = Attempt(session, with: source, at: MachineClock.boot())
    meetings[place]?.attempts.append(attempt)
    if meeting.attempts.count >= Self.attempts, let quiet = quietest(of: meeting.attempts) {
      meetings[place]?.attempts.removeAll { $0 === quiet }
    }
    return attempt
  }

  private func quietest(of attempts: [Attempt]) -> Attempt? {
    attempts.min { $0.lastHeard < $1.lastHeard }
  }

  private func advance(_ attempt: Attempt, by datagram: [UInt8], at place: Place) {
    attempt.lastHeard = MachineClock.boot()
    let isGoingOn = (try? attempt.session.advance(by: datagram)) != nil
    flush(attempt, at: place)
    guard isGoingOn else { return give(up: attempt, at: place) }
    if attempt.session.isEstablished, !attempt.isOver { finish(attempt, at: place) }
    armTimer()
  }

  private func flush(_ attempt: Attempt, at place: Place) {
    for datagram in attempt.session.takeOutput() {
      act(place, .transmit(datagram, to: attempt.source))
    }
    guard !attempt.isOver else { return }
    let now = MachineClock.boot()
    wake(attempt, at: attempt.session.repeatsAfter.map { now.advanced(by: $0) }, place)
  }

  private func finish(_ attempt: Attempt, at place: Place) {
    guard let meeting = meetings[place] else { return }
    guard attempt.session.peerShows(oneOf: meeting.handshake.hashes) else {
      log.notice("a handshake for media showed another certificate than was signalled")
      return give(up: attempt, at: place)
    }
    guard let keys = attempt.session.keyMaterial().flatMap(LegKeys.init) else {
      log.notice("a handshake for media brought no keys that we know")
      return give(up: attempt, at: place)
    }
    attempt.isOver = true
    meetings[place]?.attempts = [attempt]
    wake(attempt, at: MachineClock.boot().advanced(by: Self.memory), place)
    act(place, .agreed(keys))
  }

  /// Our own begins once more.
  private func give(up attempt: Attempt, at place: Place) {
    meetings[place]?.attempts.removeAll { $0 === attempt }
    guard let meeting = meetings[place], meeting.handshake.isClient,
      meeting.failures < Self.failures
    else { return }
    meetings[place]?.failures += 1
    beginOwn(at: place)
  }

  // MARK: - Time

  private func wake(_ attempt: Attempt, at instant: BootInstant?, _ place: Place) {
    attempt.dueAt = instant
    if instant != nil { due.insert(place) }
  }

  private func timeHasCome() {
    let now = MachineClock.boot()
    for place in due {
      for attempt in meetings[place]?.attempts ?? [] where attempt.dueAt.map({ $0 <= now }) ?? false
      {
        attempt.isOver ? forget(attempt, at: place) : repeatFlight(of: attempt, at: place)
      }
    }
    armTimer()
  }

  private func forget(_ attempt: Attempt, at place: Place) {
    meetings[place]?.attempts.removeAll { $0 === attempt }
  }

  private func repeatFlight(of attempt: Attempt, at place: Place) {
    let isGoingOn = (try? attempt.session.repeatFlight()) != nil
    flush(attempt, at: place)
    if !isGoingOn { give(up: attempt, at: place) }
  }

  private func armTimer() {
    guard let timer else { return }
    due = due.filter { place in
      meetings[place]?.attempts.contains { $0.dueAt != nil } ?? false
    }
    let next = due.compactMap { place in
      meetings[place]?.attempts.compactMap(\.dueAt).min()
    }.min()
    if timer.deadline != next { loop.setTimer(timer, at: next) }
  }
}

extension LegKeys {
  init?(_ material: DTLSKeyMaterial) {
    guard let profile = SRTPProfile(rawValue: material.profile),
      let inbound = SRTPKey(profile, material.inbound),
      let outbound = SRTPKey(profile, material.outbound)
    else { return nil }
    self.init(inbound: inbound, outbound: outbound)
  }
}
