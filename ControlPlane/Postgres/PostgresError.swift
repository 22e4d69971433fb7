/// What went wrong between this process and Postgres.
public enum PostgresError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The server refused a statement.
  case server(ServerReport)
  /// No server could be reached, or the connection broke before the transaction was committed.
  case unavailable(String)
  /// The connection broke while the commit was on its way: it may or may not have happened.
  case commitUnknown(String)
  /// More work waits than the pool allows.
  case overloaded(waiting: Int)
  /// The work waited too long for a connection, or the pool was closed meanwhile.
  case notStarted(String)
  /// A row does not hold what the code expects: our own mistake.
  case unreadable(column: String, expected: String)

  /// What the server says about a refused statement.
  public struct ServerReport: Hashable, Sendable {
    public let state: SQLState
    public let message: String
    public let detail: String?
    public let table: String?
    public let column: String?
    /// The violated constraint, by which operations tell a taken name from a taken domain.
    public let constraint: String?

    public init(
      state: SQLState, message: String, detail: String? = nil, table: String? = nil,
      column: String? = nil, constraint: String? = nil
    ) {
      self.state = state
      self.message = message
      self.detail = detail
      self.table = table
      self.column = column
      self.constraint = constraint
    }
  }

  /// The server's number for the error, if the server refused.
  public var state: SQLState? {
    if case .server(let report) = self { report.state } else { nil }
  }

  /// For the log; a `detail` may quote data and stays out.
  public var description: String {
    switch self {
    case .server(let report):
      "Postgres refused a statement (\(report.state)): \(report.message)"
        + (report.constraint.map { " [\($0)]" } ?? "")
    case .unavailable(let reason): "Postgres is unavailable: \(reason)"
    case .commitUnknown(let reason): "The connection broke during a commit: \(reason)"
    case .overloaded(let waiting): "\(waiting) transactions already wait for Postgres"
    case .notStarted(let reason): "A transaction was not started: \(reason)"
    case .unreadable(let column, let expected): "Column \(column) does not hold \(expected)"
    }
  }
}
