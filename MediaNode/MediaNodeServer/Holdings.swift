import CallControl
import ControlLink
import Epoll
import Gates
import Logging
import NodeContract
import Ownership
import Signalling
import Synchronization

/// What the node serves and keeps across its restarts: tenants' snapshots and grants of addresses.
/// Every change is on disk before it is acted upon.
final class Holdings: Sendable {
  private struct State {
    var titles: NodeTitles
    var presence = AddressPresence()
    var revisions: [TenantID: Int64] = [:]
    /// Addresses whose sockets this process has.
    var bound: Set<AddressName> = []
    /// Addresses whose calls this process has; who asks there is answered.
    var served: Set<AddressName> = []
    /// Addresses whose calls this process has in part: the others wait for another address of theirs.
    var incomplete: [AddressName: BootInstant] = [:]
    /// Addresses that are ours, and whose sockets somebody else on this machine still has.
    var unbound: [AddressName: Epoch] = [:]
    /// Addresses of other sites that are ours, and whose former holders may still begin something.
    var unsettled: [AddressName: Epoch] = [:]
    /// Sockets that nobody kept, until the signalling thread has them: it alone closes them.
    var reopened: [AddressSockets] = []
    /// Addresses that are about to be given up.
    var leaving: Set<AddressName> = []
    /// Addresses that were given up, and whose relays still pass on what comes.
    var parting: Set<AddressName> = []
    /// As it is on disk.
    var saved = Saved()
  }

  private struct Saved: Hashable {
    var grants: [AddressName: AddressGrants.Grant] = [:]
    var unsettled: Set<AddressName> = []
  }

  private let state: Mutex<State>
  private let addresses: [AddressName: AddressSetting]
  private let foreign: ForeignAddresses
  private let isSecure: Bool
  private let snapshots: SnapshotStore
  private let grantStore: GrantStore
  private let shelf: SoundShelf
  private let estate: NodeEstate?
  private let inheritances = Inheritances()
  private let keeper = KeeperLine()
  private let log: Logger
  /// Held by whoever opens an address' sockets, so that nobody serves it before they are there.
  private let opening = Mutex(())
  let gates: AddressGates
  let leftRelays: LeftRelays

  /// - Parameter bound: the addresses whose sockets the keeper handed down.
  init(
    _ configuration: NodeConfiguration, in directory: StateDirectory, bound: Set<AddressName>,
    shelf: SoundShelf, estate: NodeEstate?, at now: BootInstant, log: Logger
  ) throws {
    self.shelf = shelf
    snapshots = try SnapshotStore(
      directory: directory.snapshots, key: configuration.snapshotKey(), logger: log)
    grantStore = GrantStore(path: directory.grants)
    addresses = Dictionary(configuration.addresses.map { ($0.name, $0) }) { first, _ in first }
    foreign = ForeignAddresses(configuration.standsByFor, besides: configuration.addresses)
    isSecure = configuration.secureSIP != nil
    guard keeper?.movesAddresses != true || configuration.proof != .binding else {
      throw SettingError(
        name: "proof", value: "binding",
        expected: "what proves that an address at an interface leads "
          + "here: others may bind it too. Gateway and its IP address, or none")
    }
    gates = AddressGates(configuration.addresses.map(\.endpoint.address))
    self.estate = estate
    leftRelays = LeftRelays(estate?.relays.values.map { $0 } ?? [])
    let (grants, unsettled) = try grantStore.loadAll()
    let titles = NodeTitles(
      policy: OwnershipPolicy(),
      proofs: addresses.mapValues { _ in configuration.proof }.merging(
        foreign.names.map { ($0, .none) }
      ) { own, _ in own },
      persisted: grants, unsettled: unsettled, startedAt: now)
    state = Mutex(
      State(
        titles: titles, bound: bound, saved: Saved(grants: titles.known, unsettled: unsettled)))
    self.log = log
  }

  /// The keeper bound what nobody had; what was given to another since stays free for that one.
  /// Before any socket is opened. Returns what is left of `kept`.
  static func withoutReleased(
    _ kept: [AddressSetting], in directory: StateDirectory
  ) throws -> [AddressSetting] {
    let grants = try GrantStore(path: directory.grants).load()
    return kept.filter { address in
      guard let grant = grants[address.name], !grant.isHeld, grant.epoch > .none else {
        return true
      }
      KeeperLine()?.giveUp(address.endpoint.address)
      return false
    }
  }

