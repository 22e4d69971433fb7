public import CallControl
import DNS
public import Epoll
public import Gates
public import Logging
public import NodeContract
import OSIP
import SIP

/// The shell around an `Exchange`: one thread that owns its sockets and its call state. Datagrams
/// become events, actions become datagrams; nothing in between awaits, so the actions of two
/// events never interleave.
public actor SignallingLoop {
  nonisolated let loop: EventLoop
  public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  private var exchange: Exchange
  /// Nil until `start`.
  private var surroundings: (any ExchangeSurroundings)?
  let log: Logger
  let traffic: SignallingTraffic

  let parser = SIPParser()
  private let printer = SIPPrinter()
  private var sockets: [IPEndpoint: UDPSocket] = [:]
  /// Until `start`: from then on those who watch them own them, and close them.
  private var listeners: [TCPListener]
  private var secureListeners: [TCPListener]
  private let secure: StreamSecurity?
  private let custody: any MessageCustody
  private let streamLimits: StreamLimits
  let nameServers: [IPEndpoint]
  /// Nil until the exchange asks for something.
  var resolver: DNSResolver?
  /// Nil until `start`.
  private var streams: (connections: SignallingStreams, inbox: StreamInbox)?
  private let datagram = DatagramBuffer()
  private var deadline: LoopTimer?
  private var backlog = BacklogGauge()
  var keepAlives = KeepAliveAllowance()
  let gates: AddressGates
  /// What the replicas are told together: at the end of an event, or of the datagrams read in one turn.
  private var reports: [UpwardMessage] = []
  private var reporting: LoopTimer?
  private var isReadingDatagrams = false
  var held = HeldMessages()
  /// Addresses at which nothing is heard any more.
  var deaf: Set<IPAddress> = []
  var heldTimer: LoopTimer?
  var reminders = ConnectionReminders()
  var reminderTimer: LoopTimer?
  let reminder = TCPReminder()
  var wasUnreminded = false

  /// Datagrams read from one socket before the others and the timers have their turn.
  private static let datagramsPerTurn = 64

  /// - Parameters:
  ///   - loop: the thread; not started yet, and nobody else's.
  ///   - sockets: bound, one for each address that the exchange may serve.
  ///   - listeners: for TCP, on the same ports; none where only UDP is wanted.
  ///   - secure: for TLS, on the ports that the addresses name for it.
  ///   - gates: what may leave from which address.
  ///   - custody: remembers what is in hand.
  ///   - nameServers: know where carriers' domains are; none: those of the system's `resolv.conf`.
  public init(
    exchange: Exchange, on loop: EventLoop, sockets: [UDPSocket], listeners: [TCPListener] = [],
    secure: SecureListeners? = nil, streamLimits: StreamLimits = StreamLimits(),
    nameServers: [IPEndpoint] = [], gates: AddressGates = .open,
    custody: any MessageCustody = NoCustody(), traffic: SignallingTraffic, log: Logger
  ) {
    self.gates = gates
    self.custody = custody
    self.nameServers = nameServers
    self.listeners = listeners
    secureListeners = secure?.listeners ?? []
    self.secure = secure?.streams
    self.streamLimits = streamLimits
    self.loop = loop
    self.exchange = exchange
    self.traffic = traffic
    self.log = log
    for socket in sockets { self.sockets[socket.local] = socket }
  }

  /// Starts the thread and listens, after it did `first`: what the exchange wanted before. Once.
  /// - Parameter next: what comes after that, and before anybody is heard.
  public nonisolated func start(
    with surroundings: any ExchangeSurroundings, first: [ExchangeAction] = [],
    next: @escaping @Sendable (inout Exchange, Moment) -> [ExchangeAction] = { _, _ in [] }
  ) {
    loop.start()
    loop.submit { [self] in
      assumeIsolated { $0.listen(with: surroundings, first: first, next: next) }
    }
  }

  /// Hangs up whoever talks, then ends the thread.
  public nonisolated func stop() async {
    if await endsCalls() { try? await Task.sleep(for: Self.farewell) }
    secure?.handshakes.stop()
    loop.stop()
  }

  /// T1 and a little (RFC 3261 section 17.1.2.2): a BYE that was lost is sent once more.
  private static let farewell = Duration.milliseconds(600)

  /// False when there were none.
  private func endsCalls() -> Bool {
    guard exchange.census.calls > 0 else { return false }
    perform { $0.stopService(at: $1) }
    return true
  }

  private func listen(
    with surroundings: any ExchangeSurroundings, first: [ExchangeAction],
    next: @Sendable (inout Exchange, Moment) -> [ExchangeAction]
  ) {
    self.surroundings = surroundings
    deadline = loop.makeTimer { [unowned self] in assumeIsolated { $0.timersAreDue() } }
    reporting = loop.makeTimer { [unowned self] in assumeIsolated { $0.report() } }
    for socket in sockets.values { watch(socket) }
    let inbox = StreamInbox(self)
    let connections = SignallingStreams(
      listeners: listeners, secureListeners: secureListeners, secure: secure,
      limits: streamLimits, on: loop, for: inbox)
    (listeners, secureListeners) = ([], [])
    secure?.handshakes.start()
    connections.start()
    streams = (connections, inbox)
    perform(first, at: EventLoop.readMoment())
    perform { next(&$0, $1) }
    perform { $0.serviceStarts(at: $1) }
  }

  private func watch(_ socket: UDPSocket) {
    socket.keepUndelivered()
    loop.watch(socket.descriptor, for: .readable) { [unowned self] readiness in
      assumeIsolated {
        if readiness.contains(.failed) { $0.takeUndelivered(of: socket) }
        $0.receiveDatagrams(from: socket)
      }
    }
  }

  func open(_ address: AddressSockets) {
    guard sockets[address.datagrams.local] == nil else { return }
    sockets[address.datagrams.local] = address.datagrams
    watch(address.datagrams)
    streams?.connections.add(address.streams, isSecure: false)
    if let listener = address.secure { streams?.connections.add(listener, isSecure: true) }
  }

  func close(_ address: IPAddress) {
    for (local, socket) in sockets where local.address == address {
      loop.unwatch(socket.descriptor)
      sockets[local] = nil
    }
    held.forget(address)
    deaf.remove(address)
    streams?.connections.leave(address)
  }

  // MARK: - Events from the rest of the node

  /// An event from elsewhere in the node.
  public typealias Event = @Sendable (inout Exchange, Moment) -> [ExchangeAction]

  /// Hands `event` to the exchange, after all that were submitted before it. From any thread, after
  /// `start`.
  public nonisolated func submit(_ event: @escaping Event) {
    loop.submit { [self] in assumeIsolated { $0.perform(event) } }
  }

  func perform(_ event: Event) {
    let now = EventLoop.readMoment()
    perform(event(&exchange, now), at: now)
    armDeadline()
  }

  /// Whether we hold the address.
  func serves(_ local: IPEndpoint) -> Bool { exchange.isServed(local) }

  /// How much the exchange has to do.
  public var load: ExchangeLoad { exchange.load }

  /// What a fault would do to its calls.
  public var exposure: ExchangeExposure { exchange.exposure }

  /// How much the exchange holds.
  public var census: ExchangeCensus { exchange.census }

  // MARK: - Events from the wire and the clock

  private func receiveDatagrams(from socket: UDPSocket) {
    let now = EventLoop.readMoment()
    var isEmpty = false
    isReadingDatagrams = true
    defer {
      isReadingDatagrams = false
      reportSoon(after: now)
      noteBacklog(of: socket, isEmpty: isEmpty, at: now)
    }
    for _ in 0..<Self.datagramsPerTurn {
      guard let (count, source) = socket.receive(into: datagram.bytes) else {
        isEmpty = true
        break
      }
      traffic.datagramReceived()
      let bytes = UnsafeRawBufferPointer(rebasing: datagram.bytes[..<count])
      guard !STUNBinding.begins(bytes) else {
        answerKeepAlive(bytes, from: source, at: socket, now: now)
        continue
      }
      receive(
        bytes, over: Flow(transport: .udp, local: socket.local, remote: source), at: now)
    }
    armDeadline()
  }

  private func takeUndelivered(of socket: UDPSocket) {
    let now = EventLoop.readMoment()
    for _ in 0..<Self.datagramsPerTurn {
      guard let (count, destination) = socket.takeUndelivered(into: datagram.bytes) else { return }
      guard let quoted = QuotedRequest(datagram.bytes[..<count]) else { continue }
      let flow = Flow(transport: .udp, local: socket.local, remote: destination)
      perform(exchange.undelivered(quoted, over: flow, at: now), at: now)
    }
  }

  private func noteBacklog(of socket: UDPSocket, isEmpty: Bool, at now: Moment) {
    backlog.note(socket.local, isEmpty: isEmpty, at: now.boot)
    let pressure = backlog.pressure(at: now.boot) { socket.waitOfLastDatagram() }
    exchange.measured(pressure, at: now)
  }

  func receive(_ bytes: UnsafeRawBufferPointer, over flow: Flow, at now: Moment) {
    guard deaf.isEmpty || !deaf.contains(flow.local.address) else {
      return traffic.datagramDropped()
    }
    guard custody.take(bytes, over: flow, at: now) else { return traffic.messageQuarantined() }
    defer { custody.layDown() }
    do throws(SIPParseError) {
      let message = try parser.parse(bytes)
      guard custody.understand(message, over: flow, at: now) else {
        return traffic.messageQuarantined()
      }
      perform(exchange.receive(message, over: flow, at: now), at: now)
    } catch .refused(var response) {
      traffic.datagramRefused()
      response.headers.noteSource(of: flow)
      send(.response(response), over: flow)
    } catch .keepAlive {
    } catch {
      traffic.datagramDropped()
    }
  }

  private func timersAreDue() {
    let now = EventLoop.readMoment()
    perform(exchange.advance(to: now), at: now)
    armDeadline()
  }

  func armDeadline() {
    let next = exchange.nextDeadline
    guard let deadline, deadline.deadline != next else { return }
    loop.setTimer(deadline, at: next)
  }

  // MARK: - Actions

  private func perform(_ actions: [ExchangeAction], at now: Moment) {
    guard !actions.isEmpty else { return }
    guard let surroundings else { preconditionFailure("actions before the start: \(actions)") }
    surroundings.leave(actions, at: now)
    for action in actions { perform(action, by: surroundings) }
    if !isReadingDatagrams { report() }
  }

  /// The replicas are told of what datagrams changed together, so long after the first: each time wakes the
  /// links' thread, which costs more than what is told, and a call's first messages come within less.
  private static let reportsGather = Duration.milliseconds(3)

  private func reportSoon(after now: Moment) {
    guard !reports.isEmpty, let reporting, reporting.deadline == nil else { return }
    loop.setTimer(reporting, at: now.boot.advanced(by: Self.reportsGather))
  }

  /// Tells the replicas what has gathered.
  private func report() {
    if let reporting, reporting.deadline != nil { loop.setTimer(reporting, at: nil) }
    guard !reports.isEmpty else { return }
    surroundings?.report(reports)
    reports.removeAll(keepingCapacity: true)
  }

  private func perform(_ action: ExchangeAction, by surroundings: any ExchangeSurroundings) {
    switch action {
    case .send(let message, over: let flow): send(message, over: flow)
    case .remind(let flows): remind(peersOf: flows)
    case .openRelay(let plan): open(plan, by: surroundings)
    case .directRelay(let id, let side, let remote):
      surroundings.directRelay(id, side: side, to: remote)
    case .secureRelay(let id, let side, let transport):
      surroundings.secureRelay(id, side: side, transport)
    case .carry(let id, let passage): surroundings.carry(id, passage)
    case .tellKey(let key, let id, let side): surroundings.tellKey(key, of: id, side: side)
    case .play(let announcement, let number, let id, let side, let position):
      surroundings.play(announcement, numbered: number, to: side, of: id, from: position)
    case .stopPlaying(let id, let side): surroundings.stopPlaying(to: side, of: id)
    case .seat(let seat, let id, let side): surroundings.seat(seat, side: side, of: id)
    case .recordRelay(let part, let id): surroundings.recordRelay(part, of: id)
    case .soundEnded(let sound): surroundings.soundEnded(sound)
    case .askMailbox(let question): surroundings.askMailbox(question)
    case .measureRelay(let id, let side, let leg):
      surroundings.measureRelay(id, side: side) { [self] media in
        submit { $0.legMeasured(leg, media, at: $1) }
      }
    case .closeRelay(let id): surroundings.closeRelay(id)
    case .record(let fact, let receipt): record(fact, receipt: receipt, in: surroundings)
    case .checkpoint(let envelope): reports.append(.checkpoint(envelope))
    case .retireCheckpoint(let call): reports.append(.checkpointRetired(call))
    case .bindingChanged(let change): reports.append(.binding(change))
    case .locate(let question): locate(question)
    case .subscriptionChanged(let change): reports.append(.subscription(change))
    case .log(let note): write(note)
    }
  }

  func transmit(_ message: SIPMessage, over flow: Flow) {
    guard flow.transport == .udp else { return sendByStream(message, over: flow) }
    guard let socket = sockets[flow.local] else {
      return log.error("no socket for a flow", metadata: ["local": "\(flow.local)"])
    }
    if !socket.send(printer.print(message), to: flow.remote) { traffic.datagramUnsent() }
  }

  /// Requests open a connection where there is none; an answer goes back over the one that its
  /// request came by, or else to where the peer takes connections.
  private func sendByStream(_ message: SIPMessage, over flow: Flow) {
    let bytes = printer.print(message)
    switch message {
    case .request:
      guard !sends(bytes, over: flow, mayConnect: true) else { return }
      traffic.datagramUnsent()
      closed(flow)
    case .response(let response):
      guard !sends(bytes, over: flow, mayConnect: false) else { return }
      guard let way = response.wayBack(after: flow), sends(bytes, over: way, mayConnect: true)
      else { return traffic.datagramUnsent() }
    }
  }

  private func sends(_ bytes: [UInt8], over flow: Flow, mayConnect: Bool) -> Bool {
    streams?.connections.send(bytes, over: flow, mayConnect: mayConnect) ?? false
  }

  private func open(_ plan: RelayPlan, by surroundings: any ExchangeSurroundings) {
    do {
      try surroundings.openRelay(plan)
    } catch {
      log.error(
        "relay not opened",
        metadata: ["local": "\(plan.callerLocal) \(plan.calleeLocal)", "cause": "\(error)"])
      // The exchange hears of it after the actions that are being performed now.
      submit { $0.relayFailed(plan.id, at: $1) }
    }
  }

  private func record(
    _ fact: Fact, receipt: FactReceipt?, in surroundings: any ExchangeSurroundings
  ) {
    guard let receipt else { return surroundings.record(fact, whenDurable: nil) }
    surroundings.record(fact) { [self] in submit { $0.factIsDurable(receipt, at: $1) } }
  }

  private func write(_ note: LogNote) {
    let level = Logger.Level(note.level)
    guard log.logLevel <= level else { return }
    var metadata: Logger.Metadata = [:]
    if let tenant = note.tenant { metadata["tenant"] = "\(tenant)" }
    if let call = note.call { metadata["call"] = "\(call)" }
    if let leg = note.leg { metadata["leg"] = "\(leg)" }
    log.log(level: level, "\(note.message)", metadata: metadata)
  }
}

extension Logger.Level {
  fileprivate init(_ level: LogNote.Level) {
    switch level {
    case .debug: self = .debug
    case .info: self = .info
    case .notice: self = .notice
    case .warning: self = .warning
    case .error: self = .error
    }
  }
}

/// Room for the longest datagram, kept for the life of its loop.
private final class DatagramBuffer {
  let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
  deinit { bytes.deallocate() }
}
