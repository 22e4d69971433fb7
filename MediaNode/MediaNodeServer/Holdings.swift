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
  struct State {
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
    /// Addresses that are served without a control plane's word.
    var orphaned: Set<AddressName> = []
    /// Addresses that are about to be given up.
    var leaving: Set<AddressName> = []
    /// Addresses that were given up, and whose relays still pass on what comes.
    var parting: Set<AddressName> = []
    /// As it is on disk.
    var saved = Saved()
  }

  struct Saved: Hashable {
    var grants: [AddressName: AddressGrants.Grant] = [:]
    var unsettled: Set<AddressName> = []
  }

  let state: Mutex<State>
  let addresses: [AddressName: AddressSetting]
  let foreign: ForeignAddresses
  let isSecure: Bool
  private let snapshots: SnapshotStore
  private let grantStore: GrantStore
  private let shelf: SoundShelf
  let estate: NodeEstate?
  let inheritances = Inheritances()
  let keeper = KeeperLine()
  let log: Logger
  /// Held by whoever opens an address' sockets, so that nobody serves it before they are there.
  let opening = Mutex(())
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
    gates = AddressGates(configuration.addresses.flatMap(\.ips))
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
      for ip in address.ips { KeeperLine()?.giveUp(ip) }
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
    let all = heldAddresses
    for held in all where !foreign.contains(held.address) {
      if state.withLock({ !$0.bound.contains(held.address) }) {
        guard let sockets = bind(held.address) else {
          state.withLock { $0.unbound[held.address] = held.epoch }
          continue
        }
        state.withLock { $0.reopened += sockets }
      }
      state.withLock { _ = $0.served.insert(held.address) }
      _ = exchange.adopt(held.address, epoch: held.epoch, at: now)
    }
    // After those at which they are served.
    for held in all where foreign.contains(held.address) {
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

  /// Sockets of held addresses that the keeper has none of. Once.
  func takeReopened() -> [AddressSockets] {
    state.withLock { state in
      defer { state.reopened = [] }
      return state.reopened
    }
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
        tellOrphaned(to: signalling, at: now)
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
  func standAtInterface(at now: BootInstant) {
    guard let keeper, keeper.movesAddresses else { return }
    let words = state.withLock { state in
      state.presence.words(for: addresses.keys, by: state.titles, at: now) {
        [served = state.served] in served.contains($0)
      }
    }
    keeper.tell(words, by: addresses)
  }

  func renewGates(by titles: NodeTitles, at now: BootInstant) {
    for (name, address) in addresses {
      let deadlines = titles.deadlines(for: name, at: now)
      for ip in address.ips {
        gates.gate(of: ip).set(
          relaysUntil: deadlines.relays, beginsUntil: deadlines.begins, knownUntil: deadlines.known)
      }
    }
  }

  // MARK: - The disk

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
