/// What one receiver knows of one sender: RFC 3550 appendices A.1, A.3 and A.8, shortened to what a
/// relay needs. A value of fixed size, updated for every packet. A talkspurt that ends (DTX) is no
/// loss, because only sequence numbers count; nor does the packets' length matter.
public struct Reception: Hashable, Sendable {
  /// Packets that arrived, repeated and late ones too.
  public private(set) var received: UInt64 = 0
  /// Packets of sources and runs that are over and never came.
  private var lostBefore: UInt64 = 0
  /// The sender's name for the stream.
  public private(set) var ssrc: UInt32 = 0
  private var firstSequence: UInt32 = 0
  private var highestSequence: UInt32 = 0
  private var receivedInRun: UInt64 = 0

  private var lastTimestamp: UInt32 = 0
  private var lastTransit: UInt32 = 0
  private var lastType: UInt8 = .max
  /// In 16ths of the timestamps' unit.
  private var scaledJitter: UInt32 = 0

  /// A jump of more begins a new run: the sender started again (RFC 3550 appendix A.1).
  private static let largestGap: UInt16 = 3_000
  /// A packet so late still belongs to the run.
  private static let largestLateness: UInt16 = 100

  public init() {}

  /// A stream that another process received up to here; its losses are told there.
  public init(continuing ssrc: UInt32, at sequence: UInt16) {
    self.ssrc = ssrc
    firstSequence = UInt32(sequence)
    highestSequence = UInt32(sequence)
    receivedInRun = 1
    received = 1
  }

  /// Packets that were sent, by their numbers, and never came.
  public var lost: UInt64 { lostBefore + lostInRun }

  /// The latest number of the stream, late packets left aside.
  public var latestSequence: UInt16 { UInt16(truncatingIfNeeded: highestSequence) }

  /// The same, with how often the numbers began again above it (RFC 3550 section 6.4.1).
  public var extendedSequence: UInt32 { highestSequence }

  /// That of the packet that came last.
  public var latestTimestamp: UInt32 { lastTimestamp }

  /// How unevenly packets come (RFC 3550 section 6.4.1), in the timestamps' unit.
  public var jitter: UInt32 { scaledJitter >> 4 }

  private var lostInRun: UInt64 {
    guard receivedInRun > 0 else { return 0 }
    let expected = UInt64(highestSequence - firstSequence) + 1
    return expected > receivedInRun ? expected - receivedInRun : 0
  }

  /// - Parameter arrival: in the timestamps' unit, from any beginning.
  public mutating func record(_ header: RTPHeader, arrival: UInt32) {
    let transit = arrival &- header.timestamp
    // A key press repeats its timestamp, another codec may count in another unit.
    if header.ssrc == ssrc, header.payloadType == lastType, header.timestamp != lastTimestamp {
      spread(Int32(bitPattern: transit &- lastTransit).magnitude)
    }
    lastTransit = transit
    lastTimestamp = header.timestamp
    lastType = header.payloadType
    record(sequence: header.sequence, ssrc: header.ssrc)
  }

  /// RFC 3550 appendix A.8. A clock that was set, or a pause, is no jitter.
  private mutating func spread(_ difference: UInt32) {
    guard difference < 1 << 16 else { return }
    scaledJitter = scaledJitter &+ difference &- (scaledJitter &+ 8) >> 4
  }

  public mutating func record(sequence: UInt16, ssrc: UInt32) {
    received &+= 1
    let step = sequence &- UInt16(truncatingIfNeeded: highestSequence)
    if receivedInRun == 0 || ssrc != self.ssrc {
      beginRun(at: sequence, ssrc: ssrc)
    } else if step < Self.largestGap {
      advance(by: UInt32(step))
    } else if UInt16.max - step >= Self.largestLateness {
      beginRun(at: sequence, ssrc: ssrc)
    }
    receivedInRun &+= 1
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
