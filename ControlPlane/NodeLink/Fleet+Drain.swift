public import NodeContract
import Placement

/// Nodes are emptied: their addresses go to others while they live, and their calls with them.
extension Fleet {
  /// The node did what it was told.
  func carriedOut(_ order: OwnershipOrder, by node: NodeName) {
    switch order.verb {
    case .adopt:
      nodes[node]?.holds[order.address] = order.epoch
      handOver(order.address, to: node)
    case .release:
      nodes[node]?.holds[order.address] = nil
      nodes[node]?.forgetWaiting(about: order.address)
    }
    somethingChanged()
  }

  /// Whether somebody who lives has the address still and has not been heard to give it up.
  func mustWait(_ order: PlannedOrder, for heir: NodeName) -> Bool {
    guard order.verb == .adopt, let predecessor = detector.grant(of: order.address)?.predecessor,
      isHeld(order.address, under: predecessor, besides: heir)
    else {
      handovers[order.address] = nil
      return false
    }
    if handovers[order.address]?.epoch != order.epoch {
      handovers[order.address] = (order.epoch, clock.now)
    }
    guard let begun = handovers[order.address]?.begun else { return false }
    return begun.duration(to: clock.now) < handoverPatience
  }

  private func isHeld(
    _ address: AddressName, under epoch: Epoch, besides heir: NodeName
  ) -> Bool {
    nodes.contains { name, record in
      guard name != heir, record.session != nil, record.holds[address] == epoch,
        let heard = record.lastBeatAt
      else { return false }
      return heard.duration(to: clock.now) < policy.suspicion
    }
  }

  /// What the node still has, and why.
  public func remainder(of node: NodeName) -> [RemainingCall] {
    let held = Set(detector.grantsHeld(by: node).keys)
    let calls = checkpoints(of: node).filter { $0.subject == .call }.map {
      RemainingCall(
        address: $0.address, call: $0.call, tenant: $0.tenant,
        reason: reason(of: $0.address, at: node))
    }
    let idle = held.subtracting(calls.map(\.address)).map {
      RemainingCall(address: $0, call: nil, tenant: nil, reason: reason(of: $0, at: node))
    }
    return (calls + idle).sorted { ($0.address, $0.call) < ($1.address, $1.call) }
  }

  private func reason(of address: AddressName, at node: NodeName) -> String {
    guard let holder = detector.grant(of: address)?.holding.holder else {
      return "nobody holds \(address)"
    }
    guard holder == node else { return "\(holder) has \(address), and has not taken the call yet" }
    return doubt(about: address) ?? "\(address) has not moved yet"
  }
}

/// A call that a node still has, or an address without calls.
public struct RemainingCall: Hashable, Sendable {
  public var address: AddressName
  /// Nil: nobody talks there.
  public var call: CallID?
  public var tenant: TenantID?
  /// Why it is still there, for people.
  public var reason: String
}

private func < (left: (AddressName, CallID?), right: (AddressName, CallID?)) -> Bool {
  if left.0 != right.0 { return left.0 < right.0 }
  guard let call = right.1 else { return false }
  return left.1.map { $0 < call } ?? true
}
