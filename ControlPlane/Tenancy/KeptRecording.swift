public import NodeContract

/// What was said in a call, as it is kept.
public struct KeptRecording: Hashable, Sendable {
  /// For how many days a tenant may keep recordings.
  public static let retentions = 1...3_650

  /// How far a recording is.
  public enum State: String, Hashable, Sendable, CaseIterable {
    /// More of it may come.
    case running
    /// Somebody had it end.
    case stopped
    case callEnded = "call-ended"
    /// Nobody saw its end: what carried the call was lost.
    case cut
  }

  public var id: SoundID
  public var call: CallID
  /// As the call's; nil: nothing is known of the call yet.
  public var from: String?
  public var to: String?
  public var parties: RecordedCall.Parties
  public var begunAt: WallTime
  /// Of what is there.
  public var milliseconds: Int64
  public var bytes: Int64
  /// How often seconds may be missing, as what recorded it was lost.
  public var interruptions: Int
  public var state: State
  /// Which rule had it recorded; nil: somebody did.
  public var rule: RecordingRuleID?
  /// For how many days it is kept; nil: as all of the tenant's.
  public var retention: Int?
  /// Nil: it may go.
  public var hold: RecordingHold?

  public init(
    id: SoundID, call: CallID, from: String?, to: String?, parties: RecordedCall.Parties,
    begunAt: WallTime, milliseconds: Int64, bytes: Int64, interruptions: Int, state: State,
    rule: RecordingRuleID? = nil, retention: Int? = nil, hold: RecordingHold? = nil
  ) {
    (self.rule, self.retention, self.hold) = (rule, retention, hold)
    self.id = id
    self.call = call
    self.from = from
    self.to = to
    self.parties = parties
    self.begunAt = begunAt
    self.milliseconds = milliseconds
    self.bytes = bytes
    self.interruptions = interruptions
    self.state = state
  }

  /// Days as a person gave them.
  public static func retention(days: Int, field: String) throws(InvalidField) -> Int {
    guard retentions.contains(days) else { throw InvalidField(field, .outOfRange(retentions)) }
    return days
  }
}
