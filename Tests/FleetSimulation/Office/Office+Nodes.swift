import CallControl
import NodeContract
import Ownership
import Placement
import SIP
import SeededRandom
import TLS

// What a node's process does with its exchange, as `Holdings` and the signalling loop do.
extension Office {
  func moment(at node: OfficeNode) -> Moment {
    let time = world.time(at: world.nodes[node.index])
    return Moment(boot: time.instant, wall: time.wall)
  }

  // MARK: - Life and death

  /// A process begins, and carries on what its keeper remembers.
  func begin(_ node: OfficeNode) {
    let machine = world.nodes[node.index]
    endProcess(node)
    processes += 1
    node.exchange = Exchange(
      configuration: configuration(of: machine), hashing: OpenSSLHashing(),
      random: SeededGenerator(seed: world.seed &* 1_000 &+ processes))
    perform(at: node) { $0.install(Self.tenant, at: $1) }
    let held = machine.titles.held.sorted { $0.address < $1.address }
    for title in held where isOurs(title.address, at: machine) {
      perform(at: node) { $0.adopt(title.address, epoch: title.epoch, at: $1) }
    }
    for title in held where !isOurs(title.address, at: machine) {
      guard let host = host(at: node), !machine.unsettled.contains(title.address) else {
        node.unsettled[title.address] = title.epoch
        continue
      }
      perform(at: node) {
        $0.inherit(
          title.address, epoch: title.epoch, at: host, calls: [], bindings: [],
          subscriptions: [], at: $1)
      }
    }
    let isRemembered = world.replicas.contains {
      $0.isRunning && memories[$0.index].hasBindings(of: node.index)
    }
    if machine.life > 1, !isRemembered {
      phonesAreForgotten = true
    }
    let left = node.leftCalls
    perform(at: node) { $0.resume(left, at: $1) }
    watchCarriedOn(left, by: node, isHeir: false)
  }

  private func endProcess(_ node: OfficeNode) {
    node.exchange = nil
    (node.bindings, node.relays, node.held, node.unsettled) = ([:], [:], [], [:])
    (node.left, node.leftBindings) = ([:], [:])
    for index in node.links.indices { node.links[index].life = nil }
  }

  func processDied(_ node: OfficeNode) { endProcess(node) }

  /// Nobody has its calls any more, unless somebody else carries them on.
  func memoryIsLost(_ node: OfficeNode) {
    endProcess(node)
    node.estate = [:]
    carriers = carriers.filter { $0.value != node.index }
  }

  private func configuration(of machine: SimulatedNode) -> ExchangeConfiguration {
    ExchangeConfiguration(
      node: machine.name, boot: machine.boot,
      addresses: Self.endpoints.filter { isOurs($0.key, at: machine) }.map {
        ExchangeAddress(
          name: $0.key, ip: $0.value.address, role: .phones, relayPorts: 20_000...20_199)
      }, secret: Array(repeating: 7, count: 32))
  }

  private func isOurs(_ address: AddressName, at machine: SimulatedNode) -> Bool {
    world.map.addresses[address] == FleetWorld.siteNames[machine.site]
  }

  // MARK: - Time

  /// At each beat.
  func tick(_ node: OfficeNode) {
    guard let exchange = node.exchange else { return }
    let now = moment(at: node)
    if let deadline = exchange.nextDeadline, deadline <= now.boot {
      perform(at: node) { $0.advance(to: $1) }
    }
    release(from: node, at: now.boot)
    serveSettled(at: node)
    giveUpOverdue(at: node, now)
    if world.nodes[node.index].ticks % 8 == 5 { link(node) }
    if world.nodes[node.index].ticks % 8 == 1 { upload(from: node) }
  }

  func hear(_ message: SIPMessage, over flow: Flow, at node: OfficeNode) {
    guard let address = Self.names[flow.local],
      world.permission(world.nodes[node.index], address).relays
    else { return }
    perform(at: node) { $0.receive(message, over: flow, at: $1) }
  }

  // MARK: - Addresses come and go

