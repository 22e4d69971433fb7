import NodeContract
import Ownership
import Placement
import Rating
import SeededRandom

/// Three sites with replicas and members of etcd, two of them with nodes; phones and carriers; and
/// whatever happens to them. One value of chance, one line of time.
final class FleetWorld {
  let seed: UInt64
  let policy: OwnershipPolicy
  var random: SeededGenerator
  var scheduler = Scheduler()
  var network: SimulatedNetwork
  var etcd = SimulatedEtcd()
  var books = Books()
  var nodes: [SimulatedNode] = []
  var replicas: [SimulatedReplica] = []
  let map: CellMap
  let proof: PhysicalProof
  /// Where each address leads to.
  var pointers: [AddressName: Int] = [:]
  var legs: [Int: [SimulatedLeg]] = [:]
  var identities: [Int: (call: CallID, legs: [LegID], address: AddressName)] = [:]
  /// Nil only until the machines are made.
  private(set) var office: Office!
  var lastCall = 0
  var isCalm = false

  // What is watched; see `FleetWorld+Watching`.
  var violations: [String] = []
  var overlaps: [AddressName: Instant] = [:]
  /// Calls that a new holder had the checkpoint of, and that therefore must live.
  var promised: [Int: Int] = [:]
  var counts: [String: Int] = [:]
  var story: [String] = []
  var tellsStory = false

  static let siteNames: [SiteName] = ["a", "b", "c"].map { SiteName($0)! }
  static let tenant = TenantID(UUIDv7(high: 3, low: 3))
  static let trunk = TrunkID(UUIDv7(high: 3, low: 4))
  static let member = ExtensionID(UUIDv7(high: 3, low: 5))

  var now: Instant { scheduler.now }
  let addresses: [AddressName]

  init(seed: UInt64, rules: OwnershipRules = .all) {
    self.seed = seed
    random = SeededGenerator(seed: seed &* 0x9E37_79B9)
    var policy = OwnershipPolicy()
    policy.enforced = rules
    self.policy = policy
    proof = [.gatewayEcho, .gatewayEcho, .gatewayEcho, .binding, .none][Int(seed % 5)]
    map = Self.map(large: seed % 3 == 0)
    addresses = map.addresses.keys.sorted()
    let sites = map.nodes.sorted { $0.key < $1.key }.map {
      Self.siteNames.firstIndex(of: $0.value)!
    }
    network = SimulatedNetwork { host in
      switch host {
      case .node(let index): sites[index]
      case .replica(let index), .member(let index), .gateway(let index): index
      case .books: 0
      case .party: nil
      }
    }
    makeMachines(sites)
    makeGrants()
    office = Office(world: self)
    for node in nodes { start(node) }
    for replica in replicas { start(replica) }
    scheduler.at(.milliseconds(100)) { [unowned self] in electLeaders() }
  }

  private static func map(large: Bool) -> CellMap {
    let nodes = large ? ["a1", "a2", "a3", "b1", "b2"] : ["a1", "a2", "b1", "b2"]
    let addresses = ["phones-a", "trunks-a", "phones-b"]
    func site(_ text: String) -> SiteName { SiteName(text)! }
    return CellMap(
      nodes: Dictionary(
        uniqueKeysWithValues: nodes.map { (NodeName($0)!, site(String($0.first!))) }),
      replicas: ["ra": "a", "rb": "b", "rc": "c"].reduce(into: [:]) {
        $0[ReplicaName($1.key)!] = site($1.value)
      },
      members: Set(siteNames),
      addresses: Dictionary(
        uniqueKeysWithValues: addresses.map { (AddressName($0)!, site(String($0.last!))) }))
  }

  private func clock() -> BootClock {
    BootClock(offset: random.within(0...1_000_000_000_000), drift: random.within(-200...200))
  }

