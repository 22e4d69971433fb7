public import Etcd
public import Logging
public import NodeContract
public import ServiceLifecycle
import Synchronization

/// The one replica that makes planned moves: whose name stands under `/tandem/v1/leader`, a key
/// that ends with its lease. A leader that cannot renew stops believing in itself before etcd
/// lets another one in.
public final class LeaderLease: Service {
  static let key = "/tandem/v1/leader"

  private struct State {
    var lease: LeaseID?
    /// Until when this replica surely leads.
    var heldUntil: ContinuousClock.Instant?
  }

  private let etcd: EtcdClient
  private let replica: ReplicaName
  private let timeToLive: Duration
  private let logger: Logger
  private let clock = ContinuousClock()
  private let state = Mutex(State())

  /// - Parameter timeToLive: how long the place stays taken after the leader was last heard of;
  ///   whole seconds, at least 2.
  public init(
    _ etcd: EtcdClient, replica: ReplicaName, timeToLive: Duration = .seconds(5), logger: Logger
  ) {
    self.etcd = etcd
    self.replica = replica
    self.timeToLive = timeToLive
    self.logger = logger
  }

  /// Whether this replica leads, as far as it can know.
  public var isHeld: Bool {
    state.withLock { state in state.heldUntil.map { clock.now < $0 } ?? false }
  }

  /// Stands for leader until shutdown, then makes room at once.
  public func run() async throws {
    await cancelWhenGracefulShutdown { [self] in
      var lastTrouble: String?
      while !Task.isCancelled {
        do {
          try await attempt()
          lastTrouble = nil
        } catch {
          let trouble = String(describing: error)
          if trouble != lastTrouble, !Task.isCancelled {
            logger.warning("cannot stand for leader", metadata: ["error": "\(trouble)"])
          }
          lastTrouble = trouble
        }
        try? await Task.sleep(for: timeToLive / 4)
      }
    }
    await resign()
  }

  /// Renews, or tries to become the leader. The promise counts from before the request left: etcd
  /// counts from when it arrived.
  private func attempt() async throws {
    let asked = clock.now
    let lease = try await livingLease()
    let mine = Array(replica.text.utf8)
    let entry = try await etcd.get(LeaderLease.key)
    if entry?.lease != lease || entry?.value != mine {
      // The place is taken, unless by an earlier life of this replica.
      guard entry == nil || entry?.value == mine else { return lose() }
      let result = try await etcd.compareAndSet(
        LeaderLease.key, expecting: entry?.modRevision ?? 0, to: mine, lease: lease)
      guard case .written = result else { return lose() }
    }
    // A tenth is left for clocks that do not run alike.
    win(until: asked + timeToLive * 9 / 10)
  }

  private func livingLease() async throws -> LeaseID {
    if let lease = state.withLock({ $0.lease }) {
      do {
        try await etcd.keepAlive(lease)
        return lease
      } catch EtcdError.leaseNotFound {
        state.withLock { $0.lease = nil }
      }
    }
    let lease = try await etcd.grantLease(timeToLive: timeToLive)
    state.withLock { $0.lease = lease }
    return lease
  }

  private func win(until instant: ContinuousClock.Instant) {
    let isNew = !isHeld
    state.withLock { $0.heldUntil = instant }
    if isNew { logger.notice("leads", metadata: ["replica": "\(replica)"]) }
  }

  private func lose() { state.withLock { $0.heldUntil = nil } }

  private func resign() async {
    lose()
    guard let lease = state.withLock({ $0.lease }) else { return }
    try? await etcd.revoke(lease)
  }
}
