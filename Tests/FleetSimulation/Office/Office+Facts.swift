import CallControl
import NodeContract

// From the exchange by the disk to the books.
extension Office {
  func append(_ fact: Fact, at node: OfficeNode, then: @escaping () -> Void = {}) {
    let machine = world.nodes[node.index]
    node.facts.append(fact)
    node.writes.append((node.facts.count, then))
    let (life, boot) = (machine.life, machine.boot)
    let pause = machine.diskDelay + random.within(.milliseconds(1)...(.milliseconds(10)))
    world.scheduler.at(world.now + pause) { [unowned self] in
      guard machine.isUp, machine.boot == boot, let first = node.writes.first else { return }
      node.writes.removeFirst()
      node.durable = max(node.durable, first.through)
      guard machine.life == life else { return }
      machine.hear(first.then) { [unowned self] in world.watch(machine) }
    }
  }

  /// What was not on the disk is gone.
  func diskRemains(_ node: OfficeNode) {
    node.facts.removeSubrange(node.durable...)
    node.writes = []
  }

  /// It closes the legs that it left open.
  func machineReturned(_ node: OfficeNode) {
    let machine = world.nodes[node.index]
    for fact in world.endsOfLostLegs(in: node.facts, machine) { append(fact, at: node) }
  }

  func upload(from node: OfficeNode) {
    guard node.acknowledged < node.durable else { return }
    let batch = node.acknowledged..<min(node.durable, node.acknowledged + 50)
    let records = batch.map {
      SpoolRecord(spool: node.spool, sequence: UInt64($0 + 1), fact: node.facts[$0])
    }
    let (here, there) = (Host.node(node.index), Host.replica(random.pick(world.replicas).index))
    transmitReliably(from: here, to: there) { [unowned self] in
      guard world.books.isUp else { return }
      transmitReliably(from: there, to: .books) { [unowned self] in
        for record in records { world.books.commit(record) }
        transmitReliably(from: there, to: here) {
          node.acknowledged = max(node.acknowledged, batch.upperBound)
        }
      }
    }
  }
}
