import Epoll
import Logging
public import NodeContract
import Synchronization

extension Spool {
  /// Cursors of a few readers that each go on where they stopped.
  private static let mostCursors = 16

  /// Durable records from `sequence` on, in order, at most `limit`; from the first that is kept if
  /// `sequence` is older. Destroyed records are left out and reported.
  public func records(from sequence: UInt64, limit: Int) throws -> [SpoolRecord] {
    let (segments, end) = state.withLock { ($0.segments, $0.lastDurable) }
    var records: [SpoolRecord] = []
    for (index, segment) in segments.enumerated() where segment.last >= sequence {
      // A record behind the next segment's first was written again there.
      let last = index + 1 < segments.count ? segments[index + 1].first - 1 : end
      let start = max(sequence, segment.first)
      guard start <= last else { continue }
      try read(start...last, of: segment, limit: limit, into: &records)
      if records.count >= limit { break }
    }
    reportGaps(in: records, from: sequence, after: segments.first?.first)
    return records
  }

  private func read(
    _ wanted: ClosedRange<UInt64>, of segment: SpoolSegment, limit: Int,
    into records: inout [SpoolRecord]
  ) throws {
    let start = cursor(for: wanted.lowerBound, in: segment.first)
    var scan = try SpoolScan(
      directory.segmentPath(segment.first), from: start, to: segment.length)
    var next = wanted.lowerBound
    while records.count < limit, next <= wanted.upperBound, let frame = try scan.next() {
      guard let record = frame.record, record.spool == id, record.sequence >= next,
        record.sequence <= wanted.upperBound
      else { continue }
      records.append(record)
      next = record.sequence + 1
    }
    remember(Cursor(sequence: next, segment: segment.first, offset: scan.offset))
  }

  private func cursor(for sequence: UInt64, in segment: UInt64) -> Int {
    state.withLock { state in
      state.cursors.last { $0.segment == segment && $0.sequence == sequence }?.offset ?? 0
    }
  }

  private func remember(_ cursor: Cursor) {
    state.withLock { state in
      state.cursors.removeAll {
        $0.segment == cursor.segment && $0.sequence == cursor.sequence
      }
      state.cursors.append(cursor)
      if state.cursors.count > Self.mostCursors { state.cursors.removeFirst() }
    }
  }

  /// Records that were whole when the spool was opened may be found destroyed when they are read.
  private func reportGaps(in records: [SpoolRecord], from sequence: UInt64, after first: UInt64?) {
    var expected = max(sequence, first ?? sequence)
    for record in records {
      if record.sequence > expected { report(missing: expected...record.sequence - 1) }
      expected = record.sequence + 1
    }
  }

  private func report(missing: ClosedRange<UInt64>) {
    let isNew = state.withLock { state in
      if state.damage.contains(where: { $0.overlaps(missing) }) { return false }
      state.damage.append(missing)
      return true
    }
    guard isNew else { return }
    log.critical(
      "records of the spool are destroyed",
      metadata: [
        "spool": "\(id)", "first": "\(missing.lowerBound)", "last": "\(missing.upperBound)",
      ])
  }
}
