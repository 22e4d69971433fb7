import CallControl
import NodeContract
import Placement
import SIP
import SeededRandom

/// A tenant with phones, served by the exchanges of the fleet's nodes: the state machines, checkpoints and
/// messages of the product, on the fleet's network and under its faults.
final class Office: Surroundings {
  unowned let world: FleetWorld
  /// Its own, so that plain calls run as they would without it.
  var random: SeededGenerator
  let nodes: [OfficeNode]
  let memories: [OfficeMemory]
  private(set) var phones: [String: Party] = [:]
  private var numbers: [IPEndpoint: Int] = [:]
  /// When each phone has something to do next.
  private var alarms: [IPEndpoint: Instant] = [:]
  var situations: [Situation] = []
  /// Calls of which there was a checkpoint.
  var begun: Set<CallID> = []
  /// Who carries each call, as far as nobody else was given it: nil once that one has lost it.
  var carriers: [CallID: Int] = [:]
  /// How many other machines each call was given to.
  var heirs: [CallID: Int] = [:]
  /// Those that were up when everything was healed.
  var survivors: Set<CallID> = []
  /// Legs that end as a site is lost, by the rule of their state, while their calls go on.
  var letGo: Set<LegID> = []
  /// All parts of all recordings and messages, in the order of their beginning.
  var parts: [RecordingPart] = []
  /// Sounds of which no more parts begin.
  var sounds: [StoredSound] = []
  /// A process and all replicas have died, and nobody knows any more where phones are until they come.
  var phonesAreForgotten = false
  var mailboxes = ModelMailboxes.filled(2)
  /// Counts processes: no two draw the same numbers.
  var processes: UInt64 = 0

  init(world: FleetWorld) {
    self.world = world
    random = SeededGenerator(seed: world.seed &* 0x2545_F491_4F6C_DD1D &+ 1)
    nodes = world.nodes.map { OfficeNode(index: $0.index, replicas: world.replicas.count) }
    memories = world.replicas.map { _ in OfficeMemory() }
    situations = Situation.Kind.allCases.filter { _ in random.once(in: 2) }.map { Situation($0) }
    for situation in situations {
      for number in situation.kind.numbers { addPhone(number) }
    }
  }

  private func addPhone(_ number: String) {
    let place = phones.count + 1
    let phone = Party(number, at: "127.0.5.\(place):\(5_000 + place)")
    phone.habit = .answer(after: .milliseconds(50))
    phone.world = self
    phones[number] = phone
    numbers[phone.endpoint] = 10_000 + place
  }

  // MARK: - Surroundings of the phones

  private static let boot: Int64 = 1_000_000_000_000

  var now: Moment {
    Moment(
      boot: BootInstant(nanoseconds: Self.boot + world.now),
      wall: WallTime(milliseconds: 1_800_000_000_000 + world.now / 1_000_000))
  }

  func after(_ delay: Duration, _ act: @escaping () -> Void) {
    world.scheduler.at(world.now + delay.nanoseconds, act)
  }

  func send(_ message: SIPMessage, from party: Party, to local: IPEndpoint) {
    attend(to: party)
    guard let address = Self.names[local], let index = world.pointers[address],
      let number = numbers[party.endpoint]
    else { return }
    let flow = Flow(transport: .udp, local: local, remote: party.endpoint)
    transmit(.outside, from: .party(number), to: .node(index)) { [unowned self] in
      hear(message, over: flow, at: nodes[index])
    }
  }

  /// To a phone.
  func send(_ message: SIPMessage, over flow: Flow, from node: OfficeNode) {
    guard let number = numbers[flow.remote] else { return }
    transmit(.outside, from: .node(node.index), to: .party(number)) { [unowned self] in
      guard let phone = phones.values.first(where: { $0.endpoint == flow.remote }) else { return }
      phone.receive(message, at: flow.local)
      attend(to: phone)
    }
  }

  /// A datagram: what noise swallows is gone.
  private func transmit(
    _ cable: Cable, from: Host, to: Host, _ action: @escaping () -> Void
  ) {
    guard let delay = world.network.delay(cable, from, to, at: world.now, &random) else { return }
    world.scheduler.at(world.now + delay) { [unowned world] in world.deliver(to, action) }
  }

  /// Over a connection: what noise swallows comes later, what is cut off does not come.
  func transmitReliably(from: Host, to: Host, _ action: @escaping () -> Void) {
    var patience: Instant = 0
    while !world.network.isCut(.control, from, to, at: world.now) {
      if let delay = world.network.delay(.control, from, to, at: world.now, &random) {
        world.scheduler.at(world.now + patience + delay) { [unowned world] in
          world.deliver(to, action)
        }
        return
      }
      patience += .milliseconds(200)
    }
  }

  /// Lets the phone do what is due when it is due.
  func attend(to phone: Party) {
    guard let deadline = phone.nextDeadline else { return }
    let instant = max(world.now + 1, deadline.nanoseconds - Self.boot)
    let endpoint = phone.endpoint
    if let alarm = alarms[endpoint], alarm <= instant { return }
    alarms[endpoint] = instant
    world.scheduler.at(instant) { [unowned self] in
      guard alarms[endpoint] == instant else { return }
      alarms[endpoint] = nil
      phone.advance()
      attend(to: phone)
    }
  }

  // MARK: - Who is who

  static let home = AddressName("phones-a")!
  static let endpoints = [home: Fixture.phones, AddressName("phones-b")!: Fixture.otherPhones]
  static let names = Dictionary(uniqueKeysWithValues: endpoints.map { ($0.value, $0.key) })

  func phone(_ number: String) -> Party {
    guard let phone = phones[number] else { preconditionFailure("nobody has \(number)") }
    return phone
  }

  /// Where the office is served, as name servers know it.
  var server: IPEndpoint {
    let holder = world.etcd.grants[Self.home]?.holding.holder
    let isAway = holder.map { world.map.nodes[$0] != world.map.addresses[Self.home] } ?? false
    return isAway ? Fixture.otherPhones : Fixture.phones
  }
}
