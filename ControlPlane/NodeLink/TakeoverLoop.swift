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
          var due: [GrantStep] = []
          for step in await fleet.takeovers() {
            switch step {
            case .take(let grant): due.append(grant)
            case .hold(let address, let doubt): holds[address] = doubt
            }
          }
          if !due.isEmpty { group.addTask { [due] in await take(due) } }
          log(holds, after: lastHolds)
          lastHolds = holds
          try? await Task.sleep(for: fleet.policy.beatInterval)
        }
      }
    }
  }

  private func take(_ steps: [GrantStep]) async {
    var former: [AddressName: AddressGrant] = [:]
    for step in steps {
      former[step.address] = await fleet.grant(of: step.address)
      logger.notice(
        "a holder is taken for dead",
        metadata: [
          "address": "\(step.address)", "node": "\(holder(of: step.address, in: former))",
        ])
    }
    do {
      let epochs = try await grants.write(steps, after: former)
      for step in steps { report(step, epochs[step.address], after: former) }
      let begun = fleet.now
      await fleet.confirm(try await grants.read(), readBegunAt: begun)
    } catch {
      logger.warning(
        "cannot take addresses over",
        metadata: [
          "addresses": "\(steps.map(\.address.text).joined(separator: " "))",
          "error": "\(error)",
        ])
    }
    for step in steps { await fleet.tookOver(step.address) }
  }

  private func report(
    _ step: GrantStep, _ epoch: Epoch?, after former: [AddressName: AddressGrant]
  ) {
    logger.notice(
      epoch == nil ? "another write came first" : "taken over",
      metadata: [
        "address": "\(step.address)", "from": "\(holder(of: step.address, in: former))",
        "node": "\(step.holding.holder)", "epoch": "\(epoch?.description ?? "none")",
      ])
  }

  private func holder(
    of address: AddressName, in grants: [AddressName: AddressGrant]
  ) -> String {
    grants[address]?.holding.holder.text ?? "nobody"
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
