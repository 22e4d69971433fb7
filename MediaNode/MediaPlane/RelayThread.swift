import CLinux
import Epoll
import Glibc
import Logging
import NodeContract
import RTP
import Synchronization

/// One thread that owns the ports of its sessions and carries their packets. Per packet it
/// receives, looks into its table and sends: no allocation, no lock, no reference count.
///
/// `@unchecked Sendable`: what other threads touch is `orders`, `packetCount` and the descriptors
/// that never change; the table and the rest belong to the thread.
final class RelayThread: @unchecked Sendable {
  enum Order: Sendable {
    case open(BoundSession)
    case direct(UInt64, RelaySide, IPEndpoint)
    case report(UInt64, @Sendable (RelayStatistics?) -> Void)
    case close(UInt64, @Sendable (RelayStatistics?) -> Void)
    case stop
  }

  private struct OpenSession {
    let sockets: [UDPSocket]
    let first: Int
  }

  private let name: String
  private let log: Logger
  private let poll: Int32
  private let wake: Int32
  private let orders = Mutex<[Order]>([])
  private let thread = Mutex<SystemThread?>(nil)
  /// Written by the thread alone, once per batch of packets.
  let packetCount = Atomic<UInt64>(0)

  private var table = RelayTable()
  private var sessions: [UInt64: OpenSession] = [:]
  private let packet: UnsafeMutableRawBufferPointer
  private let events: UnsafeMutableBufferPointer<epoll_event>
  private var isStopping = false

  /// No medium that voice travels on has longer packets; longer datagrams are garbage.
  private static let longestPacket = 4_096
  /// Marks the events of the descriptor that wakes the thread.
  private static let wakeTag = UInt64.max

  init(name: String, log: Logger) throws(SystemError) {
    poll = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard poll >= 0 else { throw SystemError("epoll_create1") }
    wake = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    guard wake >= 0 else {
      let error = SystemError("eventfd")
      close(poll)
      throw error
    }
    self.name = name
    self.log = log
    packet = .allocate(byteCount: Self.longestPacket, alignment: 16)
    events = .allocate(capacity: 256)
    watch(wake, tag: Self.wakeTag)
  }

  deinit {
    packet.deallocate()
    events.deallocate()
    close(wake)
    close(poll)
  }

  func start() {
    thread.withLock { $0 = SystemThread(name: name) { self.run() } }
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
      let count = epoll_wait(poll, events.baseAddress, Int32(events.count), -1)
      if count > 0 { handleEvents(Int(count)) }
    }
    for id in Array(sessions.keys) { _ = closeSession(id) }
  }

  private func obeyOrders() {
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
    case .report(let id, let answer): answer(statistics(of: id))
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
    let first = table.claim()
    for (offset, port) in bound.ports.enumerated() {
      table.ports[first + offset] = port
      watch(port.descriptor, tag: UInt64(first + offset))
    }
    sessions[id] = OpenSession(sockets: bound.sockets, first: first)
  }

  private func direct(_ id: UInt64, _ side: RelaySide, to remote: IPEndpoint) {
    guard let session = sessions[id] else { return }
    let media = session.first + (side == .a ? 0 : 1)
    guard table.ports[media].expected != remote else { return }
    table.ports[media].direct(to: remote)
    if let control = remote.nextPort {
      table.ports[RelayTable.control(of: media)].direct(to: control)
    }
  }

  private func closeSession(_ id: UInt64) -> RelayStatistics? {
    let result = statistics(of: id)
    guard let session = sessions.removeValue(forKey: id) else { return nil }
    for socket in session.sockets { epoll_ctl(poll, EPOLL_CTL_DEL, socket.descriptor, nil) }
    table.release(session.first)
    return result
  }

  private func statistics(of id: UInt64) -> RelayStatistics? {
    guard let first = sessions[id]?.first else { return nil }
    return RelayStatistics(a: side(first), b: side(first + 1))
  }

  private func side(_ index: Int) -> RelayStatistics.Side {
    let media = table.ports[index]
    let control = table.ports[RelayTable.control(of: index)]
    var side = RelayStatistics.Side()
    side.source = media.source
    side.packets = media.packets
    side.bytes = media.bytes
    side.lost = media.reception.lost
    side.controlPackets = control.packets
    side.strangers = media.strangers + control.strangers
    side.garbage = media.garbage + control.garbage
    side.undelivered = media.undelivered + control.undelivered
    side.lastPacket = media.lastPacket
    return side
  }

  /// The kernel refuses only our mistakes, or when it has no memory left.
  private func watch(_ descriptor: Int32, tag: UInt64) {
    var event = clinux_epoll_event(EPOLLIN.rawValue, tag)
    let result = epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event)
    precondition(result == 0, "\(SystemError("\(name) watches descriptor \(descriptor)"))")
  }

  // MARK: - Packets

  /// Packets first and orders last: no event of this batch may meet a table that orders changed.
  private func handleEvents(_ count: Int) {
    let now = MachineClock.boot()
    var relayed: UInt64 = 0
    var hasOrders = false
    for index in 0..<count {
      let tag = events[index].data.u64
      if tag == Self.wakeTag {
        hasOrders = true
      } else if relay(Int(tag), at: now) {
        relayed &+= 1
      }
    }
    if relayed > 0 { packetCount.add(relayed, ordering: .relaxed) }
    if hasOrders { obeyOrders() }
  }

  /// Carries the next datagram of one port over to the other party; true when it went.
  private func relay(_ index: Int, at now: BootInstant) -> Bool {
    var address = SocketAddress()
    let descriptor = table.ports[index].descriptor
    let count = address.withMutablePointer {
      recvfrom(descriptor, packet.baseAddress, packet.count, Int32(MSG_TRUNC), $0, $1)
    }
    guard count >= 0, let sender = address.endpoint else { return false }
    // A truncated packet is shown as empty, which no protocol admits.
    let received = UnsafeRawBufferPointer(
      rebasing: UnsafeRawBufferPointer(packet)[..<(count <= packet.count ? count : 0)])
    guard admits(received, at: index, from: sender, now) else { return false }
    return send(received, from: RelayTable.partner(of: index), countingAt: index)
  }

  private func admits(
    _ received: UnsafeRawBufferPointer, at index: Int, from sender: IPEndpoint, _ now: BootInstant
  ) -> Bool {
    switch table.ports[index].channel {
    case .media:
      let wasLatched = table.ports[index].source != nil
      guard table.ports[index].admitsMedia(received, from: sender) else { return false }
      table.ports[index].lastPacket = now
      if !wasLatched { table.ports[RelayTable.control(of: index)].guess(besideMedia: sender) }
      return true
    case .control:
      return table.ports[index].admitsControl(
        received, from: sender, mediaSource: table.ports[RelayTable.media(of: index)].source)
    }
  }

  private func send(
    _ received: UnsafeRawBufferPointer, from exit: Int, countingAt index: Int
  ) -> Bool {
    let descriptor = table.ports[exit].descriptor
    let sent = table.ports[exit].destination?.withPointer {
      sendto(descriptor, received.baseAddress, received.count, Int32(MSG_NOSIGNAL), $0, $1)
    }
    guard let sent, sent >= 0 else {
      table.ports[index].undelivered &+= 1
      return false
    }
    return true
  }
}
