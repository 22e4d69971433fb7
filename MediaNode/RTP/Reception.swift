/// What one receiver knows of one sender: RFC 3550 appendices A.1 and A.3, shortened to what a
/// relay needs. A value of fixed size, updated for every packet.
public struct Reception: Hashable, Sendable {
  /// Packets that arrived, repeated and late ones too.
  public private(set) var received: UInt64 = 0
  /// Packets of sources and runs that are over and never came.
  private var lostBefore: UInt64 = 0
  private var ssrc: UInt32 = 0
  private var firstSequence: UInt32 = 0
  private var highestSequence: UInt32 = 0
  private var receivedInRun: UInt64 = 0

  /// A jump of more begins a new run: the sender started again (RFC 3550 appendix A.1).
  private static let largestGap: UInt16 = 3_000
  /// A packet so late still belongs to the run.
  private static let largestLateness: UInt16 = 100

  public init() {}

  /// Packets that were sent, by their numbers, and never came.
  public var lost: UInt64 { lostBefore + lostInRun }

  private var lostInRun: UInt64 {
    guard receivedInRun > 0 else { return 0 }
    let expected = UInt64(highestSequence - firstSequence) + 1
    return expected > receivedInRun ? expected - receivedInRun : 0
  }

  public mutating func record(sequence: UInt16, ssrc: UInt32) {
    received += 1
    let step = sequence &- UInt16(truncatingIfNeeded: highestSequence)
    if receivedInRun == 0 || ssrc != self.ssrc {
      beginRun(at: sequence, ssrc: ssrc)
    } else if step < Self.largestGap {
      advance(by: UInt32(step))
    } else if UInt16.max - step >= Self.largestLateness {
      beginRun(at: sequence, ssrc: ssrc)
    }
    receivedInRun += 1
  }

  private mutating func advance(by step: UInt32) {
    let (next, overflow) = highestSequence.addingReportingOverflow(step)
    if overflow {
      beginRun(at: UInt16(truncatingIfNeeded: next), ssrc: ssrc)
    } else {
      highestSequence = next
    }
  }

  private mutating func beginRun(at sequence: UInt16, ssrc: UInt32) {
    lostBefore += lostInRun
    self.ssrc = ssrc
    firstSequence = UInt32(sequence)
    highestSequence = UInt32(sequence)
    receivedInRun = 0
  }
}