  func keep(
    _ calls: [(envelope: CheckpointEnvelope, age: Duration)], _ bindings: [BindingChange],
    of address: AddressName, at node: OfficeNode
  ) {
    let now = moment(at: node).boot
    for (envelope, age) in calls
    where node.left[envelope.call].map({ $0.call.number < envelope.number }) ?? true {
      let call = LeftCall(
        call: envelope.call, number: envelope.number, contents: envelope.contents,
        writtenAt: now.advanced(by: .zero - age))
      node.left[envelope.call] = (call, now.advanced(by: .seconds(10)))
    }
    node.leftBindings[address, default: []] += bindings
  }

  func adopt(_ address: AddressName, _ epoch: Epoch, by node: OfficeNode) {
    guard Self.endpoints[address] != nil else { return }
    guard isOurs(address, at: world.nodes[node.index]) else {
      node.unsettled[address] = epoch
      return
    }
    serve(address, by: node) { exchange, left, bindings, now in
      exchange.inherit(
        address, epoch: epoch, calls: left, bindings: bindings, subscriptions: [], at: now)
    }
  }

  /// Nobody in the lost site can begin anything any more.
  private func serveSettled(at node: OfficeNode) {
    for (address, epoch) in node.unsettled
    where world.permission(world.nodes[node.index], address) == .full {
      guard let host = host(at: node) else { continue }
      node.unsettled[address] = nil
      serve(address, by: node) { exchange, left, bindings, now in
        exchange.inherit(
          address, epoch: epoch, at: host, calls: left, bindings: bindings, subscriptions: [],
          at: now)
      }
    }
  }

  /// The address of this site at which others' are served.
  private func host(at node: OfficeNode) -> AddressName? {
    let machine = world.nodes[node.index]
    return Self.endpoints.keys.first { address in
      isOurs(address, at: machine) && machine.titles.held.contains { $0.address == address }
    }
  }

  private func serve(
    _ address: AddressName, by node: OfficeNode,
    _ inherit: (inout Exchange, [LeftCall], [BindingChange], Moment) -> [ExchangeAction]
  ) {
    let left = node.left.values.map(\.call).sorted {
      ($0.number, $0.writtenAt) < ($1.number, $1.writtenAt)
    }
    let bindings = node.leftBindings.removeValue(forKey: address) ?? []
    for change in bindings { node.bindings[BindingKey(change)] = change }
    perform(at: node) { inherit(&$0, left, bindings, $1) }
    let names = node.exchange?.checkpointNames ?? []
    node.left = node.left.filter { !names.contains($0.key) }
    watchCarriedOn(left, by: node, isHeir: true)
  }

  private func giveUpOverdue(at node: OfficeNode, _ now: Moment) {
    let overdue = node.left.filter { $0.value.until < now.boot }
    guard !overdue.isEmpty else { return }
    for call in overdue.keys { node.left[call] = nil }
    let calls = overdue.values.map(\.call).sorted { $0.number < $1.number }
    perform(at: node) { $0.giveUp(calls, at: $1) }
  }

  func freeze(_ address: AddressName, at node: OfficeNode) {
    guard Self.endpoints[address] != nil, node.exchange != nil else { return }
    let before = node.exchange?.checkpointNames ?? []
    if isOurs(address, at: world.nodes[node.index]) {
      perform(at: node) { $0.freeze(address, at: $1) }
      node.held.removeAll { $0.flow.local == Self.endpoints[address] }
    } else {
      node.unsettled[address] = nil
      (node.left, node.leftBindings[address]) = ([:], nil)
      perform(at: node) { $0.endHosting(of: address, at: $1) }
    }
    let names = node.exchange?.checkpointNames ?? []
    node.estate = node.estate.filter { names.contains($0.key) }
    for call in before.subtracting(names) where carriers[call] == node.index {
      carriers[call] = nil
    }
  }

  // MARK: - What the exchange wants

  func perform(
    at node: OfficeNode, _ event: (inout Exchange, Moment) -> [ExchangeAction]
  ) {
    guard node.exchange != nil else { return }
    let now = moment(at: node)
    for action in event(&node.exchange!, now) { perform(action, at: node, now) }
  }

