/// Callers from outside whom a tenant, or one of its users, does not want to hear, or always does.
public struct ScreeningEntry: Hashable, Sendable {
  public enum Callers: Hashable, Sendable {
    /// Who shows this number, E.164 with plus.
    case number(String)
    /// Who shows a number that begins so, `+4420`.
    case range(String)
    /// Who does not show a number.
    case withheld
    /// Whose number the carrier checked and found not to be theirs (RFC 8224).
    case disproven
  }

  public enum Verdict: String, Hashable, Sendable, CaseIterable {
    case allow
    case block
  }

  public var id: ScreeningID
  /// Whose calls it is for; nil: all the tenant's.
  public var `extension`: ExtensionID?
  public var callers: Callers
  public var verdict: Verdict

  public init(
    id: ScreeningID, extension: ExtensionID? = nil, callers: Callers, verdict: Verdict
  ) {
    self.id = id
    self.extension = `extension`
    self.callers = callers
    self.verdict = verdict
  }
}
