internal import CLibPQ
internal import CLibPQShim
internal import Glibc

/// One connection to the server, confined to the thread that made it.
final class Connection {
  private let handle: OpaquePointer

  init(_ configuration: PostgresConfiguration) throws(PostgresError) {
    let parameters = Array(configuration.effectiveParameters)
    let opened = Connection.withCStrings(parameters.map(\.key)) { keywords in
      Connection.withCStrings(parameters.map(\.value)) { values in
        PQconnectdbParams(keywords, values, 0)
      }
    }
    guard let opened else { throw .unavailable("out of memory") }
    handle = opened
    guard PQstatus(handle) == CONNECTION_OK else { throw .unavailable(complaint) }
    tandem_pq_silence_notices(handle)
  }

  deinit { PQfinish(handle) }

  /// Calls `body` with a null-terminated array of C strings.
  private static func withCStrings<Result>(
    _ strings: [String?], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
  ) -> Result {
    let copies = strings.map { $0.flatMap { strdup($0) } }
    defer { for copy in copies { free(copy) } }
    return (copies.map { UnsafePointer($0) } + [nil]).withUnsafeBufferPointer { buffer in
      // An array with its terminator is never empty.
      body(buffer.baseAddress.unsafelyUnwrapped)
    }
  }

  /// What libpq last complained about, on one line.
  private var complaint: String {
    String(cString: PQerrorMessage(handle)).split(separator: "\n").joined(separator: " ")
  }

  /// Whether the connection is known to be useless.
  var isBroken: Bool { PQstatus(handle) != CONNECTION_OK }

  /// The socket, for a listener that waits on it.
  var socket: Int32 { PQsocket(handle) }

  /// Runs one statement with binds and waits for its answer.
  func run(_ query: Query) throws(PostgresError) -> Rows {
    let (text, binds) = query.rendered
    let result = Connection.withCStrings(binds) { values in
      PQexecParams(handle, text, Int32(binds.count), nil, values, nil, nil, 0)
    }
    return try checked(result)
  }

  /// Runs statements without binds, as many as `script` holds.
  @discardableResult
  func run(script: String) throws(PostgresError) -> String {
    try checked(PQexec(handle, script)).tag
  }

  private func checked(_ result: OpaquePointer?) throws(PostgresError) -> Rows {
    guard let result else { throw .unavailable(complaint) }
    switch PQresultStatus(result) {
    case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
      return Rows(owning: result)
    default:
      defer { PQclear(result) }
      throw failure(result)
    }
  }

  private func failure(_ result: OpaquePointer) -> PostgresError {
    func field(_ code: Int32) -> String? {
      PQresultErrorField(result, code).map { String(cString: $0) }
    }
    guard !isBroken, let state = field(tandem_pq_field_sqlstate()) else {
      return .unavailable(complaint)
    }
    return .server(
      PostgresError.ServerReport(
        state: SQLState(rawValue: state), message: field(tandem_pq_field_message()) ?? complaint,
        detail: field(tandem_pq_field_detail()), table: field(tandem_pq_field_table()),
        column: field(tandem_pq_field_column()), constraint: field(tandem_pq_field_constraint())))
  }

  /// Reads what arrived; `false` when the connection broke.
  func consumeInput() -> Bool { PQconsumeInput(handle) == 1 && !isBroken }

  /// The next notification that was read.
  func nextNotification() -> (channel: String, payload: String)? {
    guard let notification = PQnotifies(handle) else { return nil }
    defer { PQfreemem(notification) }
    return (
      String(cString: notification.pointee.relname), String(cString: notification.pointee.extra)
    )
  }

  /// What another thread needs to interrupt the running statement.
  func makeCanceller() -> Canceller? { PQgetCancel(handle).map(Canceller.init) }
}

/// Interrupts the statement that its connection runs. libpq allows any thread to use it, and it
/// stays valid after the connection is gone; the handle is only read, and freed once.
final class Canceller: @unchecked Sendable {
  private let handle: OpaquePointer

  init(_ handle: OpaquePointer) { self.handle = handle }
  deinit { PQfreeCancel(handle) }

  /// Asks the server over a connection of its own; blocks meanwhile.
  func cancel() {
    var reason = [CChar](repeating: 0, count: 256)
    _ = PQcancel(handle, &reason, Int32(reason.count))
  }
}
