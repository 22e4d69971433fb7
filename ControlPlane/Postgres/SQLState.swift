/// The five characters by which Postgres numbers its errors (its manual, appendix A). Those that
/// this project acts on have names; any other is carried as it came.
public struct SQLState: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }

  public static let notNullViolation = SQLState(rawValue: "23502")
  public static let foreignKeyViolation = SQLState(rawValue: "23503")
  public static let uniqueViolation = SQLState(rawValue: "23505")
  public static let checkViolation = SQLState(rawValue: "23514")
  /// A row that row-level security refuses, or a table without a grant.
  public static let insufficientPrivilege = SQLState(rawValue: "42501")
  public static let serializationFailure = SQLState(rawValue: "40001")
  public static let deadlockDetected = SQLState(rawValue: "40P01")
  public static let queryCanceled = SQLState(rawValue: "57014")
  public static let adminShutdown = SQLState(rawValue: "57P01")
  public static let crashShutdown = SQLState(rawValue: "57P02")
  public static let cannotConnectNow = SQLState(rawValue: "57P03")
  public static let lockNotAvailable = SQLState(rawValue: "55P03")
  public static let readOnlyTransaction = SQLState(rawValue: "25006")

  /// The first two characters: what kind of trouble it is.
  public var errorClass: String { String(rawValue.prefix(2)) }

  /// The same transaction may well succeed if it is tried again.
  public var invitesRetry: Bool { self == .serializationFailure || self == .deadlockDetected }

  public var description: String { rawValue }
}