  private func makeMachines(_ sites: [Int]) {
    for (index, name) in map.nodes.keys.sorted().enumerated() {
      let clock = clock()
      nodes.append(
        SimulatedNode(
          index: index, name: name, site: sites[index], clock: clock,
          titles: emptyTitles(at: clock.reading(at: 0))))
    }
    for (index, name) in map.replicas.keys.sorted().enumerated() {
      let clock = clock()
      replicas.append(
        SimulatedReplica(
          index: index, name: name, clock: clock,
          detector: TakeoverDetector(
            replica: name, map: map, policy: policy, startedAt: clock.reading(at: 0))))
    }
  }

  private func emptyTitles(at now: BootInstant) -> NodeTitles {
    NodeTitles(policy: policy, proofs: proofs, startedAt: now)
  }

  var proofs: [AddressName: PhysicalProof] { map.addresses.mapValues { [proof] _ in proof } }

  /// The first grants, made before the world begins.
  private func makeGrants() {
    let first = [
      "phones-a": ("a1", "a2", "b1"), "phones-b": ("b1", "b2", "a2"),
      "trunks-a": ("a2", "a1", "b2"),
    ]
    for (address, (holder, heir, standby)) in first.sorted(by: { $0.key < $1.key }) {
      let step = GrantStep(
        address: AddressName(address)!,
        holding: Holding(
          holder: NodeName(holder)!, heir: NodeName(heir), standby: NodeName(standby)),
        generation: 1, expectedRevision: 0)
      _ = etcd.compareAndSet(step, comparing: true)
    }
  }

  private func electLeaders() {
    _ = etcdLeader()
    scheduler.at(now + .milliseconds(100)) { [unowned self] in electLeaders() }
  }

  func etcdLeader() -> Int? {
    etcd.leads(
      { [unowned self] in !network.isCut(.control, .member($0), .member($1), at: now) }, at: now)
  }

  // MARK: - Running

  func run(for duration: Instant) {
    let end = now + duration
    while violations.isEmpty, let action = scheduler.next(by: end) { action() }
  }

  func index(of node: NodeName) -> Int { nodes.firstIndex { $0.name == node }! }

  func note(_ kind: String) { counts[kind, default: 0] += 1 }

  func tell(_ line: @autoclosure () -> String) {
    if tellsStory { story.append("\(Double(now / 100_000) / 10_000) \(line())") }
  }

  func violate(_ what: String) {
    tell("VIOLATION \(what)")
    if violations.isEmpty { violations.append("at \(Double(now / 1_000_000) / 1000) s: \(what)") }
  }

  // MARK: - Sending

  /// Sends a datagram.
  func send(_ cable: Cable, from: Host, to: Host, _ action: @escaping () -> Void) {
    guard let delay = network.delay(cable, from, to, at: now, &random) else { return }
    scheduler.at(now + delay) { [unowned self] in deliver(to, action) }
  }

  /// Sends over a connection: what noise swallows comes later, what is cut off does not come.
  func sendReliably(from: Host, to: Host, _ action: @escaping () -> Void) {
    var patience: Instant = 0
    while !network.isCut(.control, from, to, at: now) {
      if let delay = network.delay(.control, from, to, at: now, &random) {
        scheduler.at(now + patience + delay) { [unowned self] in deliver(to, action) }
        return
      }
      patience += .milliseconds(200)
    }
  }

  func deliver(_ host: Host, _ action: @escaping () -> Void) {
    switch host {
    case .node(let index): nodes[index].hear(action) { [unowned self] in watch(nodes[index]) }
    case .replica(let index): replicas[index].hear(action)
    case .member, .gateway, .party, .books: action()
    }
  }
}

extension SimulatedNode {
  /// Does it now, later, or never.
  func hear(_ action: @escaping () -> Void, then: () -> Void) {
    guard isUp, isRunning else { return }
    guard pausedUntil == nil else {
      if inbox.count < 4_000 { inbox.append(action) }
      return
    }
    action()
    then()
  }
}
