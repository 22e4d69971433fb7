public import NodeContract

/// The ends of legs that an earlier process of this node left open: their facts are in the spool,
/// their end is not. Nobody carries them on, so each ends as `node-lost` at the last proof of its
/// life.
public struct LostLegs: Sendable {
  private let observer: NodeName
  private let boot: UUIDv7
  private let death: BootInstant?
  private let lastLife: FactTime?

  /// - Parameters:
  ///   - boot: the kernel's id of the boot that runs now.
  ///   - death: when the keeper saw the earlier process die, in this boot; nil where no keeper did.
  ///   - lastLife: the earlier process' own last sign of life.
  public init(observer: NodeName, boot: UUIDv7, death: BootInstant?, lastLife: FactTime?) {
    self.observer = observer
    self.boot = boot
    self.death = death
    self.lastLife = lastLife
  }

  public func ends(of legs: [OpenLeg], at now: Moment) -> [Fact] {
    legs.map { leg in
      Fact(
        tenant: leg.tenant, call: leg.call, leg: leg.leg,
        time: lastProof(since: leg.lastFact, at: now), observer: observer, epoch: leg.epoch,
        event: .ended(LegEnd(outcome: .nodeLost, evidence: .nodeLost, endedBy: .us)))
    }
  }

  /// The latest of what proves that a leg lived: the keeper's word, the process' own mark (each
  /// only in the boot in which the leg was last seen), else the leg's last fact. It never charges
  /// for time that nobody can prove.
  func lastProof(since lastFact: FactTime, at now: Moment) -> FactTime {
    [keepersWord(at: now), lastLife].compactMap(\.self)
      .filter { $0.boot == lastFact.boot && $0.instant > lastFact.instant }
      .max { $0.instant < $1.instant } ?? lastFact
  }

  private func keepersWord(at now: Moment) -> FactTime? {
    guard let death, death <= now.boot else { return nil }
    let age = death.duration(to: now.boot)
    return FactTime(
      boot: boot, instant: death,
      wall: WallTime(milliseconds: now.wall.milliseconds - age.nanoseconds / 1_000_000))
  }
}
