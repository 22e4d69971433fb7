/// What we tell a party of the stream that we make for it, and of the one that it sends (RFC 3550
/// section 6.4): when a report is due, and its bytes. Owned by whoever makes the stream.
public struct OwnReports: Sendable {
  /// A stream that we make, as it stands.
  public struct SentStream: Hashable, Sendable {
    public var ssrc: UInt32
    /// Of the packet that would leave now.
    public var timestamp: UInt32
    /// What was sent since the stream began.
    public var packets: UInt32
    public var octets: UInt32

    public init(ssrc: UInt32, timestamp: UInt32, packets: UInt32, octets: UInt32) {
      (self.ssrc, self.timestamp) = (ssrc, timestamp)
      (self.packets, self.octets) = (packets, octets)
    }
  }

  /// The least interval of RFC 3550 section 6.2, in nanoseconds; the first report comes sooner, and each by
  /// chance sooner or later than that.
  private static let interval: Int64 = 5_000_000_000

  /// In nanoseconds, as all times here.
  private var due: Int64
  private var packetsBefore: UInt32 = 0
  /// Of the party's stream when it was reported last.
  private var before: (received: UInt64, lost: UInt64) = (0, 0)
  /// The middle of the party's latest NTP time, and when that came.
  private var heard: (report: UInt32, at: Int64)?

  public init(at now: Int64, _ random: inout some RandomNumberGenerator) {
    due = now + Self.spread(Self.interval / 2, &random)
  }

  private static func spread(_ time: Int64, _ random: inout some RandomNumberGenerator) -> Int64 {
    .random(in: time / 2...time * 3 / 2, using: &random)
  }

  public func isDue(at now: Int64) -> Bool { now >= due }

  /// The party sent a sender report.
  public mutating func heard(_ senderReport: UInt32, at now: Int64) { heard = (senderReport, now) }

  /// The next report: a compound packet of a report and our name (RFC 3550 section 6.1), and the middle
  /// of its NTP time where it is a sender's. Nil when there is nothing to be told.
  ///
  /// - Parameters:
  ///   - sent: what we send the party.
  ///   - party: what came from it.
  ///   - wall: milliseconds since 1970.
  public mutating func next(
    _ sent: SentStream, about party: Reception, at now: Int64, wall: Int64,
    _ random: inout some RandomNumberGenerator
  ) -> (bytes: [UInt8], senderReport: UInt32?)? {
    due = now + Self.spread(Self.interval, &random)
    let isSender = sent.packets != packetsBefore
    packetsBefore = sent.packets
    let block = party.received > 0 ? block(about: party, at: now) : nil
    guard isSender || block != nil else { return nil }
    var bytes = Self.header(isSender ? .senderReport : .receiverReport, count: block == nil ? 0 : 1)
    bytes.append(word: sent.ssrc)
    let time = Self.networkTime(wall)
    if isSender {
      bytes.append(word: UInt32(truncatingIfNeeded: time >> 32))
      bytes.append(word: UInt32(truncatingIfNeeded: time))
      for number in [sent.timestamp, sent.packets, sent.octets] { bytes.append(word: number) }
    }
    if let block { bytes += block }
    Self.writeLength(into: &bytes)
    bytes += Self.name(of: sent.ssrc)
    return (bytes, isSender ? UInt32(truncatingIfNeeded: time >> 16) : nil)
  }

  /// RFC 3550 appendix A.3. Losses and what comes twice may outweigh each other: never less than none.
  private mutating func block(about party: Reception, at now: Int64) -> [UInt8] {
    let (received, lost) = (party.received, party.lost)
    let newlyLost = lost > before.lost ? lost - before.lost : 0
    let expected = newlyLost + (received > before.received ? received - before.received : 0)
    before = (received, lost)
    let fraction = expected == 0 ? 0 : min(newlyLost * 256 / expected, 255)
    var bytes: [UInt8] = []
    bytes.append(word: party.ssrc)
    bytes.append(word: UInt32(fraction) << 24 | UInt32(min(lost, 0x7F_FFFF)))
    bytes.append(word: party.extendedSequence)
    bytes.append(word: party.jitter)
    bytes.append(word: heard?.report ?? 0)
    let delay = heard.map { max(0, now - $0.at) } ?? 0
    bytes.append(word: UInt32(clamping: delay / 1_000 * 65_536 / 1_000_000))
    return bytes
  }

  /// Seconds since 1900 and their fraction.
  private static func networkTime(_ milliseconds: Int64) -> UInt64 {
    let since1900 = UInt64(max(0, milliseconds &+ 2_208_988_800_000))
    return (since1900 / 1_000) << 32 | ((since1900 % 1_000) << 32) / 1_000
  }

  private static func header(_ kind: RTCPHeader.Kind, count: UInt8) -> [UInt8] {
    [0x80 | count, kind.rawValue, 0, 0]
  }

  /// In words, the header's own left out.
  private static func writeLength(into packet: inout [UInt8]) {
    let words = packet.count / 4 - 1
    packet[2] = UInt8(truncatingIfNeeded: words >> 8)
    packet[3] = UInt8(truncatingIfNeeded: words)
  }

  /// A source needs a name (RFC 3550 section 6.5.1); it says no more than the stream does, and so
  /// whoever carries the stream on says the same.
  private static func name(of ssrc: UInt32) -> [UInt8] {
    var packet = header(.sourceDescription, count: 1)
    packet.append(word: ssrc)
    let name = Array(String(ssrc, radix: 16).utf8)
    packet += [1, UInt8(name.count)] + name
    // One null at least ends the items.
    packet.append(0)
    while packet.count % 4 != 0 { packet.append(0) }
    writeLength(into: &packet)
    return packet
  }
}

extension [UInt8] {
  fileprivate mutating func append(word: UInt32) {
    for shift in [24, 16, 8, 0] as [UInt32] { append(UInt8(truncatingIfNeeded: word >> shift)) }
  }
}