  var heldAddresses: [HeldAddress] { state.withLock(\.titles.held) }

  var tenantRevisions: [TenantRevision] {
    state.withLock { state in
      state.revisions.map { TenantRevision(tenant: $0.key, revision: $0.value) }
    }
  }

  /// Brings back what an earlier process of this node knew, so that it serves before any replica
  /// is reached.
  func restore(into exchange: inout Exchange, at now: Moment) throws {
    for tenant in try snapshots.load() {
      _ = exchange.install(tenant, at: now)
      shelf.keep(tenant.sounds, of: tenant.tenant)
      state.withLock { $0.revisions[tenant.tenant] = tenant.revision }
    }
    let held = heldAddresses
    for held in held where !foreign.contains(held.address) {
      if state.withLock({ !$0.bound.contains(held.address) }) {
        guard let sockets = bind(held.address) else {
          state.withLock { $0.unbound[held.address] = held.epoch }
          continue
        }
        state.withLock { $0.reopened.append(sockets) }
      }
      state.withLock { _ = $0.served.insert(held.address) }
      _ = exchange.adopt(held.address, epoch: held.epoch, at: now)
    }
    // After those at which they are served.
    for held in held where foreign.contains(held.address) {
      guard let host = host(of: held.address) else {
        state.withLock { $0.unsettled[held.address] = held.epoch }
        continue
      }
      state.withLock { _ = $0.served.insert(held.address) }
      _ = exchange.inherit(
        held.address, epoch: held.epoch, at: host, calls: [], bindings: [], subscriptions: [],
        at: now)
    }
  }

  private func host(of address: AddressName) -> AddressName? {
    state.withLock { foreign.host(of: address, among: $0.served) }
  }

  /// Sockets of held addresses that the keeper has none of. Once.
  func takeReopened() -> [AddressSockets] {
    state.withLock { state in
      defer { state.reopened = [] }
      return state.reopened
    }
  }

  /// Nil while somebody has them; the kernel lets nobody else.
  private func bind(_ address: AddressName) -> AddressSockets? {
    guard let setting = addresses[address],
      let sockets = try? AddressSockets(
        binding: setting.endpoint, secure: isSecure ? setting.secureEndpoint : nil)
    else { return nil }
    state.withLock { _ = $0.bound.insert(address) }
    return sockets
  }

  // MARK: - Tenants

  func install(_ tenant: TenantSnapshot, on signalling: SignallingLoop) {
    let isNews = state.withLock { state in
      guard tenant.revision > state.revisions[tenant.tenant] ?? .min else { return false }
      state.revisions[tenant.tenant] = tenant.revision
      return true
    }
    guard isNews else { return }
    attempt("keep a tenant's snapshot") { try snapshots.save(tenant) }
    shelf.keep(tenant.sounds, of: tenant.tenant)
    signalling.submit { $0.install(tenant, at: $1) }
  }

  func remove(_ tenant: TenantID, from signalling: SignallingLoop) {
    guard state.withLock({ $0.revisions.removeValue(forKey: tenant) }) != nil else { return }
    attempt("remove a tenant's snapshot") { try snapshots.remove(tenant) }
    shelf.keep([], of: tenant)
    signalling.submit { $0.removeTenant(tenant, at: $1) }
  }

  /// A replica has sent all tenants there are for this node: any other is stale.
  func keepOnly(_ tenants: [TenantID], on signalling: SignallingLoop) {
    let stale = state.withLock { Set($0.revisions.keys) }.subtracting(tenants)
    for tenant in stale.sorted() { remove(tenant, from: signalling) }
  }

  // MARK: - Beats

  /// Judges the node's titles by its beats.
  func hooks(on signalling: SignallingLoop) -> BeatHooks {
    BeatHooks(
      keys: estate?.beatKeys ?? [:],
      beat: { [self] now in
        serveUnbound(on: signalling)
        announceServed(at: now)
        serveSettled(on: signalling, at: now)
        giveUpOverdue(on: signalling, at: now)
        let number = state.withLock { state in
          state.titles.tick(at: now)
          renewGates(by: state.titles, at: now)
          return state.titles.beat(at: now)
        }
        standAtInterface(at: now)
        return number
      },
      acknowledged: { [self] number, epochs in
        let now = MachineClock.boot()
        state.withLock { state in
          state.titles.acknowledge(beat: number, naming: epochs, at: now)
          renewGates(by: state.titles, at: now)
        }
      }, keyChanged: { [estate] replica, key in estate?.leave(key, of: replica) })
  }

