public import Epoll
import Synchronization

/// What a process leaves to the one that follows it: named values in memory that the keeper holds
/// and both map. Changes are committed in batches, each whole or not at all, whenever the process
/// is killed. Gone with the machine: it is no disk.
///
/// Inside, a log that only grows; when most of it is outdated, what still counts is copied to the
/// other half of the memory. One word says which half counts and how much of it.
public final class Estate: Sendable {
  /// A value's name. Kinds keep the names of different things apart.
  public struct Key: Hashable, Sendable {
    public let kind: UInt8
    public let name: [UInt8]

    public init(kind: UInt8, name: [UInt8]) {
      self.kind = kind
      self.name = name
    }
  }

  public enum Change: Sendable {
    case put(Key, [UInt8])
    case remove(Key)
  }

  private let log: Mutex<EstateLog>
  /// What the process has in hand. For one thread at a time.
  public let hand: Hand

  /// Maps the keeper's memory, and reads what is in it.
  ///
  /// - Parameters:
  ///   - descriptor: as the keeper made it, empty, or as an earlier process left it.
  ///   - capacity: the most bytes that may count at one time, and as many again for the copy. They
  ///     are taken from the machine only as they are filled.
  /// - Throws: `SystemError` when it cannot be mapped.
  public init(descriptor: Int32, capacity: Int = 512 << 20) throws(SystemError) {
    let memory = try EstateMemory(descriptor: descriptor, capacity: capacity)
    hand = memory.hand
    log = Mutex(EstateLog(memory))
  }

  /// Does all of `changes`, or, when they do not fit, forgets everything: what is outdated must
  /// not be found by a successor. False then; it is so for good.
  @discardableResult
  public func commit(_ changes: [Change]) -> Bool {
    log.withLock { $0.commit(changes) }
  }

  /// All that counts, in no order.
  public var entries: [Key: [UInt8]] { log.withLock { $0.entries } }

  /// All of a kind that counts, in no order.
  public func entries(of kind: UInt8) -> [Key: [UInt8]] { log.withLock { $0.entries(of: kind) } }

  /// Their names alone.
  public var keys: [Key] { log.withLock { $0.keys } }

  /// How many processes in a row opened this memory and did not say that they are well.
  public var unprovenLives: UInt64 { log.withLock { $0.memory.unprovenLives } }

  /// This process lives and serves.
  public func proveLife() { log.withLock { $0.memory.proveLife() } }
}
