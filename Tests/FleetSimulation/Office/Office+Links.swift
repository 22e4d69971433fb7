import CallControl
import NodeContract

// Between nodes and replicas: what is said once is remembered, and told anew over each new link.
extension Office {
  enum Upward {
    case checkpoint(CheckpointEnvelope)
    case retired(CallID)
    case binding(BindingChange)
  }

  func tell(_ message: Upward, by node: OfficeNode) {
    for replica in world.replicas {
      guard node.links[replica.index].life == replica.life else { continue }
      over(node, replica) { [unowned self] in
        let memory = memories[replica.index]
        switch message {
        case .checkpoint(let envelope):
          memory.keep(envelope, of: node.index, at: replica.clock.reading(at: world.now))
        case .retired(let call): memory.retire(call, of: node.index)
        case .binding(let change): memory.keep(change, of: node.index)
        }
      }
    }
  }

  /// Links that are broken are made anew where that is possible.
  func link(_ node: OfficeNode) {
    guard node.exchange != nil else { return }
    let life = world.nodes[node.index].life
    for replica in world.replicas where replica.isRunning {
      guard node.links[replica.index].life != replica.life else { continue }
      node.links[replica.index].life = replica.life
      let checkpoints = node.estate.values.map(\.envelope).sorted { $0.call < $1.call }
      let bindings = node.bindings.values.sorted { $0.contact < $1.contact }
      over(node, replica) { [unowned self] in
        let remembered = memories[replica.index].greet(
          node.index, life: life, checkpoints, bindings,
          at: replica.clock.reading(at: world.now))
        guard !remembered.isEmpty else { return }
        transmitReliably(from: .replica(replica.index), to: .node(node.index)) {
          [unowned self] in
          if world.nodes[node.index].life == life { restore(remembered, at: node) }
        }
      }
    }
  }

  private func over(
    _ node: OfficeNode, _ replica: SimulatedReplica, _ action: @escaping () -> Void
  ) {
    let (here, there) = (Host.node(node.index), Host.replica(replica.index))
    guard !world.network.isCut(.control, here, there, at: world.now),
      !world.network.isCut(.control, there, here, at: world.now)
    else {
      node.links[replica.index].life = nil
      return
    }
    var delay: Instant = 0
    while true {
      if let way = world.network.delay(.control, here, there, at: world.now, &random) {
        delay += way
        break
      }
      delay += .milliseconds(200)
    }
    let arrival = max(node.links[replica.index].lastArrival, world.now + delay)
    node.links[replica.index].lastArrival = arrival
    let life = replica.life
    world.scheduler.at(arrival) { replica.hear { if replica.life == life { action() } } }
  }

  private func restore(_ bindings: [BindingChange], at node: OfficeNode) {
    let unknown = bindings.filter { node.bindings[BindingKey($0)] == nil }
    for change in unknown { node.bindings[BindingKey(change)] = change }
    perform(at: node) { $0.restore(unknown, at: $1) }
    for change in unknown { tell(.binding(change), by: node) }
  }
}
