import Epoll
import Logging
import NodeContract
import TLS

/// What a link needs of the node around it.
protocol LinkOwner: AnyObject {
  var policy: LinkPolicy { get }
  var loop: EventLoop { get }
  var context: TLSClientContext { get }
  var facts: any FactSource { get }
  var logger: Logger { get }
  func greeting() -> NodeHello
  /// All that a replica without memory must be told.
  func wholeState() -> [UpwardMessage]
  func linkChanged(_ replica: ReplicaName, isLinked: Bool)
  func received(_ message: DownwardMessage, from replica: ReplicaName)
}

/// The link to one replica, through all its connections: dials, greets, speaks, notices its death,
/// dials again. Belongs to the loop's thread.
final class ReplicaLink {
  private enum Stage {
    /// Until the timer dials. Leads to `dialling`.
    case resting
    /// Until the replica's welcome. Leads to `linked` or `resting`.
    case dialling(LinkConnection)
    /// Messages flow. Leads to `resting`.
    case linked(LinkConnection)
    /// Leads nowhere.
    case stopped
  }

  let endpoint: ReplicaEndpoint
  private unowned let owner: any LinkOwner
  private var stage = Stage.resting
  private var timer: LoopTimer?
  private var queue = UpwardQueue()
  private var nextFact: UInt64 = 1
  private var retry: Duration
  private var lastReason: String?

  init(to endpoint: ReplicaEndpoint, owner: any LinkOwner) {
    self.endpoint = endpoint
    self.owner = owner
    retry = owner.policy.firstRetry
    timer = owner.loop.makeTimer { [weak self] in self?.timerFired() }
  }

  func start() { dial() }

  func stop() {
    switch stage {
    case .dialling(let connection), .linked(let connection): connection.close()
    case .resting, .stopped: break
    }
    stage = .stopped
    setTimer(nil)
  }

  /// Says `message` after what already waits, if there is a link; otherwise the next link begins
  /// with what is true then.
  func say(_ message: UpwardMessage) {
    guard case .linked(let connection) = stage else { return }
    queue.add(message)
    guard queue.count <= owner.policy.longestQueue else {
      connection.close()
      return rest(because: "it is too slow: \(queue.count) subjects wait")
    }
    pump()
  }

  /// Facts up to `sequence` are committed: there is no need to send them here as well.
  func skipFacts(through sequence: UInt64) {
    if sequence < .max { nextFact = max(nextFact, sequence + 1) }
    pump()
  }

  // MARK: - Dialling

  private func timerFired() {
    switch stage {
    case .resting: dial()
    case .dialling(let connection):
      connection.close()
      rest(because: "no welcome within \(owner.policy.connectTimeout)")
    case .linked(let connection): checkLife(of: connection)
    case .stopped: break
    }
  }

  private func dial() {
    do {
      let connection = try LinkConnection(to: endpoint, context: owner.context, loop: owner.loop) {
        [weak self] in self?.handle($0)
      }
      stage = .dialling(connection)
      setTimer(owner.policy.connectTimeout)
    } catch {
      rest(because: "\(error)")
    }
  }

  /// Waits before the next attempt: a random part, at least half, of a time that doubles.
  private func rest(because reason: String) {
    let wasLinked = if case .linked = stage { true } else { false }
    stage = .resting
    queue = UpwardQueue()
    let pause = retry * Double.random(in: 0.5...1)
    retry = min(retry * 2, owner.policy.longestRetry)
    setTimer(pause)
    note(reason, wasLinked: wasLinked)
    if wasLinked { owner.linkChanged(endpoint.name, isLinked: false) }
  }

  /// The same reason is told once, however often an attempt fails of it.
  private func note(_ reason: String, wasLinked: Bool) {
    guard wasLinked || reason != lastReason else { return }
    lastReason = reason
    owner.logger.warning(
      "no link to a replica", metadata: ["replica": "\(endpoint.name)", "reason": "\(reason)"])
  }

