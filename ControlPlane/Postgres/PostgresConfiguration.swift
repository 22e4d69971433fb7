internal import CLibPQ

/// Where the server is and who asks.
public struct PostgresConfiguration: Sendable {
  /// libpq's connection parameters by keyword (the manual, section 34.1.2).
  public var parameters: [String: String]
  /// The server gives a statement up after this time.
  public var statementTimeout: Duration = .seconds(30)
  /// The server gives up waiting for a lock after this time.
  public var lockTimeout: Duration = .seconds(10)

  public init(
    host: String, port: Int, database: String, user: String, password: String? = nil
  ) {
    parameters = ["host": host, "port": String(port), "dbname": database, "user": user]
    parameters["password"] = password
  }

  /// From a connection string, `host=/run/postgresql user=postgres`, or a `postgresql:` URI.
  public init(connectionString: String) throws(PostgresError) {
    var complaint: UnsafeMutablePointer<CChar>?
    guard let options = PQconninfoParse(connectionString, &complaint) else {
      defer { PQfreemem(complaint) }
      throw .unavailable(complaint.map { String(cString: $0) } ?? "out of memory")
    }
    defer { PQconninfoFree(options) }
    parameters = [:]
    var option = options
    while let keyword = option.pointee.keyword {
      if let value = option.pointee.val {
        parameters[String(cString: keyword)] = String(cString: value)
      }
      option += 1
    }
  }

  /// What every connection has in common. Everything that blocks has a bound: without them a
  /// server whose machine vanished would hold a thread for a quarter of an hour.
  var effectiveParameters: [String: String] {
    let defaults = [
      "application_name": "tandem", "client_encoding": "UTF8", "connect_timeout": "3",
      "keepalives_idle": "5", "keepalives_interval": "2", "keepalives_count": "3",
      "tcp_user_timeout": "10000", "target_session_attrs": "read-write",
      "options": "-c TimeZone=UTC -c DateStyle=ISO -c IntervalStyle=iso_8601"
        + " -c statement_timeout=\(statementTimeout.milliseconds)"
        + " -c lock_timeout=\(lockTimeout.milliseconds)"
        + " -c idle_in_transaction_session_timeout=60000",
    ]
    return defaults.merging(parameters) { _, given in given }
  }
}

extension Duration {
  fileprivate var milliseconds: Int64 {
    components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
  }
}
