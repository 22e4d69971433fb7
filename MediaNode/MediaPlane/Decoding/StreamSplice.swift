import RTP

/// One stream for a party, whoever makes its packets: where ours end and the other party's begin, its
/// numbers go on. Phones take lower numbers for late packets, and some also a new stream's. The offsets
/// to a source stay as they are, so that nobody need be told how far it went.
struct StreamSplice: Hashable, Sendable {
  /// By which the party knows the stream.
  let ssrc: UInt32
  /// The latest that it was sent.
  private(set) var sequence: UInt16
  private(set) var timestamp: UInt32
  /// Who makes the packets now, and what is added to its numbers.
  private(set) var source: UInt32?
  private(set) var sequenceOffset: UInt16 = 0
  private(set) var timestampOffset: UInt32 = 0

  /// A usual packet's length, in the usual clock: what no packet tells.
  static let gap: UInt32 = 160

  init(ssrc: UInt32, sequence: UInt16, timestamp: UInt32) {
    self.ssrc = ssrc
    self.sequence = sequence
    self.timestamp = timestamp
  }

  /// That of another process.
  init(
    ssrc: UInt32, sequence: UInt16, timestamp: UInt32, source: UInt32?, sequenceOffset: UInt16,
    timestampOffset: UInt32
  ) {
    self.init(ssrc: ssrc, sequence: sequence, timestamp: timestamp)
    self.source = source
    self.sequenceOffset = sequenceOffset
    self.timestampOffset = timestampOffset
  }

  /// Rewrites a valid packet's header in its place; true when it is the first of another source.
  mutating func pass(_ packet: UnsafeMutableRawBufferPointer) -> Bool {
    guard let header = try? RTPHeader(parsing: UnsafeRawBufferPointer(packet)) else { return false }
    let isFirst = header.ssrc != source
    if isFirst {
      source = header.ssrc
      sequenceOffset = sequence &+ 1 &- header.sequence
      timestampOffset = timestamp &+ Self.gap &- header.timestamp
    }
    let number = header.sequence &+ sequenceOffset
    let time = header.timestamp &+ timestampOffset
    packet.storeBytes(of: number.bigEndian, toByteOffset: 2, as: UInt16.self)
    packet.storeBytes(of: time.bigEndian, toByteOffset: 4, as: UInt32.self)
    packet.storeBytes(of: ssrc.bigEndian, toByteOffset: 8, as: UInt32.self)
    if number &- sequence < 1 << 15 { (sequence, timestamp) = (number, time) }
    return isFirst
  }
}
