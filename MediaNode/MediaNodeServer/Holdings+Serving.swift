import CallControl
import Epoll
import Logging
import NodeContract
import Ownership
import Signalling
import Synchronization

/// Addresses that are ours are served as soon as that can be: sockets first, calls then, and who may hear of it
/// last.
extension Holdings {
  /// The keeper adds an address within milliseconds, and the kernel gives no socket before: nobody who
  /// waits for sound should wait for the next beat.
  func serveSoon(on signalling: SignallingLoop) {
    guard state.withLock({ !$0.unbound.isEmpty }) else { return }
    Task { [self] in
      for _ in 0..<Self.quickTries where state.withLock({ !$0.unbound.isEmpty }) {
        try? await Task.sleep(for: Self.quickPause)
        serveUnbound(on: signalling)
      }
    }
  }

  private static let (quickTries, quickPause) = (15, Duration.milliseconds(2))

  /// Serves what is ours as soon as its sockets are to be had.
  func serveUnbound(on signalling: SignallingLoop) {
    opening.withLock { _ in
      for (address, epoch) in state.withLock(\.unbound) {
        if state.withLock({ !$0.bound.contains(address) }) {
          guard let sockets = bind(address) else { continue }
          for sockets in sockets { signalling.listen(at: sockets) }
        }
        state.withLock { $0.unbound[address] = nil }
        serve(address, epoch, on: signalling)
      }
    }
  }

  /// What may be another's meanwhile is not ours alone to judge.
  func tellOrphaned(to signalling: SignallingLoop, at now: BootInstant) {
    let news: Set<AddressName>? = state.withLock { state in
      let orphaned = Set(
        state.titles.held.map(\.address).filter {
          state.titles.permission(for: $0, at: now) == .orphan
        })
      guard orphaned != state.orphaned else { return nil }
      state.orphaned = orphaned
      return orphaned
    }
    guard let news else { return }
    signalling.submit { exchange, _ in
      exchange.standAlone(at: news)
      return []
    }
  }

  /// Carries on what another site left, at an address of ours, as soon as nobody there can begin anything any
  /// more: a call must not be asked by two to go two ways.
  func serveSettled(on signalling: SignallingLoop, at now: BootInstant) {
    opening.withLock { _ in
      let settled = state.withLock { state in
        state.unsettled.filter { state.titles.permission(for: $0.key, at: now) == .full }
      }
      let places = settled.sorted { foreign.comesBefore($0.key, $1.key) }.compactMap { entry in
        host(of: entry.key).map { (address: entry.key, epoch: entry.value, host: $0) }
      }
      for (index, place) in places.enumerated() {
        state.withLock { $0.unsettled[place.address] = nil }
        // Most calls have legs at two of them: they are read once, when all can go on.
        serve(
          place.address, place.epoch, at: place.host, carriesCalls: index == places.count - 1,
          on: signalling)
      }
    }
  }

  /// - Parameters:
  ///   - host: where another site's address is served; nil: it is here itself.
  ///   - carriesCalls: no other address is served right afterwards.
  private func serve(
    _ address: AddressName, _ epoch: Epoch, at host: AddressName? = nil, carriesCalls: Bool = true,
    on signalling: SignallingLoop
  ) {
    signalling.submit { [inheritances, leftRelays, log] exchange, now in
      var left = inheritances.take(address, at: now.boot)
      if !carriesCalls { left.calls = [] }
      let before = exchange.checkpointNames
      let actions: [ExchangeAction]
      if let host {
        actions = exchange.inherit(
          address, epoch: epoch, at: host, calls: left.calls, bindings: left.bindings,
          subscriptions: left.subscriptions, at: now)
      } else {
        leftRelays.add(left.relays)
        actions = exchange.inherit(
          address, epoch: epoch, calls: left.calls, bindings: left.bindings,
          subscriptions: left.subscriptions, at: now)
      }
      let carriedOn = exchange.checkpointNames.subtracting(before)
      inheritances.forget(carriedOn)
      log.notice(
        "an address is served",
        metadata: [
          "address": "\(address)", "at": "\(host ?? address)", "epoch": "\(epoch)",
          "left": "\(left.calls.count)", "carried-on": "\(carriedOn.count)",
          "bindings": "\(left.bindings.count)",
        ])
      return actions
    }
    // By then every relay that goes on is open; ports that are left over will be other calls'.
    signalling.submit { [self] _, now in
      leftRelays.forget()
      state.withLock { $0.incomplete[address] = now.boot }
      announceServed(at: now.boot)
      return []
    }
  }

  /// An address is announced, which draws to us what parties say, when we have its calls: until then a
  /// holder that lives passes it on. Calls that wait for another address of theirs are waited for, but
  /// not for long: it may never be ours.
  func announceServed(at now: BootInstant) {
    let isComplete = inheritances.isEmpty
    let isNews = state.withLock { state in
      let ready = state.incomplete.filter {
        isComplete || $0.value.duration(to: now) >= Self.completion
      }
      for address in ready.keys {
        state.incomplete[address] = nil
        state.served.insert(address)
      }
      return !ready.isEmpty
    }
    if isNews { standAtInterface(at: now) }
  }

  private static let completion = Duration.milliseconds(100)

  /// Of calls that were left and could not be carried on, whoever is at addresses of ours is told.
  func giveUpOverdue(on signalling: SignallingLoop, at now: BootInstant) {
    let overdue = inheritances.takeOverdue(at: now)
    guard !overdue.isEmpty else { return }
    signalling.submit { $0.giveUp(overdue, at: $1) }
  }

  /// Those of every form of the address. Nil while somebody has one of them; the kernel lets nobody else.
  func bind(_ address: AddressName) -> [AddressSockets]? {
    guard let setting = addresses[address],
      let sockets = try? setting.endpoints.map({ endpoint in
        try AddressSockets(binding: endpoint, secure: isSecure ? endpoint.forTLS : nil)
      })
    else { return nil }
    state.withLock { _ = $0.bound.insert(address) }
    return sockets
  }

  func host(of address: AddressName) -> AddressName? {
    state.withLock { foreign.host(of: address, among: $0.served) }
  }
}
