import ArgumentParser
import CAllocationCount
import Epoll
import Glibc
import Logging
import MediaPlane
import NodeContract
import RTP

/// Counts what the relay's thread allocates while it relays packets, and, so that a count that counts
/// nothing would show, while it opens a session.
@main
struct BenchmarkAllocations: AsyncParsableCommand {
  @Option(help: "Packets to be relayed.")
  var packets = 100_000

  func run() async throws {
    let plane = try MediaPlane(log: Logger(label: "allocations"))
    plane.start()
    defer { plane.stop() }
    var call = try RelayedPair(plane, id: 1)
    try call.relay(1_000)

    let relayed = try Self.counted { try call.relay(packets) }
    let opened = try await Self.counted(opening: 2, in: plane)
    print("packets \(packets)")
    print("allocations while they were relayed \(relayed)")
    print("allocations while a session was opened \(opened)")
  }

  private static func counted(_ body: () throws -> Void) throws -> UInt64 {
    let name = strdup("relay-")
    allocation_count_begin(name)
    let result = Result(catching: body)
    let count = allocation_count_end()
    try result.get()
    return count
  }

  private static func counted(opening id: UInt64, in plane: MediaPlane) async throws -> UInt64 {
    let name = strdup("relay-")
    allocation_count_begin(name)
    _ = try RelayedPair(plane, id: id)
    _ = await plane.statistics(of: id)
    return allocation_count_end()
  }
}

/// Two parties of a session who send each other packets, one at a time.
struct RelayedPair {
  private let sockets: [UDPSocket]
  private let relays: [IPEndpoint]
  private var packet: [UInt8]
  private var room = [UInt8](repeating: 0, count: 2_048)
  private var sequence: UInt16 = 0

  struct Lost: Error {}

  init(_ plane: MediaPlane, id: UInt64) throws {
    let here = IPAddress.v4(0x7F00_0001)
    sockets = try (0..<2).map { _ in try UDPSocket(binding: IPEndpoint(here, port: 0)) }
    // Below the ports that the kernel gives to whoever asks for any.
    let first = UInt16(12_000 + 4 * id)
    relays = [IPEndpoint(here, port: first), IPEndpoint(here, port: first + 2)]
    packet = RTPHeader(payloadType: 0, sequence: 0, timestamp: 0, ssrc: 7)
      .packet(with: [UInt8](repeating: 0xFF, count: 160))
    try plane.open(
      RelaySession(
        id: id, localA: relays[0], localB: relays[1], expectedA: sockets[0].local,
        expectedB: sockets[1].local))
  }

  /// To one party and to the other in turn.
  mutating func relay(_ count: Int) throws {
    for number in 0..<count {
      let side = number & 1
      if side == 0 { sequence &+= 1 }
      packet[2] = UInt8(sequence >> 8)
      packet[3] = UInt8(truncatingIfNeeded: sequence)
      packet[11] = UInt8(side)
      sockets[side].send(packet, to: relays[side])
      try receive(on: sockets[1 - side])
    }
  }

  private mutating func receive(on socket: UDPSocket) throws {
    var request = pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&request, 1, 5_000) == 1,
      room.withUnsafeMutableBytes({ socket.receive(into: $0) }) != nil
    else { throw Lost() }
  }
}
