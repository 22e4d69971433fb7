public import NodeContract

/// Callers from outside whom a tenant or one of its users does not want to hear, or always does.
public struct ScreeningLine: Hashable, Sendable {
  /// Of one tenant and its users together, at most: nodes have them all at hand.
  public static let mostLines = 5_000

  public var tenant: TenantID
  public var entry: ScreeningEntry
  /// Why; empty: nobody said.
  public var note: String
  public var createdAt: WallTime

  public init(tenant: TenantID, entry: ScreeningEntry, note: String, createdAt: WallTime) {
    self.tenant = tenant
    self.entry = entry
    self.note = note
    self.createdAt = createdAt
  }
}

/// A line as a person gave it.
public struct NewScreeningLine: Hashable, Sendable {
  public var callers: ScreeningEntry.Callers
  public var verdict: ScreeningEntry.Verdict
  public var `extension`: ExtensionID?
  public var note: String

  /// - Parameters:
  ///   - callers: a number, the beginning of numbers with an asterisk, `withheld` or `disproven`.
  ///   - verdict: `block` or `allow`.
  ///   - number: what a person of that tenant means by a number; nil: none.
  public init(
    callers: String, verdict: String, extension: ExtensionID? = nil, note: String = "",
    reading number: (String) -> String?
  ) throws(InvalidField) {
    self.callers = try ScreeningEntry.Callers(reading: callers, number)
    guard let verdict = ScreeningEntry.Verdict(rawValue: verdict) else {
      throw InvalidField("verdict", .malformed(expected: "block or allow"))
    }
    self.verdict = verdict
    self.extension = `extension`
    self.note = note.isEmpty ? "" : try DisplayName(note, field: "note").text
  }
}

extension ScreeningEntry.Callers {
  fileprivate init(
    reading text: String, _ number: (String) -> String?
  ) throws(InvalidField) {
    switch text {
    case "withheld": self = .withheld
    case "disproven": self = .disproven
    case _ where text.hasSuffix("*"):
      guard let range = Self.range(text.dropLast()) else { throw Self.malformed }
      self = .range(range)
    default:
      guard let number = number(text) else { throw Self.malformed }
      self = .number(number)
    }
  }

  /// The beginning of numbers in E.164, blanks and dashes left out. A country is the widest.
  private static func range(_ text: some StringProtocol) -> String? {
    let digits = String(text.filter { !" -.()".contains($0) })
    guard digits.first == "+", (1...15).contains(digits.utf8.count - 1),
      digits.utf8.dropFirst().allSatisfy(\.isDigit), !digits.hasPrefix("+0")
    else { return nil }
    return digits
  }

  private static var malformed: InvalidField {
    InvalidField(
      "from",
      .malformed(
        expected: "a number, the beginning of numbers as +4420*, withheld or disproven"))
  }

  /// As a person gives it.
  public var text: String {
    switch self {
    case .number(let number): number
    case .range(let digits): digits + "*"
    case .withheld: "withheld"
    case .disproven: "disproven"
    }
  }
}
