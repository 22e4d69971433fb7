public import NodeContract

/// The spool, as the link reads it. From any thread.
public protocol FactSource: Sendable {
  var id: SpoolID { get }
  /// The first record that no replica has acknowledged; one more than the last when there is none.
  var firstUnacknowledged: UInt64 { get }
  /// The last record that is safe on disk; 0 before the first.
  var lastDurable: UInt64 { get }
  /// Durable records from `sequence` on, in order, at most `limit`.
  func records(from sequence: UInt64, limit: Int) throws -> [SpoolRecord]
  /// Every record up to and including `sequence` is committed in Postgres.
  func acknowledge(through sequence: UInt64)
}
