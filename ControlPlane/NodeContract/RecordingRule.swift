/// What a tenant says of calls that are recorded, or not, without anybody's asking for it. The first rule that a
/// call fits decides.
public struct RecordingRule: Hashable, Sendable {
  /// Whose calls a rule is for.
  public enum Calls: Hashable, Sendable {
    case all
    /// It calls, or has the call: as a user, a ring group, a queue or a call flow.
    case of(ExtensionID)
    /// This number was called, E.164 with plus: one of the tenant's or one outside.
    case to(String)
  }

  public enum Direction: String, Hashable, Sendable, CaseIterable {
    case fromOutside = "from-outside"
    case toOutside = "to-outside"
    case inside
  }

  /// Who hears that the call is recorded, before anything of it is.
  public enum Notice: String, Hashable, Sendable, CaseIterable {
    case none, caller, called, both
  }

  /// Who may have the recording pause, while somebody reads out the number of a card.
  public enum Pausers: String, Hashable, Sendable, CaseIterable {
    case nobody
    /// By the API.
    case administrators
    /// The tenant's own people who talk, too.
    case users
  }

  public var id: RecordingRuleID
  public var calls: Calls
  /// Nil: all.
  public var direction: Direction?
  /// Of a hundred of its calls, so many are recorded; the others are asked of the rules below.
  public var share: Int
  /// Else the call is not recorded, whatever rules below say.
  public var records: Bool
  public var notice: Notice
  public var pausers: Pausers

  public init(
    id: RecordingRuleID, calls: Calls, direction: Direction? = nil, share: Int = 100,
    records: Bool = true, notice: Notice = .none, pausers: Pausers = .users
  ) {
    self.id = id
    self.calls = calls
    self.direction = direction
    self.share = share
    self.records = records
    self.notice = notice
    self.pausers = pausers
  }
}
