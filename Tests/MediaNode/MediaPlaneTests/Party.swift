import Epoll
import Glibc
import Logging
import MediaPlane
import NodeContract
import RTP
import Support
import Testing

/// A phone's media: an RTP socket and, one port above, an RTCP socket.
final class Party {
  private(set) var media: UDPSocket
  let control: UDPSocket
  private var sequence: UInt16
  private let ssrc: UInt32

  init(at address: String = "127.0.0.1", ssrc: UInt32 = 7, sequence: UInt16 = 65_530) throws {
    let sockets = try PortPair.free(at: address)
    media = try UDPSocket(binding: sockets.even)
    control = try UDPSocket(binding: sockets.odd)
    self.ssrc = ssrc
    self.sequence = sequence
  }

  /// The next packet of this party's stream with `payload`.
  func packet(_ payload: [UInt8], type: UInt8 = 0) -> [UInt8] {
    defer { sequence &+= 1 }
    return RTPHeader(
      payloadType: type, sequence: sequence, timestamp: UInt32(sequence) &* 160, ssrc: ssrc
    ).packet(with: payload)
  }

  /// Speaks from another place from now on, as behind a NAT that re-bound.
  func rebind() throws { media = try UDPSocket(binding: IPEndpoint(media.local.address, port: 0)) }

  /// As if packets of this stream were lost before the relay.
  func skip(_ packets: UInt16) { sequence &+= packets }

  /// Sends the next packet and returns its bytes.
  @discardableResult
  func say(_ payload: [UInt8], to relay: IPEndpoint, type: UInt8 = 0) -> [UInt8] {
    let bytes = packet(payload, type: type)
    media.send(bytes, to: relay)
    return bytes
  }

  /// The next datagram on the RTP socket.
  func hear() throws -> (bytes: [UInt8], source: IPEndpoint) { try Party.hear(on: media) }

  static func hear(on socket: UDPSocket) throws -> (bytes: [UInt8], source: IPEndpoint) {
    try #require(try hear(on: socket, within: 10_000), "nothing to hear")
  }

  /// Nil when nothing came within so many milliseconds.
  static func hear(
    on socket: UDPSocket, within milliseconds: Int32
  ) throws -> (bytes: [UInt8], source: IPEndpoint)? {
    var request = pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&request, 1, milliseconds) == 1 else { return nil }
    var bytes = [UInt8](repeating: 0, count: 8_192)
    let (count, source) = try #require(bytes.withUnsafeMutableBytes { socket.receive(into: $0) })
    return (Array(bytes[..<count]), source)
  }

  /// Whether nothing waits on the RTP socket. Ask after something later was heard elsewhere.
  var hearsNothing: Bool {
    var room = [UInt8](repeating: 0, count: 16)
    return room.withUnsafeMutableBytes { media.receive(into: $0) } == nil
  }
}

/// An even port and the one above it, free a moment ago, and nobody is given them by chance.
struct PortPair {
  let even: IPEndpoint
  let odd: IPEndpoint

  static func free(at address: String) throws -> PortPair {
    let ip = try #require(IPAddress(address))
    for _ in 0..<1_000 {
      let port = UnclaimedPorts.next()
      let pair = PortPair(even: IPEndpoint(ip, port: port), odd: IPEndpoint(ip, port: port + 1))
      if (try? UDPSocket(binding: pair.even)) != nil, (try? UDPSocket(binding: pair.odd)) != nil {
        return pair
      }
    }
    throw SystemError("find two ports at \(address)", code: EADDRINUSE)
  }
}

/// A socket that outlives the process that used it.
struct KeptSocket {
  private let socket: UDPSocket

  init(at endpoint: IPEndpoint) throws { socket = try UDPSocket(binding: endpoint) }

  /// A copy, as an heir gets it.
  func handOver() -> Int32 { dup(socket.descriptor) }
}

/// A running media plane with one session between two parties.
final class RelayedCall {
  let plane: MediaPlane
  let relayA: IPEndpoint
  let relayB: IPEndpoint
  let a: Party
  let b: Party
  let id: UInt64 = 1

  /// Unless told otherwise both session descriptions tell the truth.
  init(
    payloadTypes: PayloadTypes = .all, address: String = "127.0.0.1",
    silenceLimit: Duration = .seconds(120),
    onSilence: @escaping @Sendable (UInt64) -> Void = { _ in },
    expectedA: (Party) -> IPEndpoint? = { $0.media.local },
    expectedB: (Party) -> IPEndpoint? = { $0.media.local }
  ) throws {
    plane = try MediaPlane(
      threads: 2, silenceLimit: silenceLimit, log: Logger(label: "test"))
    plane.onSilence(onSilence)
    plane.start()
    a = try Party(at: address, ssrc: 1)
    b = try Party(at: address, ssrc: 2)
    relayA = try PortPair.free(at: address).even
    relayB = try PortPair.free(at: address).even
    try plane.open(
      RelaySession(
        id: id, localA: relayA, localB: relayB, expectedA: expectedA(a), expectedB: expectedB(b),
        payloadTypes: payloadTypes))
  }

  deinit { plane.stop() }

  /// Both sides' sources are known to the relay.
  func introduce() throws {
    try converse(from: a, to: b, by: relayA)
    try converse(from: b, to: a, by: relayB)
  }

  private func converse(from speaker: Party, to listener: Party, by relay: IPEndpoint) throws {
    let said = speaker.say([1], to: relay)
    let heard = try listener.hear().bytes
    try #require(said == heard)
  }

  func statistics() async throws -> RelayStatistics { try #require(await plane.statistics(of: id)) }

  /// Closes the session and waits for its end.
  func close() async -> RelayStatistics? {
    await withCheckedContinuation { continuation in
      plane.close(id) { continuation.resume(returning: $0) }
    }
  }
}
