public import Etcd
public import Logging
public import NodeContract
public import Placement
public import ServiceLifecycle
import Synchronization

/// Reads the grants from etcd's quorum so often that this replica can always speak for them, and tells
/// the fleet when each read began: what it says of a grant is as old as that, at most.
///
/// A read does not wait for the one before: when a member of etcd is lost, or its leader, the first read that
/// a quorum can answer is one of those that began since.
public struct QuorumReading: Service {
  private let fleet: Fleet
  private let interval: Duration
  private let read: @Sendable () async throws -> [AddressName: AddressGrant]
  private let logger: Logger

  public init(_ etcd: EtcdClient, fleet: Fleet, logger: Logger) {
    let grants = GrantRegister(etcd: etcd.answering(within: fleet.policy.quorumFreshness))
    self.init(fleet: fleet, logger: logger) { try await grants.read() }
  }

  /// - Parameter read: all grants as a quorum has them at some moment after the call.
  public init(
    fleet: Fleet, every interval: Duration = .milliseconds(75), logger: Logger,
    read: @escaping @Sendable () async throws -> [AddressName: AddressGrant]
  ) {
    self.fleet = fleet
    self.interval = interval
    self.read = read
    self.logger = logger
  }

  public func run() async throws {
    await cancelWhenGracefulShutdown {
      let reads = Reads()
      await withDiscardingTaskGroup { group in
        while !Task.isCancelled {
          if reads.begin() {
            group.addTask {
              let trouble = await readOnce()
              guard reads.end(trouble), !Task.isCancelled else { return }
              logger.warning("cannot read the grants", metadata: ["error": "\(trouble ?? "")"])
            }
          }
          try? await Task.sleep(for: interval)
        }
      }
    }
  }

  /// Why it failed; nil: it did not.
  private func readOnce() async -> String? {
    let begun = fleet.now
    do {
      await fleet.confirm(try await read(), readBegunAt: begun)
      return nil
    } catch {
      return "\(error)"
    }
  }
}

/// Reads under way: so many at most, that a store which does not answer makes nothing grow.
private final class Reads: Sendable {
  private static let most = 12

  private let state = Mutex((underWay: 0, hasTrouble: false))

  func begin() -> Bool {
    state.withLock { state in
      guard state.underWay < Self.most else { return false }
      state.underWay += 1
      return true
    }
  }

  /// Whether the trouble is news: it is said once, as long as it lasts.
  func end(_ trouble: String?) -> Bool {
    state.withLock { state in
      defer { state = (state.underWay - 1, trouble != nil) }
      return trouble != nil && !state.hasTrouble
    }
  }
}
