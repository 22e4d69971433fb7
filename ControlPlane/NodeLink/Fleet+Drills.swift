public import Drills
public import NodeContract
import Placement

/// Drills: what they are planned from, what is seen of them, and what nodes are told and say.
extension Fleet {
  /// All that a drill is planned from but for what etcd and Postgres know.
  public func drillView(
    draining: Set<NodeName>, generation: UInt32, running: DrillID?
  ) -> DrillView {
    var cell = cellView(of: detector.grants, draining: draining, generation: generation)
    var calls: [AddressName: Int64] = [:]
    for record in nodes.values {
      for checkpoint in record.checkpoints.values where checkpoint.envelope.subject == .call {
        calls[checkpoint.envelope.address, default: 0] += 1
      }
    }
    for index in cell.addresses.indices {
      cell.addresses[index].load = calls[cell.addresses[index].name] ?? 0
    }
    let now = self.now
    return DrillView(
      cell: cell, loads: nodes.compactMapValues(\.load),
      linked: Set(nodes.filter { $0.value.session != nil }.keys),
      recentlyTaken: Set(cell.addresses.map(\.name).filter { detector.wasTaken($0, at: now) }),
      running: running, isQuorumFresh: detector.isQuorumFresh(at: now),
      movesAcross: detector.map.movesAcross)
  }

  /// - Parameter withCalls: with the calls that each node has.
  func drillSight(of drill: DrillID, withCalls: Bool) -> DrillSight {
    let now = clock.now
    var sight = DrillSight()
    for (name, record) in nodes {
      sight.nodes[name] = DrillSight.Node(
        isHeard: record.lastBeatAt.map { $0.duration(to: now) < policy.suspicion } ?? false,
        isLinked: record.session != nil, process: record.beating)
      if withCalls {
        sight.calls[name] = Set(
          record.checkpoints.filter { $0.value.envelope.subject == .call }.keys)
      }
    }
    for (address, grant) in detector.grants {
      let holder = grant.holding.holder
      sight.addresses[address] = DrillSight.Address(
        holder: holder, isAdopted: nodes[holder]?.holds[address] == grant.epoch)
    }
    sight.isQuorumFresh = detector.isQuorumFresh(at: self.now)
    for (node, (answer, instant)) in drillAnswers where answer.drill == drill {
      sight.answers[node] = DrillSight.Answer(answer.verdict, at: instant)
    }
    for (node, sound) in drillSounds where sound.drill == drill {
      sight.sounds[node] = sound.streams
    }
    return sight
  }

  /// The node is told, provided that it is linked; and nobody who links later is struck by surprise, for the
  /// order names the beat that it is younger than.
  func tell(_ node: NodeName, _ order: DrillOrder) {
    var order = order
    order.beat = detector.lastBeat(of: node)
    guard nodes[node]?.session != nil else { return }
    tell(node, .drillOrder(order))
  }

  /// The node is told as soon as it is linked.
  func tell(_ node: NodeName, _ message: DownwardMessage) {
    drillMessages[node, default: []].append(message)
    somethingChanged()
  }

  /// What the node is to be told of drills, once.
  func takeDrillMessages(for node: NodeName) -> [DownwardMessage] {
    drillMessages.removeValue(forKey: node) ?? []
  }

  /// A drill that begins: what was said of earlier ones is nothing to it.
  func forgetDrills() { (drillMessages, drillAnswers, drillSounds) = ([:], [:], [:]) }
}
