public import Etcd
public import Logging
public import NodeContract
public import Placement
public import ServiceLifecycle

/// Reads the grants from etcd's quorum so often that this replica can always speak for them, and tells
/// the fleet when each read began: what it says of a grant is as old as that, at most.
public struct QuorumReading: Service {
  private let fleet: Fleet
  private let interval: Duration
  private let read: @Sendable () async throws -> [AddressName: AddressGrant]
  private let logger: Logger

  public init(_ etcd: EtcdClient, fleet: Fleet, logger: Logger) {
    let grants = GrantRegister(etcd: etcd)
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
      var hasTrouble = false
      while !Task.isCancelled {
        let begun = fleet.now
        do {
          await fleet.confirm(try await read(), readBegunAt: begun)
          hasTrouble = false
        } catch {
          if !hasTrouble, !Task.isCancelled {
            logger.warning("cannot read the grants", metadata: ["error": "\(error)"])
          }
          hasTrouble = true
        }
        try? await Task.sleep(for: interval)
      }
    }
  }
}
