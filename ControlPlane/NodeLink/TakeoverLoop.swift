public import Etcd
public import Logging
import NodeContract
import Placement
public import ServiceLifecycle

/// Takes addresses from holders that are dead. It needs no leader: every replica judges by itself, and
/// of several that write one succeeds, since each names the revision that it judged by.
public struct TakeoverLoop: Service {
  private let grants: GrantRegister
  private let fleet: Fleet
  private let logger: Logger

  public init(_ etcd: EtcdClient, fleet: Fleet, logger: Logger) {
    grants = GrantRegister(etcd: etcd)
    self.fleet = fleet
    self.logger = logger
  }

  public func run() async throws {
    await cancelWhenGracefulShutdown {
      await withDiscardingTaskGroup { group in
        var lastHolds: [AddressName: Doubt] = [:]
        while !Task.isCancelled {
          var holds: [AddressName: Doubt] = [:]
          for step in await fleet.takeovers() {
            switch step {
            case .take(let grant): group.addTask { await take(grant) }
            case .hold(let address, let doubt): holds[address] = doubt
            }
          }
          log(holds, after: lastHolds)
          lastHolds = holds
          try? await Task.sleep(for: fleet.policy.beatInterval)
        }
      }
    }
  }

  private func take(_ step: GrantStep) async {
    let former = await fleet.grant(of: step.address)
    logger.notice(
      "a holder is taken for dead",
      metadata: [
        "address": "\(step.address)", "node": "\(former?.holding.holder.text ?? "nobody")",
      ])
    do {
      let epoch = try await grants.write(step, after: former)
      logger.notice(
        epoch == nil ? "another write came first" : "taken over",
        metadata: [
          "address": "\(step.address)", "from": "\(former?.holding.holder.text ?? "nobody")",
          "node": "\(step.holding.holder)", "epoch": "\(epoch?.description ?? "none")",
        ])
      let begun = fleet.now
      await fleet.confirm(try await grants.read(), readBegunAt: begun)
    } catch {
      logger.warning(
        "cannot take an address over",
        metadata: ["address": "\(step.address)", "error": "\(error)"])
    }
    await fleet.tookOver(step.address)
  }

  /// Each reason once, as long as it stays the same.
  private func log(_ holds: [AddressName: Doubt], after former: [AddressName: Doubt]) {
    for (address, doubt) in holds.sorted(by: { $0.key < $1.key }) where former[address] != doubt {
      logger.notice(
        "a silent holder is not replaced",
        metadata: ["address": "\(address)", "reason": "\(doubt)"])
    }
  }
}
