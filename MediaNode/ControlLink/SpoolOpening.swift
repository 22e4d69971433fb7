import Epoll
import Logging
import NodeContract

/// What a spool's files tell when it is opened.
struct SpoolOpening {
  var state = Spool.State()
  /// The highest sequence that was ever given out, as far as anybody knows.
  private(set) var lastSequence: UInt64 = 0

  private let directory: SpoolDirectory
  private let log: Logger

  init(_ directory: SpoolDirectory, log: Logger) throws {
    self.directory = directory
    self.log = log
    state.acknowledgement = directory.loadAcknowledgement()
    try readSegments(try directory.segments())
    lastSequence = max(state.lastDurable, state.acknowledgement.through)
    if state.acknowledgement.through > state.lastDurable {
      report(missing: state.lastDurable + 1...state.acknowledgement.through)
      state.lastDurable = lastSequence
    }
    state.acknowledgement.segments = state.acknowledgement.segments.filter { first, _ in
      state.segments.contains { $0.first == first }
    }
  }

  /// Only the last segment is read if the legs that were open before it are known.
  private mutating func readSegments(_ firsts: [UInt64]) throws {
    guard let last = firsts.last else { return }
    let legs = firsts.count == 1 ? SpoolLegs() : directory.loadLegs(before: last)
    state.legs = legs ?? SpoolLegs()
    for (first, next) in zip(firsts, firsts.dropFirst()) {
      if legs == nil {
        _ = try read(first)
        if state.lastDurable < next - 1 { report(missing: state.lastDurable + 1...next - 1) }
      } else {
        let length = try SpoolDirectory.length(of: directory.segmentPath(first))
        state.segments.append(SpoolSegment(first: first, last: next - 1, length: length))
      }
      state.lastDurable = next - 1
    }
    try cutTail(of: last, at: try read(last))
  }

  /// What lies behind the last whole record was being written when the process died, and was never
  /// promised.
  private func cutTail(of first: UInt64, at length: Int) throws {
    let path = directory.segmentPath(first)
    let end = try SpoolDirectory.length(of: path)
    guard length < end else { return }
    log.notice(
      "the torn tail of a segment is cut off",
      metadata: ["segment": "\(path)", "at": "\(length)", "bytes": "\(end - length)"])
    try SpoolDirectory.cut(path, at: length)
  }

  /// Reads all of a segment; returns where its last whole record ends.
  private mutating func read(_ first: UInt64) throws -> Int {
    let path = directory.segmentPath(first)
    let end = try SpoolDirectory.length(of: path)
    var segment = SpoolSegment(first: first, last: first - 1, length: 0)
    var scan = try SpoolScan(path, to: end)
    while let frame = try scan.next() {
      segment.length = frame.range.upperBound
      guard let record = frame.record, record.spool == directory.id,
        record.sequence > segment.last
      else { continue }
      if record.sequence > segment.last + 1 {
        report(missing: segment.last + 1...record.sequence - 1)
      }
      segment.last = record.sequence
      state.legs.record(record.fact)
    }
    state.segments.append(segment)
    state.lastDurable = max(state.lastDurable, segment.last)
    return segment.length
  }

  private mutating func report(missing: ClosedRange<UInt64>) {
    state.damage.append(missing)
    log.critical(
      "records of the spool are destroyed",
      metadata: [
        "spool": "\(directory.id)", "first": "\(missing.lowerBound)",
        "last": "\(missing.upperBound)",
      ])
  }
}
