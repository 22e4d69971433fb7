import Epoll
import NodeContract
import RTP

/// One socket of a relay: RTP or RTCP of one party. A value in the relay thread's table; nothing
/// here allocates, waits or reads a clock.
struct RelayPort {
  enum Channel { case media, control }

  let descriptor: Int32
  let channel: Channel
  let payloadTypes: PayloadTypes

  /// Where packets for the party go; nil while nothing is known.
  private(set) var destination: SocketAddress?
  /// Where the session description says that the party listens.
  private(set) var expected: IPEndpoint?
  /// Where the party's packets come from, once the first valid one came. Nobody else is heard.
  private(set) var source: IPEndpoint?
  /// The source before the party announced another address, and how many more packets it takes
  /// until the announcement is not believed: those on their way when it moved must not latch.
  private var former: IPEndpoint?
  private var formerPacketsLeft = 0

  private(set) var reception = Reception()
  private(set) var packets: UInt64 = 0
  private(set) var bytes: UInt64 = 0
  private(set) var strangers: UInt64 = 0
  private(set) var garbage: UInt64 = 0
  var undelivered: UInt64 = 0
  var lastPacket: BootInstant?

  /// Half a second of speech.
  private static let formerPackets = 25

  init(
    descriptor: Int32, channel: Channel, expected: IPEndpoint?, payloadTypes: PayloadTypes
  ) {
    self.descriptor = descriptor
    self.channel = channel
    self.payloadTypes = payloadTypes
    self.expected = expected
    destination = expected.map(SocketAddress.init)
  }

  /// The party announced another address than before: it counts until a packet of the party shows
  /// better.
  mutating func direct(to remote: IPEndpoint) {
    expected = remote
    destination = SocketAddress(remote)
    former = source == remote ? nil : source
    formerPacketsLeft = Self.formerPackets
    source = nil
  }

  /// RTP showed where the party really is; its RTCP is guessed to be one port above until it
  /// shows itself (behind a NAT the announced address leads nowhere).
  mutating func guess(besideMedia media: IPEndpoint) {
    guard source == nil, let remote = media.nextPort else { return }
    expected = remote
    destination = SocketAddress(remote)
  }

  /// Whether an RTP packet is the party's, and counts it. The first valid one fixes the source.
  mutating func admitsMedia(
    _ packet: UnsafeRawBufferPointer, from sender: IPEndpoint
  ) -> Bool {
    guard let header = try? RTPHeader(parsing: packet), payloadTypes.contains(header.payloadType)
    else {
      garbage &+= 1
      return false
    }
    guard sender == source || latch(sender) else {
      strangers &+= 1
      return false
    }
    reception.record(sequence: header.sequence, ssrc: header.ssrc)
    count(packet)
    return true
  }

  /// Whether an RTCP datagram is the party's, and counts it: it must come from the address that
  /// its RTP comes from, or before any came from the announced one.
  mutating func admitsControl(
    _ datagram: UnsafeRawBufferPointer, from sender: IPEndpoint, mediaSource: IPEndpoint?
  ) -> Bool {
    guard RTCPHeader.isCompound(datagram) else {
      garbage &+= 1
      return false
    }
    let address = (mediaSource ?? expected)?.address
    guard sender == source || (sender.address == address && latch(sender)) else {
      strangers &+= 1
      return false
    }
    count(datagram)
    return true
  }

  private mutating func count(_ packet: UnsafeRawBufferPointer) {
    packets &+= 1
    bytes &+= UInt64(packet.count)
  }

  private mutating func latch(_ sender: IPEndpoint) -> Bool {
    guard source == nil else { return false }
    if sender == former, formerPacketsLeft > 0 {
      formerPacketsLeft -= 1
      return false
    }
    source = sender
    destination = SocketAddress(sender)
    former = nil
    return true
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
    descriptor: -1, channel: .media, expected: nil, payloadTypes: [])
}
