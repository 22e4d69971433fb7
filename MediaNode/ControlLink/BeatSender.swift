import Epoll
public import NodeContract
import TLS

/// Whoever judges this node's titles by its beats. Called on the thread of the beats.
public struct BeatHooks: Sendable {
  /// A beat leaves now; says its number. Numbers rise.
  public var beat: @Sendable (BootInstant) -> UInt64
  /// A replica, whose quorum was fresh, answered a beat and named what this node holds.
  public var acknowledged: @Sendable (UInt64, [HeldAddress]) -> Void
  /// A replica gave a key: the next process may beat with it until it is given another.
  public var keyChanged: @Sendable (ReplicaName, BeatKey) -> Void
  /// Keys of an earlier process.
  public var keys: [ReplicaName: BeatKey]

  public init(
    keys: [ReplicaName: BeatKey] = [:], beat: @escaping @Sendable (BootInstant) -> UInt64,
    acknowledged: @escaping @Sendable (UInt64, [HeldAddress]) -> Void,
    keyChanged: @escaping @Sendable (ReplicaName, BeatKey) -> Void = { _, _ in }
  ) {
    self.keys = keys
    self.beat = beat
    self.acknowledged = acknowledged
    self.keyChanged = keyChanged
  }
}

/// Sends this node's beats to every replica that has given a key and to the neighbours that replicas
/// name, and hears acknowledgements and neighbours. Belongs to the loop's thread.
final class BeatSender {
  private let node: NodeName
  private let incarnation: UUIDv7
  private let interval: Duration
  private let loop: EventLoop
  private let hashing = OpenSSLHashing()
  private let replicas: [ReplicaEndpoint]
  /// Newest first; the one before the newest still opens acknowledgements under way.
  private var keys: [ReplicaName: [BeatKey]] = [:]
  private var sockets: [Int32: UDPSocket] = [:]
  private var timer: LoopTimer?
  private var number: UInt64 = 0
  /// When the latest beats were sent, by number modulo the array's length.
  private var sendTimes = [BootInstant](repeating: BootInstant(nanoseconds: 0), count: 256)
  private var lastAcknowledged: [ReplicaName: UInt64] = [:]
  private var room = [UInt8](repeating: 0, count: 65_536)
  private let acknowledged: (ReplicaName, BeatEvidence) -> Void
  private let hooks: BeatHooks?
  private var neighbourhood = Neighbourhood()

  init(
    configuration: LinkConfiguration, loop: EventLoop, hooks: BeatHooks? = nil,
    acknowledged: @escaping (ReplicaName, BeatEvidence) -> Void
  ) {
    node = configuration.node
    incarnation = configuration.incarnation
    interval = configuration.policy.beatInterval
    replicas = configuration.replicas
    self.loop = loop
    self.hooks = hooks
    keys = hooks?.keys.mapValues { [$0] } ?? [:]
    self.acknowledged = acknowledged
  }

  /// Opens a socket per address family in use and begins to beat.
  func start() throws(SystemError) {
    for replica in replicas {
      let family = SocketAddress.family(of: replica.beats)
      if sockets[family] == nil { sockets[family] = try openSocket(like: replica.host) }
    }
    timer = loop.makeTimer { [weak self] in self?.beat() }
    beat()
  }

  private func openSocket(like address: IPAddress) throws(SystemError) -> UDPSocket {
    let any: IPAddress = if case .v4 = address { .v4(0) } else { .v6(0, 0) }
    let socket = try UDPSocket(binding: IPEndpoint(any, port: 0))
    loop.watch(socket.descriptor, for: .readable) { [weak self, unowned socket] _ in
      self?.hear(socket)
    }
    return socket
  }

  func stop() {
    if let timer { loop.setTimer(timer, at: nil) }
    for socket in sockets.values { loop.unwatch(socket.descriptor) }
    sockets = [:]
  }

  /// From now on beats to `replica` are sealed with `key`.
  func use(_ key: BeatKey, for replica: ReplicaName) {
    keys[replica] = [key] + (keys[replica] ?? []).prefix(1)
    hooks?.keyChanged(replica, key)
  }

  /// The other nodes of the site, as `replica` knows them.
  func use(_ neighbours: [Neighbour], from replica: ReplicaName) {
    neighbourhood.use(
      neighbours.filter { $0.node != node }, from: replica, at: EventLoop.readMoment().boot)
  }

  private func beat() {
    if let timer { loop.setTimer(timer, at: loop.now.advanced(by: interval)) }
    let now = EventLoop.readMoment().boot
    number = hooks?.beat(now) ?? number + 1
    sendTimes[Int(number % UInt64(sendTimes.count))] = now
    beatToNeighbours()
    let beat = Beat(
      node: node, incarnation: incarnation, number: number,
      statements: neighbourhood.statements(at: now))
    for replica in replicas {
      guard let key = keys[replica.name]?.first,
        let socket = sockets[SocketAddress.family(of: replica.beats)]
      else { continue }
      socket.send(beat.datagram(sealedWith: key, by: hashing), to: replica.beats)
    }
  }

  private func beatToNeighbours() {
    let beat = Beat(node: node, incarnation: incarnation, number: number)
    for (endpoint, key) in neighbourhood.receivers(ofBeat: number) {
      sockets[SocketAddress.family(of: endpoint)]?
        .send(beat.datagram(sealedWith: key, by: hashing), to: endpoint)
    }
  }

  private func hear(_ socket: UDPSocket) {
    for _ in 0..<256 {
      let received = room.withUnsafeMutableBytes { socket.receive(into: $0) }
      guard let received else { return }
      note(room[..<received.count])
    }
  }

  /// What is sealed with the key of another pair of nodes is as good as forged.
  private func noteNeighbour(_ datagram: ArraySlice<UInt8>) {
    let beat = try? Beat(parsing: datagram, by: hashing) { neighbourhood.key($0, $1) }
    if let beat { neighbourhood.hear(beat, at: EventLoop.readMoment().boot) }
  }

  /// What is no acknowledgement of a beat that we sent, or is an old one, is ignored.
  private func note(_ datagram: ArraySlice<UInt8>) {
    guard !Beat.begins(datagram) else { return noteNeighbour(datagram) }
    let answer = try? BeatAcknowledgement(parsing: datagram, by: hashing) { replica, number in
      keys[replica]?.first { $0.number == number }
    }
    guard let answer, answer.number <= number,
      number - answer.number < UInt64(sendTimes.count),
      answer.number > lastAcknowledged[answer.replica] ?? 0
    else { return }
    lastAcknowledged[answer.replica] = answer.number
    let sentAt = sendTimes[Int(answer.number % UInt64(sendTimes.count))]
    hooks?.acknowledged(answer.number, answer.epochs)
    acknowledged(answer.replica, BeatEvidence(beatSentAt: sentAt, epochs: answer.epochs))
  }
}
