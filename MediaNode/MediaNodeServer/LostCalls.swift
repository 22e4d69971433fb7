import ControlLink
import Epoll
import Glibc
import Logging
import NodeContract

/// Calls that an earlier process of this node left open: their facts are in the spool, their end is
/// not. Nobody carries them on, so each leg ends as `node-lost` at the last proof of its life.
struct LostCalls {
  private let node: NodeName
  private let boot: UUIDv7
  /// When the keeper saw the earlier process die; nil after a reboot or without a keeper.
  private let deathOfPredecessor: BootInstant?

  init(of node: NodeName, boot: UUIDv7) {
    self.node = node
    self.boot = boot
    deathOfPredecessor = getenv("TANDEM_PREDECESSOR_DIED_AT")
      .flatMap { Int64(String(cString: $0)) }.map(BootInstant.init(nanoseconds:))
  }

  func close(in spool: Spool, at now: Moment, log: Logger) {
    let legs = spool.legsLeftOpen()
    for leg in legs { spool.append(end(of: leg, at: now), whenDurable: nil) }
    if !legs.isEmpty {
      log.notice("legs of an earlier process closed", metadata: ["legs": "\(legs.count)"])
    }
  }

  private func end(of leg: OpenLeg, at now: Moment) -> Fact {
    Fact(
      tenant: leg.tenant, call: leg.call, leg: leg.leg, time: lastProof(of: leg, at: now),
      observer: node, epoch: leg.epoch,
      event: .ended(LegEnd(outcome: .nodeLost, evidence: .nodeLost, endedBy: .us)))
  }

  /// The keeper's word where it holds for this boot; else the leg's last fact, which never charges
  /// for time that nobody can prove.
  private func lastProof(of leg: OpenLeg, at now: Moment) -> FactTime {
    guard let death = deathOfPredecessor, leg.lastFact.boot == boot,
      death >= leg.lastFact.instant, death <= now.boot
    else { return leg.lastFact }
    let age = death.duration(to: now.boot)
    return FactTime(
      boot: boot, instant: death,
      wall: WallTime(milliseconds: now.wall.milliseconds - age.nanoseconds / 1_000_000))
  }
}
