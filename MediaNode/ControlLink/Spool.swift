import Epoll
public import Logging
public import NodeContract
import Synchronization

/// The facts of a node, on disk until long after the control plane has them: append-only segments
/// of records with a checksum, committed in groups by a thread of its own. Sequences begin at 1
/// and have no gaps. From any thread.
public final class Spool: FactSource {
  /// How long records are kept after their acknowledgement, to be replayed into a control plane
  /// that lost its last transactions.
  public static let retention = Duration.seconds(7 * 86_400)

  struct Waiting: Sendable {
    let fact: Fact
    let whenDurable: (@Sendable () -> Void)?
  }

  /// Where a record lies that may be asked for next.
  struct Cursor {
    let sequence: UInt64
    let segment: UInt64
    let offset: Int
  }

  struct State {
    /// Facts that no thread has taken to write yet, and how many are not durable in all.
    var waiting: [Waiting] = []
    var waitingCount = 0
    /// Whether somebody waits for one of `waiting` to be on disk.
    var isUrgent = false
    /// Segments with durable records, in order.
    var segments: [SpoolSegment] = []
    var lastDurable: UInt64 = 0
    var lastAppended: UInt64 = 0
    var acknowledgement = SpoolAcknowledgement()
    var acknowledgementIsSaved = true

    /// Whether what waits may wait for more.
    var mayGather: Bool { !waiting.isEmpty && !isUrgent && !isStopping }
    var legs = SpoolLegs()
    var damage: [ClosedRange<UInt64>] = []
    var cursors: [Cursor] = []
    var listeners: [@Sendable () -> Void] = []
    var isStopping = false
  }

  let directory: SpoolDirectory
  let log: Logger
  private let policy: SpoolPolicy
  let state: Mutex<State>
  let bell: Doorbell
  private let thread = Mutex<SystemThread?>(nil)

  /// Opens the spool in `directory`, which is made if need be, cuts off a tail that was being
  /// written when the process died, and starts the spool's thread. Throws when the files cannot be
  /// read or another process has them open.
  public convenience init(directory: String, log: Logger) throws {
    try self.init(directory: directory, log: log, policy: SpoolPolicy())
  }

  init(directory: String, log: Logger, policy: SpoolPolicy) throws {
    self.directory = try SpoolDirectory(directory)
    self.log = log
    self.policy = policy
    bell = try Doorbell()
    var opening = try SpoolOpening(self.directory, log: log)
    opening.state.lastAppended = opening.lastSequence
    state = Mutex(opening.state)
    let writer = SpoolWriter(self, policy: policy, lastSequence: opening.lastSequence)
    thread.withLock { $0 = SystemThread(name: "spool") { writer.run() } }
  }

  /// Waits until everything that was appended is on disk, and ends the thread. If the disk refuses
  /// to the last, the facts go to the log. Once; another process may open the spool then.
  public func stop() {
    state.withLock { $0.isStopping = true }
    bell.ring()
    thread.withLock { $0.take() }?.join()
    directory.close()
  }

  /// The spool's name for ever.
  public var id: SpoolID { directory.id }

  // MARK: - Facts in

  /// Spools `fact`. `whenDurable` is called on the spool's thread once the fact is on disk,
  /// which is seen to at once; without it within 50 ms. While the disk refuses, facts wait in memory and are tried again.
  public func append(_ fact: Fact, whenDurable: (@Sendable () -> Void)? = nil) {
    let (fits, isNews) = state.withLock { state in
      guard state.waitingCount < policy.mostWaiting, !state.isStopping else {
        return (false, false)
      }
      let isNews = state.waiting.isEmpty || (whenDurable != nil && !state.isUrgent)
      state.waiting.append(Waiting(fact: fact, whenDurable: whenDurable))
      state.waitingCount += 1
      state.lastAppended += 1
      if whenDurable != nil { state.isUrgent = true }
      return (true, isNews)
    }
    if !fits { logInFull([fact], "the spool takes no more facts") }
    if isNews { bell.ring() }
  }

  /// Calls `listener` on the spool's thread whenever there are new durable records.
  public func onDurable(_ listener: @escaping @Sendable () -> Void) {
    state.withLock { $0.listeners.append(listener) }
  }

  /// The last resort: what a person needs to enter the fact by hand.
  func logInFull(_ facts: [Fact], _ reason: String) {
    for fact in facts {
      log.critical(
        "\(reason); this one is only here: \(fact)",
        metadata: ["call": "\(fact.call)", "leg": "\(fact.leg)", "tenant": "\(fact.tenant)"])
    }
  }

  // MARK: - Records out

  /// The last record that is safe on disk; 0 before the first.
  public var lastDurable: UInt64 { state.withLock { $0.lastDurable } }

  /// The sequence of the fact that was appended last: the next one gets the one after it.
  public var lastAppended: UInt64 { state.withLock { $0.lastAppended } }

  /// The first record that no replica has acknowledged; one more than the last when there is none.
  public var firstUnacknowledged: UInt64 { state.withLock { $0.acknowledgement.through + 1 } }

  /// The first record that is still kept; one more than the last when there is none.
  public var firstKept: UInt64 {
    state.withLock { $0.segments.first?.first ?? $0.lastDurable + 1 }
  }

  /// Sequences whose records were found destroyed. Reported in the log as well.
  public var damage: [ClosedRange<UInt64>] { state.withLock { $0.damage } }

  /// Legs that were offered and have not ended, as of the last durable record. Right after the
  /// spool was opened: what an earlier process left open.
  public func legsLeftOpen() -> [OpenLeg] { state.withLock { $0.legs }.all }

  // MARK: - Acknowledgements

  /// Every record up to and including `sequence` is committed. Saved soon; after a crash before
  /// that, records are sent again.
  public func acknowledge(through sequence: UInt64) {
    acknowledge(through: sequence, at: policy.clock())
  }

  /// As above, at a time that is handed in: retention counts from it.
  func acknowledge(through sequence: UInt64, at time: WallTime) {
    let isNew = state.withLock { state in
      let through = min(sequence, state.lastDurable)
      guard through > state.acknowledgement.through else { return false }
      state.acknowledgement.through = through
      state.noteAcknowledgedSegments(at: time)
      state.acknowledgementIsSaved = false
      return true
    }
    if isNew { bell.ring() }
  }

  /// Removes the segments whose records were all acknowledged longer than the retention before
  /// `time`. The spool's thread does so every hour.
  func removeExpiredSegments(at time: WallTime) {
    let limit = time.milliseconds - Self.retention.nanoseconds / 1_000_000
    let expired = state.withLock { state in
      let expired = state.acknowledgement.segments.filter { $0.value.milliseconds <= limit }.keys
      for first in expired { state.acknowledgement.segments[first] = nil }
      state.segments.removeAll { expired.contains($0.first) }
      if !expired.isEmpty { state.acknowledgementIsSaved = false }
      return Array(expired)
    }
    for first in expired.sorted() { removeSegment(first) }
  }

  private func removeSegment(_ first: UInt64) {
    do {
      try directory.removeSegment(first)
      log.info("an acknowledged segment was removed", metadata: ["first": "\(first)"])
    } catch {
      log.error("an acknowledged segment stays: \(error)", metadata: ["first": "\(first)"])
    }
  }
}

extension Spool.State {
  /// The last segment is still being written and stays.
  mutating func noteAcknowledgedSegments(at time: WallTime) {
    for segment in segments.dropLast()
    where segment.last <= acknowledgement.through && acknowledgement.segments[segment.first] == nil
    {
      acknowledgement.segments[segment.first] = time
    }
  }
}
