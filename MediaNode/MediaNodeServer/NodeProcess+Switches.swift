import CallControl
import ControlLink
import NodeContract

/// What people switched by phone before this process began, and no replica has said back yet.
extension NodeProcess {
  /// So many of the latest facts are looked through at most: callers wait meanwhile.
  private static let mostFacts: UInt64 = 20_000

  /// Tells the exchange, whose tenants are known, what stands in the spool.
  static func recallSwitches(from spool: Spool, into exchange: inout Exchange) throws {
    let last = spool.lastDurable
    var next = max(spool.firstUnacknowledged, last - min(last, mostFacts) + 1)
    while next <= last {
      let records = try spool.records(from: next, limit: 1_000)
      guard let end = records.last?.sequence, end >= next else { return }
      exchange.recall(records.map(\.fact))
      next = end + 1
    }
  }
}
