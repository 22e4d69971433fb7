internal import CLibPQ

/// The answer to one statement. Owns libpq's result and frees it; lives only on the thread of its
/// connection, so rows are turned into values where they are read.
public struct Rows: ~Copyable {
  private let result: OpaquePointer
  /// How many rows came back.
  public let count: Int

  init(owning result: OpaquePointer) {
    self.result = result
    count = Int(PQntuples(result))
  }

  deinit { PQclear(result) }

  /// How many rows an INSERT, UPDATE or DELETE touched.
  public var affected: Int { Int(String(cString: PQcmdTuples(result))) ?? 0 }

  /// The statement's tag: `INSERT 0 1`, `COMMIT`.
  var tag: String { String(cString: PQcmdStatus(result)) }

  public func map<Value>(_ body: (borrowing Row) throws -> Value) rethrows -> [Value] {
    var values: [Value] = []
    values.reserveCapacity(count)
    for index in 0..<count { values.append(try body(Row(result: result, index: Int32(index)))) }
    return values
  }

  /// The row at `index`, which must be below `count`.
  func row(_ index: Int) -> Row { Row(result: result, index: Int32(index)) }

  /// The first row as a value, `nil` without rows.
  public func first<Value>(_ body: (borrowing Row) throws -> Value) rethrows -> Value? {
    count == 0 ? nil : try body(Row(result: result, index: 0))
  }
}

/// One row, readable only while its `Rows` is.
public struct Row: ~Copyable {
  let result: OpaquePointer
  let index: Int32

  /// The column's value; a NULL is unreadable.
  public func value<Value: PostgresDecodable>(
    _ column: String, as type: Value.Type = Value.self
  ) throws(PostgresError) -> Value {
    guard let value = try optional(column, as: type) else {
      throw .unreadable(column: column, expected: "\(type)")
    }
    return value
  }

  /// The column's value, `nil` for NULL.
  public func optional<Value: PostgresDecodable>(
    _ column: String, as type: Value.Type = Value.self
  ) throws(PostgresError) -> Value? {
    let number = PQfnumber(result, column)
    guard number >= 0 else { throw .unreadable(column: column, expected: "a column") }
    guard PQgetisnull(result, index, number) == 0 else { return nil }
    guard let value = Value(postgresText: String(cString: PQgetvalue(result, index, number)))
    else { throw .unreadable(column: column, expected: "\(type)") }
    return value
  }
}