  private func perform(_ action: ExchangeAction, at node: OfficeNode, _ now: Moment) {
    switch action {
    case .send(let message, let flow):
      guard mayLeave(message, over: flow, from: node) else {
        node.held.append((message, flow, now.boot.advanced(by: .seconds(2))))
        return
      }
      send(message, over: flow, from: node)
    case .checkpoint(let envelope):
      node.estate[envelope.call] = (envelope, now.boot)
      if [.call, .callback].contains(envelope.subject), begun.insert(envelope.call).inserted {
        carriers[envelope.call] = node.index
      }
      tell(.checkpoint(envelope), by: node)
    case .retireCheckpoint(let call):
      node.estate[call] = nil
      if carriers[call] == node.index { carriers[call] = nil }
      tell(.retired(call), by: node)
    case .bindingChanged(let change):
      node.bindings[BindingKey(change)] = change.expiresIn > .zero ? change : nil
      tell(.binding(change), by: node)
    case .record(let fact, let receipt):
      if case .ended(let end) = fact.event {
        let name = world.nodes[node.index].name
        world.tell("\(name): a leg of \(fact.call) ended, \(end.outcome), by \(end.endedBy)")
      }
      append(fact, at: node) { [unowned self] in
        if let receipt { perform(at: node) { $0.factIsDurable(receipt, at: $1) } }
      }
    default: performSound(action, at: node)
    }
  }

  /// Calls this process.
  func later(
    _ delay: Instant, at node: OfficeNode,
    _ event: @escaping (inout Exchange, Moment) -> [ExchangeAction]
  ) {
    let machine = world.nodes[node.index]
    let life = machine.life
    world.scheduler.at(world.now + delay) { [unowned self] in
      guard machine.life == life else { return }
      machine.hear({ [unowned self] in perform(at: node, event) }) { [unowned self] in
        world.watch(machine)
      }
    }
  }

  /// Who is called hears only whether it takes the call, for as long as things break.
  private static func announcementLength(heardOn side: RelaySide) -> Instant {
    side == .callee ? .milliseconds(13_000) : .milliseconds(3_000)
  }

  private func performSound(_ action: ExchangeAction, at node: OfficeNode) {
    switch action {
    case .openRelay(let plan): node.relays[plan.id] = OfficeNode.Relay(plan: plan)
    case .directRelay(let id, let side, let remote): node.relays[id]?.directed[side] = remote
    case .closeRelay(let id): node.relays[id] = nil
    case .play(_, let number, let id, let side, let position):
      node.relays[id]?.playing[side] = number
      let length = Self.announcementLength(heardOn: side)
      let rest = max(.milliseconds(1), length - position.nanoseconds)
      later(rest, at: node) { exchange, now in
        guard node.relays[id]?.playing[side] == number else { return [] }
        node.relays[id]?.playing[side] = nil
        return exchange.played(number, to: side, of: id, at: now)
      }
    case .stopPlaying(let id, let side): node.relays[id]?.playing[side] = nil
    case .seat(let seat, let id, let side): node.relays[id]?.seats[side] = seat
    case .recordRelay(let part, let id):
      node.relays[id]?.recording = part
      if let part { parts.append(part) }
    case .soundEnded(let sound): sounds.append(sound)
    case .askMailbox(let question):
      guard let answer = mailboxes.answer(question) else { return }
      later(.milliseconds(30), at: node) {
        $0.mailboxAnswered(answer, to: question.number, of: question.call, at: $1)
      }
    case .measureRelay(_, _, let leg):
      later(.milliseconds(1), at: node) { $0.legMeasured(leg, nil, at: $1) }
    // What no other machine hears of.
    default: break
    }
  }

  // MARK: - What may leave

  private func mayLeave(_ message: SIPMessage, over flow: Flow, from node: OfficeNode) -> Bool {
    guard let address = Self.names[flow.local] else { return false }
    let permission = world.permission(world.nodes[node.index], address)
    return switch message {
    case .response: permission.relays
    case .request(let request):
      request.method == .ack ? permission.relays : permission.takesNewCalls
    }
  }

  private func release(from node: OfficeNode, at now: BootInstant) {
    guard !node.held.isEmpty else { return }
    let waiting = node.held
    node.held = []
    for entry in waiting where entry.until >= now {
      if mayLeave(entry.message, over: entry.flow, from: node) {
        send(entry.message, over: entry.flow, from: node)
      } else {
        node.held.append(entry)
      }
    }
  }
}
