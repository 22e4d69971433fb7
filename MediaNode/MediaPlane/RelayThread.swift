import Audio
import CLinux
import Digits
import Epoll
import Gates
import Glibc
import Logging
import NodeContract
import RTP
import Recording
import Synchronization

/// One thread that owns the ports of its sessions and carries their packets (`RelayThread+Packets`);
/// here, what others order it to do.
///
/// `@unchecked Sendable`: what other threads touch is `orders`, `packetCount` and the descriptors
/// that never change; the table and the rest belong to the thread.
final class RelayThread: @unchecked Sendable {
  enum Order: Sendable {
    case open(BoundSession)
    case direct(UInt64, RelaySide, IPEndpoint)
    case secure(UInt64, RelaySide, LegTransport)
    /// A handshake with the party is over.
    case agreed(UInt64, RelaySide, LegKeys)
    /// A datagram of a handshake; to nobody named: to where the party is.
    case transmit(UInt64, RelaySide, [UInt8], to: IPEndpoint?)
    case measure(UInt64, RelaySide, @Sendable (RelayStatistics.Side?) -> Void)
    case report(UInt64, @Sendable (RelayStatistics?) -> Void)
    case checkpoint(UInt64, @Sendable (RelayCheckpoint?) -> Void)
    case carriedOn(BootInstant, @Sendable ([CarriedOnRelay]) -> Void)
    case decode(UInt64, AudioPlan?)
    case fax(UInt64, Bool)
    case play(UInt64, RelaySide, [SoundPlayer.Clip], UInt32)
    case stopPlaying(UInt64, RelaySide)
    case tell(UInt64, RelaySide, DigitInfo)
    case waitWith([SoundPlayer.Clip])
    case seat(UInt64, RelaySide, RoomSeat?)
    case record(UInt64, RecordingWish?)
    case close(UInt64, @Sendable (RelayStatistics?) -> Void)
    case stop
  }

  struct OpenSession {
    var session: RelaySession
    let sockets: [UDPSocket]
    let first: Int
    /// When this process opened it for another one; nil: it began here.
    let carriedOnAt: BootInstant?
    /// When it was opened, or somebody last heard that it is silent.
    var silentSince: BootInstant
    /// The pairs that the parties chose, in the order of the ports.
    var nominations = [Nomination?](repeating: nil, count: RelayTable.portsPerSession)
    /// What another process sent in it, until its audio is decoded here.
    var generated = GeneratedStreams()
  }

  let name: String
  let log: Logger
  let poll: Int32
  private let wake: Int32
  let clock: Int32
  let silenceLimit: Duration
  /// All are set before the thread starts.
  var gates = AddressGates.open
  var onLatch: @Sendable (RelayCheckpoint) -> Void = { _ in }
  var onSilence: @Sendable (UInt64) -> Void = { _ in }
  var onKeys: @Sendable (UInt64, RelaySide, LegKeys) -> Void = { _, _, _ in }
  /// Nil where no handshakes are made. Set before the thread starts.
  var handshakes: MediaHandshakes?
  var onSound: @Sendable (SoundReport) -> Void = { _ in }
  private let orders = Mutex<[Order]>([])
  private let thread = Mutex<SystemThread?>(nil)
  /// Written by the thread alone, once per batch of packets.
  let packetCount = Atomic<UInt64>(0)

  var table = RelayTable()
  var sessions: [UInt64: OpenSession] = [:]
  var sweep = SilenceSweep()
  let packet: UnsafeMutableRawBufferPointer
  /// Whose datagram lies in `packet`.
  let sender: UnsafeMutablePointer<SocketAddress>
  let events: UnsafeMutableBufferPointer<epoll_event>
  /// Sessions whose audio is decoded, by their turn within 20 ms.
  var decoded: [[DecodedSession]] = Array(repeating: [], count: RelayThread.turns)
  var turn = 0
  var isTicking = false
  var music: [SoundPlayer.Clip] = []
  var rooms: [UInt64: Room] = [:]
  /// Sessions that are recorded.
  var recordings: Set<UInt64> = []
  /// Set before the thread starts.
  var recorder: RecordingThread?
  private var isStopping = false

  /// No medium that voice travels on has longer packets; longer datagrams are garbage.
  private static let longestPacket = 4_096
  /// Marks the events of the descriptor that wakes the thread.
  static let wakeTag = UInt64.max

