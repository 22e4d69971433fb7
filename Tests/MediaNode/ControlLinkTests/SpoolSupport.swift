import Glibc
import Logging
import NodeContract
import Support
import Synchronization

@testable import ControlLink

/// Facts that differ, in the order of their numbers.
enum Sample {
  static let tenant = TenantID(UUIDv7(high: 1, low: 1))
  static let call = CallID(UUIDv7(high: 2, low: 2))

  static let now = WallTime(milliseconds: 1_700_000_000_000)

  static func leg(_ number: UInt64) -> LegID { LegID(UUIDv7(high: 3, low: number)) }

  static func fact(_ number: Int, of leg: UInt64 = 1, _ event: FactEvent = .rung) -> Fact {
    guard let node = NodeName("node-a1") else { preconditionFailure("a node's name") }
    return Fact(
      tenant: tenant, call: call, leg: self.leg(leg),
      time: FactTime(
        boot: UUIDv7(high: 9, low: 9), instant: BootInstant(nanoseconds: Int64(number)),
        wall: WallTime(milliseconds: now.milliseconds + Int64(number))),
      observer: node, epoch: Epoch(generation: 1, revision: 42), event: event)
  }

  static func facts(_ range: ClosedRange<Int>) -> [Fact] { range.map { fact($0) } }

  static let offered = FactEvent.offered(
    LegOffer(
      direction: .incoming, party: .trunk(TrunkID(UUIDv7(high: 4, low: 4))), from: "+441",
      to: "+442", sipCallID: "abc@host"))
  static let ended = FactEvent.ended(
    LegEnd(outcome: .answered, evidence: .signalled, endedBy: .party))
}

extension Spool {
  /// Appends and waits until all is durable.
  func appendDurably(_ facts: [Fact]) async {
    for fact in facts.dropLast() { append(fact) }
    guard let last = facts.last else { return }
    await withCheckedContinuation { done in append(last) { done.resume() } }
  }

  var everything: [SpoolRecord] { get throws { try records(from: 1, limit: .max) } }
}

/// A disk that a test can break.
final class FickleDisk: Sendable {
  enum Mood: Equatable, Sendable {
    case good
    /// `write` fails with this `errno`.
    case refusesWrites(Int32)
    /// `write` takes half of what it is given, once, and fails from then on.
    case fillsUp
    /// `write` takes half of what it is given and does not return before the mood changes.
    case freezes
    /// Data is taken, `fdatasync` fails.
    case failsToSynchronize
  }

  private struct State {
    var mood: Mood
    var syncs = 0
    var failures = 0
    var isFrozen = false
  }
  private let state: Mutex<State>

  init(_ mood: Mood = .good) { state = Mutex(State(mood: mood)) }

  var mood: Mood {
    get { state.withLock { $0.mood } }
    set { state.withLock { $0.mood = newValue } }
  }
  /// Synchronisations that succeeded.
  var syncs: Int { state.withLock { $0.syncs } }

  var calls: SpoolDisk {
    SpoolDisk(
      write: { descriptor, bytes in self.write(descriptor, bytes) },
      synchronize: { descriptor in self.synchronize(descriptor) })
  }

  private func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    let count = takeBytes(descriptor, bytes)
    while state.withLock({ $0.isFrozen && $0.mood == .freezes }) { poll(nil, 0, 1) }
    return count
  }

  private func takeBytes(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    state.withLock { state in
      switch state.mood {
      case .good, .failsToSynchronize:
        return Glibc.write(descriptor, bytes.baseAddress, bytes.count)
      case .freezes:
        state.isFrozen = true
        return Glibc.write(descriptor, bytes.baseAddress, bytes.count / 2)
      case .fillsUp:
        state.mood = .refusesWrites(ENOSPC)
        return Glibc.write(descriptor, bytes.baseAddress, bytes.count / 2)
      case .refusesWrites(let code):
        state.failures += 1
        errno = code
        return -1
      }
    }
  }

  private func synchronize(_ descriptor: Int32) -> Int32 {
    state.withLock { state in
      if case .failsToSynchronize = state.mood {
        state.failures += 1
        errno = EIO
        return -1
      }
      state.syncs += 1
      return fdatasync(descriptor)
    }
  }

  /// Waits until `count` calls failed.
  func hasFailed(_ count: Int) async throws {
    try await eventually("failures", within: .seconds(30)) {
      state.withLock { $0.failures >= count }
    }
  }

  /// Waits until the disk is frozen in the middle of a write.
  func isFrozen() async throws {
    try await eventually("a frozen disk", within: .seconds(30)) { state.withLock { $0.isFrozen } }
  }
}

/// Keeps what is logged as critical.
struct CriticalLog: LogHandler {
  final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func add(_ line: String) { lines.withLock { $0.append(line) } }
  }

  let lines: Lines
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.critical

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) { lines.add("\(event.message)") }

  static func logger(_ lines: Lines) -> Logger {
    Logger(label: "spool") { _ in CriticalLog(lines: lines) }
  }
}
