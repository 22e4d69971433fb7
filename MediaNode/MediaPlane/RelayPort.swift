import Epoll
import Gates
import NodeContract
import RTP

/// One socket of a relay: RTP or RTCP of one party. A value in the relay thread's table; nothing
/// here allocates, waits or reads a clock. What every packet needs stands first.
struct RelayPort {
  enum Channel { case media, control }

  let descriptor: Int32
  let channel: Channel
  /// What may leave from its address.
  let gate: Gate
  /// Where packets for the party go; nil while nothing is known.
  private(set) var destination: SocketAddress?
  /// The party's RTCP comes and goes by its RTP port (RFC 5761): agreed, or shown by the party.
  var isMultiplexed: Bool
  /// The party's media is protected: the table has its `LegProtection`, or will have.
  var isProtected: Bool
  /// The party proved where its media comes from: nothing else is listened to.
  private(set) var isProven = false
  /// What comes here ends here: the table has its session's `DecodedSession`.
  var isDecoded = false
  /// The parties are fax machines now: their datagrams are UDPTL.
  var isFax = false
  /// What goes out here goes on after a stream of ours: the table has its `StreamSplice`.
  var isSpliced = false
  /// When the first packet of the other party was sent to this one.
  private(set) var firstSent: BootInstant?
  /// The kernel sends to the party and hears nobody else.
  var isConnected = false
  /// Units of the party's timestamps in a second.
  let clockRate: UInt32
  let payloadTypes: PayloadTypes
  /// Of the latched source; a packet of another one is looked at twice.
  private var sourceKey = SocketAddress.Key.none
  /// When the latest packet that was the party's came.
  private(set) var lastPacket: BootInstant?
  /// When RTCP came to this RTP port.
  private(set) var lastReport: BootInstant?

  private(set) var reception = Reception()
  private(set) var packets: UInt64 = 0
  private(set) var bytes: UInt64 = 0
  /// Packets from elsewhere, as far as the kernel lets them come here.
  private(set) var strangers: UInt64 = 0
  private(set) var garbage: UInt64 = 0
  /// Datagrams that were not made with the party's key.
  var unproven: UInt64 = 0
  var undelivered: UInt64 = 0
  /// What came and was not passed on, because nothing may leave from the other side's address.
  var withheld: UInt64 = 0
  /// What came to an RTP port as RTCP.
  private(set) var multiplexed: UInt64 = 0

  private var latch: SourceLatch
  /// What the party says of what it hears.
  private(set) var report: ReportBlock?
  private(set) var roundTrip = RoundTrip()

  init(
    descriptor: Int32, channel: Channel, latch: SourceLatch, payloadTypes: PayloadTypes,
    clockRate: UInt32 = 8_000, isMultiplexed: Bool = false, isProtected: Bool = false,
    reception: Reception = Reception(), gate: Gate = .open
  ) {
    self.gate = gate
    self.descriptor = descriptor
    self.channel = channel
    self.payloadTypes = payloadTypes
    self.clockRate = clockRate
    self.isMultiplexed = isMultiplexed
    self.isProtected = isProtected
    self.latch = latch
    self.reception = reception
    follow()
  }

  /// Where the party's packets come from, once the first valid one came.
  var source: IPEndpoint? { latch.source }
  /// Where the party is said to listen.
  var expected: IPEndpoint? { latch.expected }

  /// The party talks from one place, and nothing else would be believed while it does.
  var isSettled: Bool {
    channel == .media && source != nil && !latch.isOnTrial && !isProven && !isFax
  }

  /// The party announced another address than before.
  mutating func direct(to remote: IPEndpoint) {
    latch.announce(remote)
    follow()
  }

  /// RTP showed where the party really is; its RTCP is guessed to be one port above until it
  /// shows itself (behind a NAT the announced address leads nowhere).
  mutating func guess(besideMedia media: IPEndpoint) {
    guard let remote = media.nextPort else { return }
    latch.guess(remote)
    follow()
  }

  /// The party's checks of the way tell where its media comes from (RFC 8445 section 8.1.1).
  mutating func prove(_ source: IPEndpoint) {
    isProven = true
    guard latch.source != source else { return }
    latch = SourceLatch(expected: source, source: source)
    follow()
  }

  /// The party begins its checks anew, or makes none from now on.
  mutating func forgetProof() { isProven = false }

  /// Of audio alone.
  mutating func noteSent(at now: BootInstant) {
    if firstSent == nil { firstSent = now }
  }

  mutating func noteGarbage() { garbage &+= 1 }
  mutating func noteStranger() { strangers &+= 1 }

  private mutating func follow() {
    destination = latch.destination.map(SocketAddress.init)
    sourceKey = latch.source.map { SocketAddress($0).key } ?? .none
  }

  // MARK: - Packets