  init(name: String, silenceLimit: Duration, log: Logger) throws(SystemError) {
    poll = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard poll >= 0 else { throw SystemError("epoll_create1") }
    wake = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    guard wake >= 0 else {
      let error = SystemError("eventfd")
      close(poll)
      throw error
    }
    clock = clinux_make_clock()
    guard clock >= 0 else {
      let error = SystemError("timerfd_create")
      close(wake)
      close(poll)
      throw error
    }
    self.name = name
    self.log = log
    self.silenceLimit = silenceLimit
    sender = .allocate(capacity: 1)
    sender.initialize(to: SocketAddress())
    packet = .allocate(byteCount: Self.longestPacket, alignment: 16)
    events = .allocate(capacity: 256)
    watch(wake, tag: Self.wakeTag)
    watch(clock, tag: Self.tickTag)
  }

  deinit {
    packet.deallocate()
    sender.deallocate()
    events.deallocate()
    close(clock)
    close(wake)
    close(poll)
  }

  func start() {
    thread.withLock { $0 = SystemThread(name: name, precedence: .first) { self.run() } }
  }

  /// Closes every session and waits for the thread's end.
  func stop() {
    submit(.stop)
    thread.withLock { $0.take() }?.join()
  }

  /// From any thread.
  func submit(_ order: Order) {
    let isFirst = orders.withLock { orders in
      orders.append(order)
      return orders.count == 1
    }
    guard isFirst else { return }
    var one: UInt64 = 1
    _ = write(wake, &one, 8)
  }

  // MARK: - Orders

  private func run() {
    while !isStopping {
      let count = epoll_wait(poll, events.baseAddress, Int32(events.count), patience)
      handleEvents(Int(max(count, 0)))
    }
    for id in Array(sessions.keys) { _ = closeSession(id) }
  }

  /// A thread without sessions has nothing to look after.
  private var patience: Int32 { sessions.isEmpty ? -1 : 100 }

  func obeyOrders() {
    var count: UInt64 = 0
    _ = read(wake, &count, 8)
    var batch: [Order] = []
    orders.withLock { swap(&$0, &batch) }
    for order in batch { obey(order) }
  }

  private func obey(_ order: Order) {
    switch order {
    case .open(let session): open(session)
    case .direct(let id, let side, let remote): direct(id, side, to: remote)
    case .secure(let id, let side, let transport): secure(id, side, transport)
    case .agreed(let id, let side, let keys): agreed(id, side, keys)
    case .transmit(let id, let side, let bytes, let remote): transmit(id, side, bytes, to: remote)
    case .measure(let id, let side, let answer): answer(measure(id, side))
    case .report(let id, let answer): answer(statistics(of: id))
    case .checkpoint(let id, let answer): answer(checkpoint(of: id))
    case .carriedOn(let instant, let answer): answer(carriedOn(since: instant))
    case .decode(let id, let plan): decode(id, as: plan, at: MachineClock.boot())
    case .fax(let id, let isFax):
      guard let first = sessions[id]?.first else { return }
      for media in [first, first + 1] {
        forgetPeer(media)
        table.ports[media].isFax = isFax
      }
    case .play(let id, let side, let clips, let number):
      play(clips, numbered: number, to: side, of: id)
    case .stopPlaying(let id, let side): decoder(of: id)?.stopPlaying(to: side)
    case .tell(let id, let side, let info): decoder(of: id)?.tell(info, to: side)
    case .waitWith(let music): waitWith(music)
    case .seat(let id, let side, let seat): self.seat(seat, side, of: id)
    case .record(let id, let wish): record(id, as: wish)
    case .close(let id, let answer): answer(closeSession(id))
    case .stop: isStopping = true
    }
  }

  private func open(_ bound: BoundSession) {
    let id = bound.session.id
    guard sessions[id] == nil else {
      log.error("relay \(id) is open already; the second one is dropped")
      return
    }
    guard let protections = protections(of: bound) else { return }
    let first = table.claim(for: id)
    table.protect(first, protections.a)
    table.protect(first + 1, protections.b)
    for (offset, port) in bound.ports(by: gates).enumerated() {
      table.ports[first + offset] = port
      watch(port.descriptor, tag: UInt64(first + offset))
    }
    sessions[id] = OpenSession(
      session: bound.session, sockets: bound.sockets, first: first,
      carriedOnAt: bound.isCarriedOn ? MachineClock.boot() : nil,
      silentSince: MachineClock.boot(), generated: bound.learnt?.generated ?? GeneratedStreams())
    if bound.learnt?.generated.wasDecoded == true { table.expectDecoding(first) }
    table.splice(first, bound.learnt?.generated.spliceA)
    table.splice(first + 1, bound.learnt?.generated.spliceB)
    for side in RelaySide.allCases { beginHandshake(id, side) }
  }

