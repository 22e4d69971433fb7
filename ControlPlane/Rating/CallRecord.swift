public import NodeContract

/// A call's one row, derived from the records of its legs.
public struct CallRecord: Hashable, Sendable {
  /// Between whom.
  public enum Direction: String, Hashable, Sendable, CaseIterable {
    case `internal`, incoming, outgoing
  }

  public var call: CallID
  public var tenant: TenantID
  public var direction: Direction
  public var from: String
  public var to: String
  public var startedAt: WallTime
  public var answeredAt: WallTime?
  /// `nil` while a leg is up.
  public var endedAt: WallTime?
  /// How it ended for the caller; `nil` while it has not.
  public var outcome: CallOutcome?

  public init(
    call: CallID, tenant: TenantID, direction: Direction, from: String, to: String,
    startedAt: WallTime, answeredAt: WallTime?, endedAt: WallTime?, outcome: CallOutcome?
  ) {
    self.call = call
    self.tenant = tenant
    self.direction = direction
    self.from = from
    self.to = to
    self.startedAt = startedAt
    self.answeredAt = answeredAt
    self.endedAt = endedAt
    self.outcome = outcome
  }

  /// `nil` while no leg's beginning is known. The caller's leg says who called whom and how it
  /// ended; without it the leg that began first stands in.
  public init?(call: CallID, tenant: TenantID, legs: some Sequence<LegRecord>) {
    let begun = legs.filter { $0.offered != nil }.sorted { CallRecord.precedes($0, $1) }
    guard let leading = begun.first, let offer = leading.offered else { return nil }
    self.init(
      call: call, tenant: tenant, direction: CallRecord.direction(of: begun),
      from: offer.event.from, to: offer.event.to,
      startedAt: begun.compactMap { $0.offered?.time.wall }.min() ?? offer.time.wall,
      answeredAt: leading.answered?.time.wall,
      endedAt: begun.allSatisfy { $0.ended != nil }
        ? begun.compactMap { $0.ended?.time.wall }.max() : nil,
      outcome: leading.ended?.event.outcome)
  }

  /// The caller's leg first, then by beginning, then by id.
  private static func precedes(_ left: LegRecord, _ right: LegRecord) -> Bool {
    func key(_ leg: LegRecord) -> (Int, Int64, LegID) {
      let isCaller = leg.offered?.event.direction == .incoming
      return (isCaller ? 0 : 1, leg.offered?.time.wall.milliseconds ?? 0, leg.identity.leg)
    }
    return key(left) < key(right)
  }

  private static func direction(of legs: [LegRecord]) -> Direction {
    func isTrunk(_ leg: LegRecord, _ direction: LegOffer.Direction) -> Bool {
      guard let offer = leg.offered?.event, offer.direction == direction else { return false }
      if case .trunk = offer.party { return true } else { return false }
    }
    if legs.contains(where: { isTrunk($0, .incoming) }) { return .incoming }
    if legs.contains(where: { isTrunk($0, .outgoing) }) { return .outgoing }
    return .internal
  }
}