  /// Whether an RTP packet is the party's, and counts it.
  mutating func admitsMedia(
    _ packet: UnsafeRawBufferPointer, from sender: SocketAddress, at now: BootInstant
  ) -> Bool {
    guard let header = try? RTPHeader(parsing: packet), payloadTypes.contains(header.payloadType)
    else {
      garbage &+= 1
      return false
    }
    guard isSource(sender) || latches(sender, header, at: now) else {
      strangers &+= 1
      return false
    }
    reception.record(header, arrival: now.units(of: clockRate))
    count(packet, at: now)
    return true
  }

  /// Whether a datagram of RTCP is the party's, and counts it: it must come from the address that
  /// its RTP comes from, or before any came from the announced one.
  mutating func admitsControl(
    _ datagram: UnsafeRawBufferPointer, from sender: SocketAddress,
    mediaSource: IPEndpoint?, at now: BootInstant
  ) -> RTCPReports? {
    guard let reports = RTCPReports(datagram) else {
      garbage &+= 1
      return nil
    }
    guard isSource(sender) || latches(sender, beside: mediaSource) else {
      strangers &+= 1
      return nil
    }
    count(datagram, at: now)
    return reports
  }

  /// Whether a datagram of UDPTL is the party's, and counts it. It says nothing of whose it is, so a
  /// source that was heard before stays the only one until another description frees it.
  mutating func admitsFax(
    _ datagram: UnsafeRawBufferPointer, from sender: SocketAddress, at now: BootInstant
  ) -> Bool {
    guard UDPTLPacket(parsing: datagram) != nil else {
      garbage &+= 1
      return false
    }
    guard isSource(sender) || latches(sender) else {
      strangers &+= 1
      return false
    }
    count(datagram, at: now)
    return true
  }

  /// RTCP at the RTP port: from the latched source of the RTP, and nobody else.
  mutating func admitsMultiplexed(
    _ datagram: UnsafeRawBufferPointer, from sender: SocketAddress, at now: BootInstant
  ) -> RTCPReports? {
    guard let reports = RTCPReports(datagram) else {
      garbage &+= 1
      return nil
    }
    guard sender.key == sourceKey else {
      strangers &+= 1
      return nil
    }
    multiplexed &+= 1
    isMultiplexed = true
    lastReport = now
    return reports
  }

  private func isSource(_ sender: SocketAddress) -> Bool {
    sender.key == sourceKey && !latch.isOnTrial
  }

  private mutating func latches(
    _ sender: SocketAddress, _ header: RTPHeader, at now: BootInstant
  ) -> Bool {
    guard !isProven, let endpoint = sender.endpoint else { return false }
    let silence = lastPacket?.duration(to: now) ?? .zero
    let wasAdmitted = latch.admits(
      endpoint, Continuity(header, after: reception, silence: silence))
    follow()
    return wasAdmitted
  }

  private mutating func latches(
    _ sender: SocketAddress, beside media: IPEndpoint?
  ) -> Bool {
    guard let endpoint = sender.endpoint,
      endpoint == latch.source || endpoint.address == (media ?? latch.expected)?.address
    else { return false }
    return latches(sender)
  }

  private mutating func latches(_ sender: SocketAddress) -> Bool {
    guard !isProven, let endpoint = sender.endpoint else { return false }
    let wasAdmitted = latch.admits(endpoint, .none)
    follow()
    return wasAdmitted
  }

  /// What was counted is told; the party's place and stream stay known.
  mutating func countAnew() {
    (packets, bytes, strangers, garbage) = (0, 0, 0, 0)
    (unproven, undelivered, multiplexed) = (0, 0, 0)
    if reception.received > 0 {
      reception = Reception(continuing: reception.ssrc, at: reception.latestSequence)
    }
    report = nil
    roundTrip = RoundTrip()
  }

  private mutating func count(_ packet: UnsafeRawBufferPointer, at now: BootInstant) {
    packets &+= 1
    bytes &+= UInt64(packet.count)
    lastPacket = now
  }

  // MARK: - Reports

  /// What this party says of what it hears.
  mutating func note(_ block: ReportBlock, at now: BootInstant) {
    report = block
    roundTrip.heard(block, at: now.nanoseconds)
  }

  /// A sender report of the other party goes to this one.
  mutating func passed(_ senderReport: UInt32, at now: BootInstant) {
    roundTrip.passed(senderReport, at: now.nanoseconds)
  }
}

extension BootInstant {
  /// In units of which `rate` make a second, from any beginning.
  fileprivate func units(of rate: UInt32) -> UInt32 {
    UInt32(truncatingIfNeeded: UInt64(bitPattern: nanoseconds / 1_000) &* UInt64(rate) / 1_000_000)
  }
}

extension IPEndpoint {
  /// Where RTCP belongs to RTP at this endpoint; nil above the last port.
  var nextPort: IPEndpoint? {
    port == .max ? nil : IPEndpoint(address, port: port + 1)
  }
}

extension RelayPort {
  /// No socket.
  static let vacant = RelayPort(
    descriptor: -1, channel: .media, latch: SourceLatch(expected: nil), payloadTypes: [])
}
