import Glibc
import NodeContract
import Testing

@testable import Epoll

/// Whether this process may take a socket away without a word, and speak for it afterwards.
private let mayRepair: Bool = {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  defer { close(descriptor) }
  let raw = socket(AF_INET, Int32(SOCK_RAW.rawValue), Int32(IPPROTO_TCP))
  defer { close(raw) }
  return raw >= 0 && SocketCalls.set(descriptor, Int32(IPPROTO_TCP), TCP_REPAIR, to: 1)
}()

@Suite struct TCPReminderTests {
  @Test func aSegmentsChecksumHolds() {
    let local = IPEndpoint(.v4(0xC000_0201), port: 5060)
    let peer = IPEndpoint(.v4(0xC000_0263), port: 40_000)
    let segment = TCPSegment.acknowledgement(from: local, to: peer, number: 0x0102_0304)
    #expect(segment.count == 20 && segment[13] == 0x10)
    #expect(Array(segment[0..<8]) == [0x13, 0xC4, 0x9C, 0x40, 1, 2, 3, 4])
    let header: [UInt8] = [192, 0, 2, 1, 192, 0, 2, 99, 0, 6, 0, 20]
    #expect(TCPSegment.checksum(header + segment) == 0)
  }

  @Test(
    "A peer whose connection's other end vanished without a word is reset when it is reminded",
    .enabled(if: mayRepair, "needs CAP_NET_ADMIN and CAP_NET_RAW"),
    arguments: [IPAddress.v4(0x7F00_0001), IPAddress.v6(0, 1)])
  func aPeerIsReset(host: IPAddress) throws {
    let listener = try TCPListener(binding: IPEndpoint(host, port: 0))
    let family = SocketAddress.family(of: listener.local)
    let client = socket(family, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(client) }
    let connected = SocketAddress(listener.local).withPointer { Int(connect(client, $0, $1)) }
    try #require(connected == 0)
    let peer = try SocketCalls.localEndpoint(of: client)
    var served = accept(listener.descriptor, nil, nil)
    for _ in 0..<100 where served < 0 {
      usleep(1_000)
      served = accept(listener.descriptor, nil, nil)
    }
    try #require(served >= 0)
    // As if its machine were gone: nothing is said of it.
    try #require(SocketCalls.set(served, Int32(IPPROTO_TCP), TCP_REPAIR, to: 1))
    close(served)
    var (byte, wanted) = (UInt8(0), pollfd(fd: client, events: Int16(POLLIN), revents: 0))
    #expect(poll(&wanted, 1, 50) == 0, "the peer cannot know")

    try TCPReminder().remind(peer, of: listener.local, number: 0x1234_5678)
    #expect(poll(&wanted, 1, 2_000) == 1)
    #expect(recv(client, &byte, 1, 0) == -1 && errno == ECONNRESET)
  }

  @Test func anAddressOfNobodyHereIsRefused() {
    #expect(throws: SystemError.self) {
      try TCPReminder().remind(
        IPEndpoint(.v4(0x7F00_0001), port: 9), of: IPEndpoint(.v4(0xC000_0201), port: 5060),
        number: 1)
    }
  }
}
