import CallControl
import ControlLink
import Logging
import NodeContract
import Ownership
import Signalling
import Synchronization

/// What the node serves and keeps across its restarts: tenants' snapshots and grants of addresses.
/// Every change is on disk before it is acted upon.
final class Holdings: Sendable {
  private struct State {
    var grants: AddressGrants
    var revisions: [TenantID: Int64] = [:]
  }

  private let state: Mutex<State>
  private let snapshots: SnapshotStore
  private let grantStore: GrantStore
  private let log: Logger

  init(_ configuration: NodeConfiguration, in directory: StateDirectory, log: Logger) throws {
    state = Mutex(State(grants: AddressGrants(addresses: configuration.addresses.map(\.name))))
    snapshots = try SnapshotStore(
      directory: directory.snapshots, key: configuration.snapshotKey(), logger: log)
    grantStore = GrantStore(path: directory.grants)
    self.log = log
  }

  var heldAddresses: [HeldAddress] { state.withLock(\.grants.held) }

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
      state.withLock { $0.revisions[tenant.tenant] = tenant.revision }
    }
    let persisted = try grantStore.load()
    for held in state.withLock({ $0.grants.restore(persisted) }) {
      _ = exchange.adopt(held.address, epoch: held.epoch, at: now)
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
    signalling.submit { $0.install(tenant, at: $1) }
  }

  func remove(_ tenant: TenantID, from signalling: SignallingLoop) {
    guard state.withLock({ $0.revisions.removeValue(forKey: tenant) }) != nil else { return }
    attempt("remove a tenant's snapshot") { try snapshots.remove(tenant) }
    signalling.submit { $0.removeTenant(tenant, at: $1) }
  }

  /// A replica has sent all tenants there are for this node: any other is stale.
  func keepOnly(_ tenants: [TenantID], on signalling: SignallingLoop) {
    let stale = state.withLock { Set($0.revisions.keys) }.subtracting(tenants)
    for tenant in stale.sorted() { remove(tenant, from: signalling) }
  }

  // MARK: - Grants

  /// Does what an order says. Nil: it takes effect, but the disk refused to keep it, so nobody may
  /// rely on this node refusing older orders after a restart; the replica asks again.
  func carryOut(_ order: OwnershipOrder, on signalling: SignallingLoop) -> OrderAnswer? {
    let (verdict, effect, known) = state.withLock { state in
      let (verdict, effect) = state.grants.receive(order)
      return (verdict, effect, state.grants.known)
    }
    let isKept = attempt("keep the grants") { try grantStore.save(known) }
    switch effect {
    case .adopt(let address, let epoch):
      signalling.submit { $0.adopt(address, epoch: epoch, at: $1) }
    case .release(let address): signalling.submit { $0.release(address, at: $1) }
    case .none: break
    }
    log.notice(
      "order",
      metadata: [
        "verb": "\(order.verb)", "address": "\(order.address)", "epoch": "\(order.epoch)",
        "verdict": "\(verdict)",
      ])
    return isKept ? OrderAnswer(order: order.id, address: order.address, verdict: verdict) : nil
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