  private func setTimer(_ delay: Duration?) {
    guard let timer else { return }
    owner.loop.setTimer(timer, at: delay.map { EventLoop.readMoment().boot.advanced(by: $0) })
  }

  // MARK: - Talking

  private func handle(_ event: LinkConnection.Event) {
    switch event {
    case .ready: greet()
    case .message(let message): receive(message)
    case .progress: pump()
    case .lost(let reason): rest(because: reason)
    }
  }

  private func greet() {
    guard case .dialling(let connection) = stage else { return }
    send(.hello(owner.greeting()), over: connection)
    connection.push()
  }

  private func receive(_ message: DownwardMessage) {
    if case .welcome(let welcome) = message, case .dialling(let connection) = stage {
      begin(with: welcome, over: connection)
    }
    guard case .linked = stage else { return }
    owner.received(message, from: endpoint.name)
  }

  private func begin(with welcome: ReplicaWelcome, over connection: LinkConnection) {
    guard welcome.replica == endpoint.name else {
      connection.close()
      return rest(because: "\(welcome.replica) answered in its place")
    }
    stage = .linked(connection)
    retry = owner.policy.firstRetry
    lastReason = nil
    nextFact = owner.facts.firstUnacknowledged
    setTimer(owner.policy.keepAliveInterval)
    owner.logger.info("linked to a replica", metadata: ["replica": "\(endpoint.name)"])
    owner.linkChanged(endpoint.name, isLinked: true)
    for message in owner.wholeState() { queue.add(message) }
    pump()
  }

  private func checkLife(of connection: LinkConnection) {
    let silence = connection.lastHeard.duration(to: EventLoop.readMoment().boot)
    guard silence < owner.policy.silenceLimit else {
      connection.close()
      return rest(because: "nothing heard for \(silence)")
    }
    setTimer(owner.policy.keepAliveInterval)
    connection.send(Frame.keepAlive)
    pump()
  }

  // MARK: - Sending

  /// Hands over as much as the connection has room for: what waits, and facts in between so that
  /// neither starves the other.
  func pump() {
    guard case .linked(let connection) = stage else { return }
    while connection.mayTakeMore {
      let spoke = speak(over: connection, atMost: 64)
      let sentFacts = sendFacts(over: connection)
      if !spoke && !sentFacts { break }
    }
    connection.push()
  }

  private func speak(over connection: LinkConnection, atMost limit: Int) -> Bool {
    for index in 0..<limit {
      guard let message = queue.next() else { return index > 0 }
      send(message, over: connection)
    }
    return true
  }

  private func sendFacts(over connection: LinkConnection) -> Bool {
    let facts = owner.facts
    let (first, policy) = (facts.firstUnacknowledged, owner.policy)
    nextFact = max(nextFact, first)
    guard nextFact <= facts.lastDurable, nextFact - first < policy.factsInFlight else {
      return false
    }
    do {
      let records = try facts.records(from: nextFact, limit: policy.factsPerFrame)
      guard let last = sendFitting(records, over: connection) else { return false }
      nextFact = last.sequence + 1
      return true
    } catch {
      owner.logger.error("the spool cannot be read", metadata: ["reason": "\(error)"])
      return false
    }
  }

  /// Sends as many of the records as fit one frame; returns the last of them.
  private func sendFitting(
    _ records: [SpoolRecord], over connection: LinkConnection
  ) -> SpoolRecord? {
    var count = records.count
    while count > 0 {
      if let frame = try? UpwardMessage.facts(Array(records.prefix(count))).encodedFrame() {
        connection.send(frame)
        return records[count - 1]
      }
      count /= 2
    }
    return nil
  }

  private func send(_ message: UpwardMessage, over connection: LinkConnection) {
    do {
      connection.send(try message.encodedFrame())
    } catch {
      owner.logger.error("a message for a replica is left out", metadata: ["reason": "\(error)"])
    }
  }
}
