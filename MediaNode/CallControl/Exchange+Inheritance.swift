public import NodeContract
import SIP

/// Calls outlive their machine: another node reads their checkpoints and goes on with the next word;
/// and whoever lost an address says nothing more in its calls.
extension Exchange {
  /// Serves the address under this grant and carries on what its former holder left. Calls of our own
  /// go on meanwhile, so the relays and rooms of those that come get numbers of ours.
  ///
  /// A call that has a leg at an address that is not ours, or whose ports are taken, is left out, and so
  /// is a supervisor's without the call that it hears; see ``giveUp(_:at:)``. One that another replica
  /// told of before is not taken twice, even if it has ended since. A recording goes on with the next
  /// part; those before are on the disk of the machine that died.
  /// - Parameter left: may come again with a later address, when more of it can be carried on.
  public mutating func inherit(
    _ address: AddressName, epoch: Epoch, calls left: [LeftCall], bindings: [BindingChange],
    subscriptions: [SubscriptionChange], at now: Moment
  ) -> [ExchangeAction] {
    var actions = adopt(address, epoch: epoch, at: now)
    inherited.begin(at: now.boot)
    guard grants[address] == epoch else { return actions }
    actions += restore(bindings, at: now)
    announce(bindings.filter { $0.transport == .udp })
    actions += takeOutbox(at: now)
    for change in subscriptions { outbox.append(.subscriptionChanged(change)) }
    actions += restore(subscriptions, at: now)
    actions += resume(left.filter { isUnknown($0) }, asHeir: true, at: now)
    let lost = lostConnections(of: bindings, at: address)
    return lost.isEmpty ? actions : actions + [.remind(lost)]
  }

  /// Those over which calls were held, and then those over which phones had only registered.
  private func lostConnections(of bindings: [BindingChange], at address: AddressName) -> [Flow] {
    let legs = calls.values.flatMap { $0.machine.legs }.filter {
      $0.address == address && $0.isOpen && $0.flow.transport.isReliable
    }
    let calling = Set(legs.map(\.flow))
    let registered = Set(
      bindings.filter { $0.transport != .udp }.map {
        Flow(transport: SIPTransport($0.transport), local: $0.local, remote: $0.source)
      })
    return [calling, registered.subtracting(calling)].flatMap { flows in
      flows.sorted { $0.remote < $1.remote }
    }
  }

  /// Whose relay that is.
  public func call(carriedBy relay: RelayID) -> CallID? { relays[relay] }

  func isUnknown(_ left: LeftCall) -> Bool {
    left.call.map { calls[$0] == nil && !inherited.has($0) } ?? true
  }

  /// Another node has the address, or will: nothing is said to anybody in its calls any more, and no end
  /// of theirs is written down. Their facts are in the spool.
  public mutating func freeze(_ address: AddressName, at now: Moment) -> [ExchangeAction] {
    for call in leave(address, at: now) {
      // Its relay may pass on for a moment what still comes; whoever carries on records it.
      tellRelay(of: call) { .recordRelay(nil, $0) }
      closeRelay(of: call)
      calls[call]?.isSaved = false
      remove(call)
      inherited.forget(call)
    }
    reviewPages(at: now)
    return takeOutbox(at: now)
  }
}
