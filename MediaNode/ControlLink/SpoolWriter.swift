import Epoll
import Logging
import NodeContract
import Synchronization

/// Figures of a spool, smaller in tests.
struct SpoolPolicy: Sendable {
  /// A segment that would grow beyond is closed and a new one begun.
  var segmentBytes = 16 << 20
  /// Facts that may wait for a disk that refuses them. Beyond, a fact goes to the log in full, as
  /// the last place that takes it.
  var mostWaiting = 100_000
  /// Between attempts while the disk refuses: first and longest.
  var firstRetry = Duration.milliseconds(100)
  var longestRetry = Duration.seconds(5)
  /// Facts that nobody waits for are gathered so long, so that a busy node synchronises its disk
  /// twenty times a second and not for every fact. Until then they are in the memory that the node
  /// leaves to its successor: only the machine's own death within that time could lose them.
  var gathering = Duration.milliseconds(50)
  /// Acknowledgements are saved at most this often.
  var acknowledgementInterval = Duration.seconds(1)
  /// How often the thread looks for segments to remove.
  var expiryInterval = Duration.seconds(3_600)
  /// Attempts to write the last facts when the spool stops.
  var lastAttempts = 5
  var disk = SpoolDisk()
  /// What acknowledged segments are dated by.
  var clock: @Sendable () -> WallTime = { MachineClock.wall() }
}

/// The thread of a spool: takes what waits, writes it with one synchronisation, tells whoever
/// waits for it. While the disk is at work more facts gather, so that the groups grow with the
/// load and nobody waits for longer than two synchronisations.
///
/// `@unchecked Sendable`: made by one thread and used by the spool's thread only.
final class SpoolWriter: @unchecked Sendable {
  private let spool: Spool
  private let policy: SpoolPolicy
  private var segment: SpoolSegmentFile?
  private var lastSequence: UInt64
  /// Taken from the spool and not durable yet.
  private var batch: [Spool.Waiting] = []
  private var failures = 0
  private var acknowledgementIsDue = BootInstant(nanoseconds: 0)
  private var expiryIsDue = BootInstant(nanoseconds: 0)

  init(_ spool: Spool, policy: SpoolPolicy, lastSequence: UInt64) {
    self.spool = spool
    self.policy = policy
    self.lastSequence = lastSequence
  }

  func run() {
    while true {
      gather()
      let isStopping = takeWaiting()
      if !batch.isEmpty {
        commit()
      } else if isStopping {
        return finish()
      } else {
        lookAfterFiles()
        spool.bell.wait(upTo: idleTime)
      }
      if isStopping, failures >= policy.lastAttempts { return giveUp() }
    }
  }

  private func gather() {
    guard batch.isEmpty else { return }
    let end = MachineClock.boot().advanced(by: policy.gathering)
    while spool.state.withLock({ $0.mayGather }), MachineClock.boot() < end {
      spool.bell.wait(upTo: MachineClock.boot().duration(to: end))
    }
  }

  private func takeWaiting() -> Bool {
    spool.state.withLock { state in
      state.isUrgent = false
      batch += state.waiting
      state.waiting.removeAll(keepingCapacity: true)
      return state.isStopping
    }
  }

  // MARK: - Writing

  /// Writes as much of the batch as goes into one segment. After a failure nothing is lost but
  /// time: the batch stays, and the next attempt begins a new segment.
  private func commit() {
    do {
      let (bytes, count) = try nextGroup()
      try segment?.append(bytes)
      if failures > 0 { spool.log.notice("the spool's disk takes facts again") }
      failures = 0
      publish(count)
    } catch {
      retryLater(after: error)
    }
  }

  /// Encodes the facts that fit the open segment, beginning a new segment if none does.
  private func nextGroup() throws(SystemError) -> (bytes: [UInt8], count: Int) {
    if segment == nil { try openSegment() }
    var (bytes, count) = group(into: segment?.length ?? 0)
    if count == 0 {
      try beginSegment()
      (bytes, count) = group(into: 0)
    }
    return (bytes, count)
  }