  /// Nil when the library refuses keys of the right length, which it does not; the log has it then.
  private func protections(of bound: BoundSession) -> (a: LegProtection?, b: LegProtection?)? {
    let learnt = bound.learnt ?? RelayCheckpoint(bound.session)
    let now = MachineClock.boot()
    do {
      return (
        try bound.session.transportA.keys.map {
          try LegProtection($0, carryingOn: learnt.rollover(of: 0, at: now))
        },
        try bound.session.transportB.keys.map {
          try LegProtection($0, carryingOn: learnt.rollover(of: 1, at: now))
        }
      )
    } catch {
      log.error("relay \(bound.session.id) has no protection: \(error)")
      return nil
    }
  }

  private func direct(_ id: UInt64, _ side: RelaySide, to remote: IPEndpoint) {
    guard let session = sessions[id] else { return }
    let media = RelayTable.media(of: side, from: session.first)
    guard table.ports[media].expected != remote else { return }
    forgetPeer(media)
    table.ports[media].direct(to: remote)
    if let control = remote.nextPort {
      table.ports[RelayTable.control(of: media)].direct(to: control)
    }
  }

  private func closeSession(_ id: UInt64) -> RelayStatistics? {
    let result = statistics(of: id)
    guard let session = sessions.removeValue(forKey: id) else { return nil }
    if session.session.transports.contains(where: \.isByHandshake) { handshakes?.end(id) }
    for socket in session.sockets { epoll_ctl(poll, EPOLL_CTL_DEL, socket.descriptor, nil) }
    forget(table.decoder(of: session.first))
    if recordings.remove(id) != nil { recorder?.submit(.end(id)) }
    table.release(session.first)
    return result
  }

  private func statistics(of id: UInt64) -> RelayStatistics? {
    guard let first = sessions[id]?.first else { return nil }
    return RelayStatistics(a: side(first), b: side(first + 1))
  }

  private func measure(_ id: UInt64, _ side: RelaySide) -> RelayStatistics.Side? {
    guard let first = sessions[id]?.first else { return nil }
    let media = RelayTable.media(of: side, from: first)
    let measured = self.side(media)
    for index in [media, RelayTable.control(of: media)] { table.ports[index].countAnew() }
    return measured
  }

  /// Those whose audio is decoded here begin with packets of our own, and are left out.
  private func carriedOn(since instant: BootInstant) -> [CarriedOnRelay] {
    sessions.compactMap { id, open in
      guard let carriedOnAt = open.carriedOnAt, carriedOnAt >= instant,
        !table.ports[open.first].isDecoded
      else { return nil }
      return CarriedOnRelay(
        session: id, firstSentToA: table.ports[open.first].firstSent,
        firstSentToB: table.ports[open.first + 1].firstSent)
    }
  }

  private func side(_ index: Int) -> RelayStatistics.Side {
    RelayStatistics.Side(
      media: table.ports[index], control: table.ports[RelayTable.control(of: index)])
  }

  func checkpoint(of id: UInt64) -> RelayCheckpoint? {
    guard let open = sessions[id] else { return nil }
    let ports = (open.first..<open.first + RelayTable.portsPerSession).map { index in
      RelayCheckpoint.Port(
        table.ports[index], own: table.protection(of: index),
        partner: table.protection(of: RelayTable.partner(of: index)),
        splice: table.splice(of: RelayTable.partner(of: index)))
    }
    return RelayCheckpoint(
      open.session, ports: ports,
      generated: streams(of: open))
  }

  private func streams(of open: OpenSession) -> GeneratedStreams {
    var streams = table.decoder(of: open.first)?.streams ?? open.generated
    streams.spliceA = table.splice(of: open.first)
    streams.spliceB = table.splice(of: open.first + 1)
    return streams
  }

  /// The kernel refuses only our mistakes, or when it has no memory left.
  private func watch(_ descriptor: Int32, tag: UInt64) {
    var event = clinux_epoll_event(EPOLLIN.rawValue, tag)
    let result = epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event)
    precondition(result == 0, "\(SystemError("\(name) watches descriptor \(descriptor)"))")
  }
}
