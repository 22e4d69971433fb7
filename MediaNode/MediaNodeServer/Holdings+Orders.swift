import CallControl
import ControlLink
import Epoll
import Logging
import NodeContract
import Ownership
import Signalling
import Synchronization

/// What replicas order: addresses that come, and addresses that are given up.
extension Holdings {
  /// What there is to carry on at an address that is about to be ours.
  func keep(_ inheritance: Inheritance) {
    inheritances.add(inheritance, at: MachineClock.boot())
  }

  /// Does what an order to adopt says. Nil: nobody knows that it is fresh; or it takes effect, but the
  /// disk refused to keep it, so nobody may rely on this node refusing older orders after a restart. The
  /// replica asks again.
  func carryOut(_ order: OwnershipOrder, on signalling: SignallingLoop) -> OrderAnswer? {
    // What was given up is to be gone before anything comes back.
    let isBusy = state.withLock {
      $0.leaving.contains(order.address) || $0.parting.contains(order.address)
    }
    guard !isBusy else { return nil }
    let (verdict, effects) = judge(order)
    guard let verdict else {
      log.info(
        "an order that may be old is not followed",
        metadata: ["address": "\(order.address)", "epoch": "\(order.epoch)"])
      return nil
    }
    // The kernel is adding the address while the disk keeps the order.
    standAtInterface(at: MachineClock.boot())
    let answer = keepAndAnswer(order, verdict)
    for case .adopt(let address, let epoch) in effects {
      guard !foreign.contains(address) else {
        state.withLock { $0.unsettled[address] = epoch }
        continue
      }
      state.withLock { $0.unbound[address] = epoch }
      serveUnbound(on: signalling)
      serveSoon(on: signalling)
    }
    return answer
  }

  /// Whether an order that names this beat of ours was sent lately.
  func isYoung(since beat: UInt64?) -> Bool {
    let now = MachineClock.boot()
    return state.withLock { $0.titles.isYoung(since: beat, at: now) }
  }

  private func judge(
    _ order: OwnershipOrder
  ) -> (verdict: OrderAnswer.Verdict?, effects: [NodeTitles.Effect]) {
    let now = MachineClock.boot()
    return state.withLock { state in
      let outcome = state.titles.receive(order, at: now)
      renewGates(by: state.titles, at: now)
      return outcome
    }
  }

  /// Does what an order to release says, between two messages of the address' calls: nothing of them is
  /// half done. `released` is told the verdict on the signalling thread, after everything that was said.
  /// What parties say to each other passes on for a moment where the heir must draw it away first
  /// (`OwnershipPolicy.parting`).
  func release(
    _ order: OwnershipOrder, on signalling: SignallingLoop,
    then released: @escaping @Sendable (OrderAnswer.Verdict) -> Void
  ) {
    state.withLock { _ = $0.leaving.insert(order.address) }
    signalling.submit { [self] exchange, now in
      let (verdict, effects) = judge(order)
      var actions = effects.isEmpty ? [] : letGo(of: order.address, exchange: &exchange, at: now)
      if !effects.isEmpty, !foreign.contains(order.address) {
        leave(order.address, to: exchange)
        if state.withLock({ $0.titles.isParting(from: order.address) }) {
          part(from: order.address, closing: actions.filter(\.closesRelay), on: signalling)
          actions.removeAll(where: \.closesRelay)
        } else {
          closeSockets(at: order.address, on: signalling)
        }
      }
      signalling.submit { [self] _, _ in
        state.withLock { _ = $0.leaving.remove(order.address) }
        if let verdict { released(verdict) }
        return []
      }
      return actions
    }
  }

  /// Relays pass on what still comes, and no longer than the gate is open; nothing else is heard.
  private func part(
    from address: AddressName, closing relays: [ExchangeAction], on signalling: SignallingLoop
  ) {
    state.withLock { _ = $0.parting.insert(address) }
    for ip in ips(of: address) { signalling.fallDeaf(at: ip) }
    let policy = state.withLock(\.titles.policy)
    Task { [self] in
      try? await Task.sleep(for: policy.parting + policy.beatInterval * 2)
      signalling.submit { [self] _, _ in
        closeSockets(at: address, on: signalling)
        state.withLock { _ = $0.parting.remove(address) }
        return relays
      }
    }
  }

  private func closeSockets(at address: AddressName, on signalling: SignallingLoop) {
    for ip in ips(of: address) { signalling.leave(ip) }
  }

  /// None of another site's, which can never be here.
  private func ips(of address: AddressName) -> [IPAddress] { addresses[address]?.ips ?? [] }

  /// What goes to another site is frozen like what goes to a neighbour: whoever can say so hears the new holder
  /// too, so its calls are being carried on there. Calls of another site that were moved here stay.
  private func letGo(
    of address: AddressName, exchange: inout Exchange, at now: Moment
  ) -> [ExchangeAction] {
    guard !foreign.contains(address) else {
      state.withLock { state in
        state.unsettled[address] = nil
        state.served.remove(address)
        state.incomplete[address] = nil
      }
      _ = inheritances.take(address, at: now.boot)
      return exchange.endHosting(of: address, at: now)
    }
    state.withLock { $0.titles.forgetYielded(address) }
    return exchange.freeze(address, at: now)
  }

  /// The answer to an order, once the disk keeps what it changed; nil: it does not.
  func keepAndAnswer(_ order: OwnershipOrder, _ verdict: OrderAnswer.Verdict) -> OrderAnswer? {
    let isKept = save()
    log.notice(
      "order",
      metadata: [
        "verb": "\(order.verb)", "address": "\(order.address)", "epoch": "\(order.epoch)",
        "verdict": "\(verdict)",
      ])
    return isKept ? OrderAnswer(order: order.id, address: order.address, verdict: verdict) : nil
  }

  /// What belongs to the address is another's.
  private func leave(_ address: AddressName, to exchange: Exchange) {
    state.withLock { state in
      state.unbound[address] = nil
      state.bound.remove(address)
      state.served.remove(address)
      state.incomplete[address] = nil
    }
    estate?.forgetCalls(except: exchange.checkpointNames, and: exchange.relayIDs)
    guard addresses[address] != nil else { return }
    for ip in ips(of: address) { keeper?.release(ip) }
    standAtInterface(at: MachineClock.boot())
  }
}

extension ExchangeAction {
  fileprivate var closesRelay: Bool {
    if case .closeRelay = self { true } else { false }
  }
}