  private func group(into length: Int) -> (bytes: [UInt8], count: Int) {
    var bytes: [UInt8] = []
    for (index, waiting) in batch.enumerated() {
      let frame = SpoolFrame.bytes(
        of: SpoolRecord(
          spool: spool.id, sequence: lastSequence + UInt64(index) + 1, fact: waiting.fact))
      let filled = length + bytes.count
      if filled > 0, filled + frame.count > policy.segmentBytes { return (bytes, index) }
      bytes += frame
    }
    return (bytes, batch.count)
  }

  /// At the start: goes on with the last segment. After a failure: begins a new one, since nobody
  /// knows what the kernel kept of the old.
  private func openSegment() throws(SystemError) {
    let last = spool.state.withLock { $0.segments.last }
    if failures == 0, let last, last.length < policy.segmentBytes {
      segment = try SpoolSegmentFile(reopening: last, in: spool.directory, disk: policy.disk)
    } else {
      try beginSegment()
    }
  }

  private func beginSegment() throws(SystemError) {
    segment = nil
    let first = lastSequence + 1
    try spool.directory.saveLegs(spool.state.withLock { $0.legs }, before: first)
    segment = try SpoolSegmentFile(creating: first, in: spool.directory, disk: policy.disk)
  }

  private func publish(_ count: Int) {
    guard let first = segment?.first, let length = segment?.length else { return }
    let done = batch.prefix(count)
    batch.removeFirst(count)
    lastSequence += UInt64(count)
    let listeners = spool.state.withLock { state in
      if state.segments.last?.first == first { state.segments.removeLast() }
      state.segments.append(SpoolSegment(first: first, last: lastSequence, length: length))
      state.lastDurable = lastSequence
      state.waitingCount -= count
      for waiting in done { state.legs.record(waiting.fact) }
      return state.listeners
    }
    for waiting in done { waiting.whenDurable?() }
    for listener in listeners { listener() }
  }

  private func retryLater(after error: SystemError) {
    segment?.abandon()
    segment = nil
    failures += 1
    let delay = min(policy.longestRetry, policy.firstRetry * (1 << min(failures - 1, 10)))
    spool.log.error(
      "facts wait in memory: \(error)",
      metadata: ["waiting": "\(batch.count)", "next_attempt_in": "\(delay)"])
    // Rings are for new work, and no work goes on before the delay is over.
    let end = MachineClock.boot().advanced(by: delay)
    while MachineClock.boot() < end { spool.bell.wait(upTo: MachineClock.boot().duration(to: end)) }
  }

  private func giveUp() {
    _ = takeWaiting()
    spool.logInFull(batch.map(\.fact), "the disk refused to the last")
    finish()
  }

  private func finish() {
    segment = nil
    saveAcknowledgement()
  }

  // MARK: - Housekeeping

  private var idleTime: Duration {
    let isSaved = spool.state.withLock { $0.acknowledgementIsSaved }
    let now = MachineClock.boot()
    return max(
      .zero, now.duration(to: isSaved ? expiryIsDue : min(expiryIsDue, acknowledgementIsDue)))
  }

  private func lookAfterFiles() {
    let now = MachineClock.boot()
    if now >= expiryIsDue {
      spool.removeExpiredSegments(at: policy.clock())
      expiryIsDue = now.advanced(by: policy.expiryInterval)
    }
    if now >= acknowledgementIsDue {
      saveAcknowledgement()
      acknowledgementIsDue = now.advanced(by: policy.acknowledgementInterval)
    }
  }

  private func saveAcknowledgement() {
    let unsaved = spool.state.withLock { state -> SpoolAcknowledgement? in
      guard !state.acknowledgementIsSaved else { return nil }
      state.noteAcknowledgedSegments(at: policy.clock())
      state.acknowledgementIsSaved = true
      return state.acknowledgement
    }
    guard let unsaved else { return }
    do {
      try spool.directory.saveAcknowledgement(unsaved)
    } catch {
      spool.log.error("an acknowledgement is not saved: \(error)")
      spool.state.withLock { $0.acknowledgementIsSaved = false }
    }
  }
}
