/// What one receiver reports of one stream (RFC 3550 section 6.4.1).
public struct ReportBlock: Hashable, Sendable {
  public static let length = 24

  /// The stream that it is about.
  public let ssrc: UInt32
  /// Of the packets since the report before, in 256ths.
  public let fractionLost: UInt8
  public let jitter: UInt32
  /// The middle of the latest sender report's NTP time; 0 when none came.
  public let lastSenderReport: UInt32
  /// How long ago that was, in 1/65,536 s.
  public let delay: UInt32

  /// `bytes` has `length`.
  init(_ bytes: UnsafeRawBufferPointer) {
    func word(_ index: Int) -> UInt32 {
      UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self))
    }
    ssrc = word(0)
    fractionLost = bytes[4]
    jitter = word(3)
    lastSenderReport = word(4)
    delay = word(5)
  }
}

/// A look at a datagram of RTCP, as a relay takes it while it passes the datagram on.
public struct RTCPReports {
  /// Of the last sender report in it, the middle of its NTP time.
  public private(set) var senderReport: UInt32?
  /// The last block in it: a party that hears one stream sends one.
  public private(set) var block: ReportBlock?
  /// Somebody says goodbye.
  public private(set) var isGoodbye = false

  /// Nil when the datagram is no chain of whole RTCP packets.
  public init?(_ datagram: UnsafeRawBufferPointer) {
    guard !datagram.isEmpty else { return nil }
    var rest = datagram
    while !rest.isEmpty {
      guard let header = try? RTCPHeader(parsing: rest) else { return nil }
      read(UnsafeRawBufferPointer(rebasing: rest[..<header.length]), header)
      rest = UnsafeRawBufferPointer(rebasing: rest[header.length...])
    }
  }

  private mutating func read(_ packet: UnsafeRawBufferPointer, _ header: RTCPHeader) {
    switch header.kind {
    case .senderReport:
      guard packet.count >= 28 else { return }
      senderReport = UInt32(
        bigEndian: packet.loadUnaligned(fromByteOffset: 10, as: UInt32.self))
      readBlocks(packet, header.count, from: 28)
    case .receiverReport: readBlocks(packet, header.count, from: 8)
    case .goodbye: isGoodbye = true
    case .sourceDescription, .application, .transportFeedback, .payloadFeedback, nil: break
    }
  }

  private mutating func readBlocks(
    _ packet: UnsafeRawBufferPointer, _ count: UInt8, from start: Int
  ) {
    let last = start + (Int(count) - 1) * ReportBlock.length
    guard count > 0, last + ReportBlock.length <= packet.count else { return }
    block = ReportBlock(
      UnsafeRawBufferPointer(rebasing: packet[last..<last + ReportBlock.length]))
  }
}

/// How long a packet takes from us to a party and back, from the sender reports that pass by and what
/// the party says of them (RFC 3550 section 6.4.1, with us in the middle of the way).
public struct RoundTrip: Hashable, Sendable {
  private var report: UInt32 = 0
  private var passedAt: Int64 = 0
  /// The latest one, in nanoseconds; nil before the first.
  public private(set) var nanoseconds: Int64?

  /// A way that takes longer is a misunderstanding.
  private static let longest: Int64 = 10_000_000_000

  public init() {}

  /// A sender report went to the party.
  public mutating func passed(_ senderReport: UInt32, at now: Int64) {
    report = senderReport
    passedAt = now
  }

  /// The party speaks of the last sender report that it got.
  public mutating func heard(_ block: ReportBlock, at now: Int64) {
    guard block.lastSenderReport != 0, block.lastSenderReport == report else { return }
    let delay = Int64(block.delay) * 1_000_000_000 / 65_536
    let trip = now - passedAt - delay
    if trip >= 0, trip <= Self.longest { nanoseconds = trip }
  }
}
