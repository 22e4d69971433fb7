internal import Postgres
internal import Tenancy

/// Why the store did not do what it was asked; a value that was at fault is an `InvalidField`
/// instead, with the problem `taken` or `unknownReference`.
public enum StoreError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The scope does not reach where the row would stand. To the asker it does not exist.
  case outOfReach
  /// Something else still refers to it.
  case inUse
  /// A cursor that no list of this kind made.
  case unknownCursor
  /// No database now; the same request may well succeed later.
  case unavailable(String)
  /// Our own mistake, for the log.
  case failed(String)

  public var description: String {
    switch self {
    case .outOfReach: "The scope does not reach there."
    case .inUse: "Something else still refers to it."
    case .unknownCursor: "The cursor does not belong to this list."
    case .unavailable(let reason): "The database is unavailable: \(reason)"
    case .failed(let reason): "The database refused: \(reason)"
    }
  }

  /// What an error of Postgres means to those who know nothing of SQL.
  static func meaning(of error: PostgresError) -> any Error {
    switch error {
    case .server(let report): meaning(of: report)
    case .unavailable, .commitUnknown, .overloaded, .notStarted:
      StoreError.unavailable("\(error)")
    case .unreadable: StoreError.failed("\(error)")
    }
  }

  private static func meaning(of report: PostgresError.ServerReport) -> any Error {
    switch report.state {
    case .uniqueViolation:
      field(of: report, suffix: "_taken").map { InvalidField($0, .taken) }
        ?? StoreError.failed(report.message)
    case .foreignKeyViolation:
      // A row that others refer to reports the others' constraint and the same table.
      report.message.hasPrefix("update or delete")
        ? StoreError.inUse
        : field(of: report, suffix: "_exists").map { InvalidField($0, .unknownReference) }
          ?? StoreError.failed(report.message)
    case .insufficientPrivilege: StoreError.outOfReach
    case .queryCanceled, .lockNotAvailable, .adminShutdown, .crashShutdown, .cannotConnectNow,
      .readOnlyTransaction:
      StoreError.unavailable("\(report.state) \(report.message)")
    default:
      StoreError.failed("\(report.state) \(report.message)")
    }
  }

  /// Constraints are named `TABLE_FIELD_taken` and `TABLE_FIELD_exists`.
  private static func field(of report: PostgresError.ServerReport, suffix: String) -> String? {
    guard let table = report.table, let constraint = report.constraint,
      constraint.hasPrefix(table + "_"), constraint.hasSuffix(suffix)
    else { return nil }
    let field = constraint.dropFirst(table.count + 1).dropLast(suffix.count)
    return field.isEmpty ? nil : String(field)
  }
}
