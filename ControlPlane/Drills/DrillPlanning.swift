import NodeContract
import Placement

/// What the fault would do to the installation as it is in `view`, and every guard rail that forbids it.
public func planDrill(_ request: DrillRequest, in view: DrillView) -> DrillPlan {
  DrillPlanner(request: request, view: view).plan()
}

private struct DrillPlanner {
  let request: DrillRequest
  let view: DrillView
  let struck: Set<NodeName>

  init(request: DrillRequest, view: DrillView) {
    self.request = request
    self.view = view
    switch request.fault.target {
    case .node: struck = Set([request.node].compactMap { $0 }.filter { view.node($0) != nil })
    case .site: struck = Set(view.cell.nodes.filter { $0.site == request.site }.map(\.name))
    case .installation: struck = []
    }
  }

  func plan() -> DrillPlan {
    let effects = view.held(by: struck).map(effect)
    let loads = struck.compactMap { view.loads[$0] }
    return DrillPlan(
      strikes: struck.sorted(), effects: effects, calls: effects.reduce(0) { $0 + $1.calls },
      movingParties: loads.reduce(0) { $0 + Int($1.movingParties) },
      returningParties: loads.reduce(0) { $0 + Int($1.returningParties) },
      fixedParties: loads.reduce(0) { $0 + Int($1.fixedParties) },
      promisedMilliseconds: request.fault.promisedSilence.map { Int($0 / .milliseconds(1)) },
      callsAtRisk: callsAtRisk(effects, loads), obstacles: obstacles(against: effects))
  }

  // MARK: - What it does

  private func effect(on address: CellAddress, _ holding: Holding) -> DrillPlan.Effect {
    var effect = DrillPlan.Effect(
      address: address.name, holder: holding.holder, way: .stays, next: holding.holder,
      calls: Int(clamping: address.load))
    guard request.fault.movesAddresses else {
      if request.fault == .process { effect.way = .restart }
      return effect
    }
    (effect.way, effect.next) = successor(of: holding)
    return effect
  }

  private func successor(of holding: Holding) -> (DrillPlan.Effect.Way, NodeName?) {
    if let heir = holding.heir, isFit(heir) { return (.heir, heir) }
    if view.movesAcross, let standby = holding.standby, isFit(standby) {
      return (.standby, standby)
    }
    return (.lost, nil)
  }

  private func isFit(_ node: NodeName) -> Bool {
    guard !struck.contains(node), case .well = view.node(node)?.condition else { return false }
    return true
  }

  /// Parties that nothing leads to any more, where another site carries on; and what nobody takes.
  private func callsAtRisk(_ effects: [DrillPlan.Effect], _ loads: [NodeLoad]) -> Int {
    let lost = effects.filter { $0.way == .lost }.reduce(0) { $0 + $1.calls }
    let isAcross = effects.contains { $0.way == .standby }
    return lost + (isAcross ? loads.reduce(0) { $0 + Int($1.fixedParties) } : 0)
  }

  // MARK: - What forbids it

  private func obstacles(against effects: [DrillPlan.Effect]) -> [DrillObstacle] {
    if let reason = request.fault.laboratoryOnly {
      return [DrillObstacle(.laboratory, "\(request.fault.rawValue) is not made here. \(reason)")]
    }
    if let target = targetObstacle { return [target] }
    return limits(effects) + emergency + quorum + others + calm(effects) + health
      + capacity
  }

  private var targetObstacle: DrillObstacle? {
    switch request.fault.target {
    case .node where struck.isEmpty:
      DrillObstacle(
        .target, "There is no node \(request.node?.text ?? "named"); “pbxctl node list” has them.")
    case .site where struck.isEmpty:
      DrillObstacle(
        .target, "No node stands in \(request.target); “pbxctl node list” has them.")
    case .node, .site, .installation: nil
    }
  }