  /// Opens the gates as far as there is evidence without anybody: before the first beat.
  func openGates(at now: BootInstant) {
    state.withLock { state in
      state.titles.tick(at: now)
      renewGates(by: state.titles, at: now)
    }
  }

  /// The gateway answered what an address asked it at `asked`.
  func prove(_ address: AddressName, asked: BootInstant, at now: BootInstant) {
    state.withLock { state in
      state.titles.prove(address, asked: asked, at: now)
      renewGates(by: state.titles, at: now)
    }
  }

  /// The addresses that an echo may prove to lead here.
  var provable: [AddressName] {
    state.withLock { state in addresses.keys.filter(state.titles.hasStanding) }
  }

  /// Has the keeper add and take away addresses, where they come and go.
  private func standAtInterface(at now: BootInstant) {
    guard let keeper, keeper.movesAddresses else { return }
    let words = state.withLock { state in
      state.presence.words(for: addresses.keys, by: state.titles, at: now) {
        [served = state.served] in served.contains($0)
      }
    }
    keeper.tell(words, by: addresses)
  }

  private func renewGates(by titles: NodeTitles, at now: BootInstant) {
    for (name, address) in addresses {
      let deadlines = titles.deadlines(for: name, at: now)
      gates.gate(of: address.endpoint.address).set(
        relaysUntil: deadlines.relays, beginsUntil: deadlines.begins)
    }
  }

  // MARK: - Grants

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
    if let setting = addresses[address] { signalling.fallDeaf(at: setting.endpoint.address) }
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
    guard let setting = addresses[address] else { return }
    signalling.leave(setting.endpoint.address)
  }

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

  /// The keeper adds an address within milliseconds, and the kernel gives no socket before: nobody who
  /// waits for sound should wait for the next beat.
  private func serveSoon(on signalling: SignallingLoop) {
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
  private func serveUnbound(on signalling: SignallingLoop) {
    opening.withLock { _ in
      for (address, epoch) in state.withLock(\.unbound) {
        if state.withLock({ !$0.bound.contains(address) }) {
          guard let sockets = bind(address) else { continue }
          signalling.listen(at: sockets)
        }
        state.withLock { $0.unbound[address] = nil }
        serve(address, epoch, on: signalling)
      }
    }
  }

  /// Carries on what another site left, at an address of ours, as soon as nobody there can begin anything any
  /// more: a call must not be asked by two to go two ways.
  private func serveSettled(on signalling: SignallingLoop, at now: BootInstant) {
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
  private func announceServed(at now: BootInstant) {
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
  private func giveUpOverdue(on signalling: SignallingLoop, at now: BootInstant) {
    let overdue = inheritances.takeOverdue(at: now)
    guard !overdue.isEmpty else { return }
    signalling.submit { $0.giveUp(overdue, at: $1) }
  }

  /// Nothing leaves from the address any more: its gate is shut. What belongs to it is another's.
  private func leave(_ address: AddressName, to exchange: Exchange) {
    state.withLock { state in
      state.unbound[address] = nil
      state.bound.remove(address)
      state.served.remove(address)
      state.incomplete[address] = nil
    }
    estate?.forgetCalls(except: exchange.checkpointNames, and: exchange.relayIDs)
    guard let setting = addresses[address] else { return }
    keeper?.release(setting.endpoint.address)
    standAtInterface(at: MachineClock.boot())
  }

  /// Writes the grants down if they are not as the disk has them. False: the disk refuses.
  @discardableResult
  func save() -> Bool {
    let current = state.withLock { state in
      let unsettled = state.titles.held.map(\.address).filter { !state.titles.isSettled($0) }
      return Saved(grants: state.titles.known, unsettled: Set(unsettled))
    }
    guard state.withLock({ $0.saved != current }) else { return true }
    let isKept = attempt("keep the grants") {
      try grantStore.save(current.grants, unsettled: current.unsettled)
    }
    if isKept { state.withLock { $0.saved = current } }
    return isKept
  }

  /// A full or failing disk must not stop calls: the node goes on with what it has in memory.
  @discardableResult
  private func attempt(_ what: String, _ action: () throws -> Void) -> Bool {
    do {
      try action()
      return true
    } catch {
      log.error("could not \(what)", metadata: ["cause": "\(error)"])
      return false
    }
  }
}

extension ExchangeAction {
  fileprivate var closesRelay: Bool {
    if case .closeRelay = self { true } else { false }
  }
}
