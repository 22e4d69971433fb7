public import NodeContract

/// A drill from its order to its report. It stands in etcd until it has ended, so that whichever replica
/// leads knows of it, and in Postgres for good.
public struct Drill: Hashable, Sendable, Codable {
  public enum Phase: String, Hashable, Sendable, Codable, CaseIterable {
    /// Nothing was done. Leads to `striking`, `struck`, `ended`.
    case planned
    /// Nodes were told. Leads to `struck`, `returning`, `ended`.
    case striking
    /// The fault is there, and what comes of it is looked at. Leads to `returning`.
    case struck
    /// Whoever was struck is waited for. Leads to `ended`.
    case returning
    /// Leads nowhere.
    case ended
  }

  public enum Verdict: String, Hashable, Sendable, Codable, CaseIterable {
    /// All that is promised.
    case kept
    /// The report says what was not.
    case broken
    /// A guard rail or a node forbade it at the last moment; nothing was done.
    case refused
    /// Somebody stopped it, or the replica that conducted it was lost. Whoever was struck is back.
    case aborted
    /// It could not be made, or not everybody is back.
    case failed
  }

  public let id: DrillID
  public let request: DrillRequest
  /// As it was when the drill was ordered.
  public let plan: DrillPlan
  public let orderedAt: WallTime
  public let orderedBy: KeyID
  public internal(set) var phase = Phase.planned
  /// The process that conducts it: another one cannot know what this one saw.
  public internal(set) var conductor: String?
  public private(set) var isAborted = false
  public internal(set) var struckAt: WallTime?
  public internal(set) var endedAt: WallTime?
  public internal(set) var verdict: Verdict?
  /// What was not as it should be, in sentences.
  public internal(set) var remarks: [String] = []
  public internal(set) var report = DrillReport()

  public init(
    id: DrillID, request: DrillRequest, plan: DrillPlan, orderedAt: WallTime, orderedBy: KeyID
  ) {
    self.id = id
    self.request = request
    self.plan = plan
    self.orderedAt = orderedAt
    self.orderedBy = orderedBy
  }

  /// From now on nothing more is struck. Whoever was comes back by itself, and is waited for.
  public mutating func abort() { isAborted = true }
}