  private func limits(_ effects: [DrillPlan.Effect]) -> [DrillObstacle] {
    var found: [DrillObstacle] = []
    if !DrillRequest.seconds.contains(request.seconds) {
      let (first, last) = (DrillRequest.seconds.lowerBound, DrillRequest.seconds.upperBound)
      found.append(
        DrillObstacle(.limits, "A drill lasts \(first) to \(last) s, not \(request.seconds)."))
    }
    guard !request.tenants.isEmpty else { return found }
    if request.fault.target == .installation {
      found.append(
        DrillObstacle(
          .limits, "\(request.fault.rawValue) concerns every tenant: leave --tenant out."))
    }
    for effect in effects {
      guard let others = view.others[effect.address], others > 0 else { continue }
      found.append(
        DrillObstacle(
          .limits,
          "\(effect.address) serves \(others) other tenants: allow them with --tenant, leave "
            + "--tenant out, or move those tenants to another address."))
    }
    return found
  }

  /// Faults of the control plane touch no call, so a call for help is in no danger.
  private var emergency: [DrillObstacle] {
    struck.sorted().compactMap { node in
      guard let load = view.loads[node] else {
        return DrillObstacle(
          .emergency,
          "\(node) has not said yet whether anybody calls for help. Try again in a second.")
      }
      guard load.emergencyCalls > 0 else { return nil }
      let count = load.emergencyCalls == 1 ? "A call" : "\(load.emergencyCalls) calls"
      return DrillObstacle(.emergency, "\(count) for help at \(node). Wait until they are over.")
    }
  }

  private var quorum: [DrillObstacle] {
    var found: [DrillObstacle] = []
    if !view.isQuorumFresh {
      found.append(
        DrillObstacle(.quorum, "etcd's quorum does not answer, so nothing would be taken over."))
    }
    let (answering, all) = (view.answeringMembers, view.members)
    if request.fault == .etcdLeader, answering < 2 {
      found.append(
        DrillObstacle(
          .quorum, "\(answering) of \(all) members of etcd answer: nobody else could lead."))
    } else if request.fault.target != .node, answering <= all / 2 {
      found.append(
        DrillObstacle(.quorum, "Only \(answering) of \(all) members of etcd answer."))
    }
    return found
  }

  private var others: [DrillObstacle] {
    view.running.map {
      [DrillObstacle(.alone, "The drill \($0) has not ended: “pbxctl drill report \($0)”.")]
    } ?? []
  }

  private func calm(_ effects: [DrillPlan.Effect]) -> [DrillObstacle] {
    effects.filter { view.recentlyTaken.contains($0.address) }.map {
      DrillObstacle(
        .calm, "\($0.address) was taken from its holder within the last minute. Wait for a minute.")
    }
  }

  private var health: [DrillObstacle] {
    var found: [DrillObstacle] = []
    for node in view.cell.nodes where node.condition == .draining {
      found.append(
        DrillObstacle(.health, "\(node.name) is being emptied: “pbxctl node undrain \(node.name)”.")
      )
    }
    for name in struck.sorted() {
      guard let node = view.node(name), node.condition != .draining else { continue }
      if case .well = node.condition, view.linked.contains(name) { continue }
      found.append(
        DrillObstacle(.health, "\(name) is not well: who is in trouble is not put to the test."))
    }
    return found
  }

  /// Whatever is struck could fail to come back: somebody has to be there who has room for it.
  private var capacity: [DrillObstacle] {
    var found: [DrillObstacle] = []
    for (address, holding) in view.held(by: struck) where successor(of: holding).1 == nil {
      found.append(
        DrillObstacle(
          .capacity,
          "Nobody could take \(address.name) over, should \(holding.holder) not come back."
        ))
    }
    let overloaded = forecast?.overloaded ?? [:]
    for (node, load) in overloaded.sorted(by: { $0.key < $1.key }) {
      let capacity = view.node(node)?.capacity ?? 0
      found.append(
        DrillObstacle(
          .capacity,
          "\(node) would have \(load) calls and carries \(capacity). Drill when fewer are up."))
    }
    return found
  }

  private var forecast: LossForecast? {
    let forecaster = LossForecaster(view.cell)
    return switch request.fault.target {
    case .node: request.node.map { forecaster.loss(of: $0) }
    case .site: request.site.map { forecaster.loss(of: $0) }
    case .installation: nil
    }
  }
}
