import Synchronization

/// Counts datagrams; read by whoever reports the node's load.
public final class SignallingTraffic: Sendable {
  private let receivedCount = Atomic<UInt64>(0)
  private let droppedCount = Atomic<UInt64>(0)
  private let refusedCount = Atomic<UInt64>(0)
  private let unsentCount = Atomic<UInt64>(0)
  private let quarantinedCount = Atomic<UInt64>(0)

  public init() {}

  public var received: UInt64 { receivedCount.load(ordering: .relaxed) }
  /// Not SIP, or too broken to answer.
  public var dropped: UInt64 { droppedCount.load(ordering: .relaxed) }
  /// Answered without reaching the exchange.
  public var refused: UInt64 { refusedCount.load(ordering: .relaxed) }
  /// Not taken by the kernel.
  public var unsent: UInt64 { unsentCount.load(ordering: .relaxed) }

  /// Not handled, because processes died of them.
  public var quarantined: UInt64 { quarantinedCount.load(ordering: .relaxed) }

  func datagramReceived() { receivedCount.add(1, ordering: .relaxed) }
  func datagramDropped() { droppedCount.add(1, ordering: .relaxed) }
  func datagramRefused() { refusedCount.add(1, ordering: .relaxed) }
  func datagramUnsent() { unsentCount.add(1, ordering: .relaxed) }
  func messageQuarantined() { quarantinedCount.add(1, ordering: .relaxed) }
}
