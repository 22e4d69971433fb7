import Epoll
import Glibc
import NodeContract
import Testing

private func endpoint(_ text: String) throws -> IPEndpoint { try #require(IPEndpoint(text)) }

/// Waits until `descriptor` is readable or writable, at most so many milliseconds.
private func isReady(
  _ descriptor: Int32, for events: Int32, within limit: Int32 = 5_000
) -> Bool {
  var request = pollfd(fd: descriptor, events: Int16(events), revents: 0)
  return poll(&request, 1, limit) == 1
}

private func receive(on socket: UDPSocket, roomFor size: Int = 2_048) -> ([UInt8], IPEndpoint)? {
  guard isReady(socket.descriptor, for: POLLIN) else { return nil }
  var bytes = [UInt8](repeating: 0, count: size)
  guard let (count, source) = bytes.withUnsafeMutableBytes({ socket.receive(into: $0) }) else {
    return nil
  }
  return (Array(bytes[..<count]), source)
}

@Suite struct SocketTests {
  @Test(arguments: ["127.0.0.1:0", "[::1]:0"])
  func aDatagramArrivesWithItsSource(address: String) throws {
    let left = try UDPSocket(binding: endpoint(address))
    let right = try UDPSocket(binding: endpoint(address))
    #expect(left.send([1, 2, 3], to: right.local))
    let (bytes, source) = try #require(receive(on: right))
    #expect(bytes == [1, 2, 3])
    #expect(source == left.local)
  }

  @Test(arguments: [
    "0.0.0.0:0", "127.0.1.1:5060", "255.255.255.255:65535", "[::]:1", "[2001:db8::1:2]:5061",
  ])
  func anEndpointSurvivesTheKernelsForm(text: String) throws {
    #expect(SocketAddress(try endpoint(text)).endpoint == (try endpoint(text)))
  }

  @Test func aSocketTellsHowLongADatagramHadWaited() throws {
    let left = try UDPSocket(binding: endpoint("127.0.0.1:0"))
    let right = try UDPSocket(binding: endpoint("127.0.0.1:0"))
    var longest = Duration.zero
    // The kernel begins to note arrivals some time after it was asked for one.
    for _ in 0..<100 where longest < .milliseconds(9) {
      let sent = MachineClock.boot()
      #expect(left.send([1], to: right.local))
      #expect(!isReady(left.descriptor, for: POLLIN, within: 10))
      _ = try #require(receive(on: right))
      longest = right.waitOfLastDatagram() ?? .zero
      #expect(longest <= sent.duration(to: MachineClock.boot()) + .milliseconds(5))
    }
    #expect(longest >= .milliseconds(9))
  }

  @Test(arguments: ["127.0.0.1:0", "[::1]:0"])
  func whatCouldNotBeDeliveredComesBackAndHindersNothingElse(address: String) throws {
    var closed: UDPSocket? = try UDPSocket(binding: endpoint(address))
    let nobody = try #require(closed?.local)
    closed = nil
    let socket = try UDPSocket(binding: endpoint(address))
    socket.keepUndelivered()
    #expect(socket.send([1, 2, 3], to: nobody))
    #expect(isReady(socket.descriptor, for: POLLERR))
    let other = try UDPSocket(binding: endpoint(address))
    #expect(socket.send([4], to: other.local))
    #expect(receive(on: other)?.0 == [4])
    var bytes = [UInt8](repeating: 0, count: 64)
    let (count, destination) = try #require(
      bytes.withUnsafeMutableBytes { socket.takeUndelivered(into: $0) })
    #expect(bytes[..<count] == [1, 2, 3])
    #expect(destination == nobody)
    #expect(bytes.withUnsafeMutableBytes { socket.takeUndelivered(into: $0) } == nil)
  }

  @Test func aTakenPortIsAnErrorThatSaysSo() throws {
    let first = try UDPSocket(binding: endpoint("127.0.0.1:0"))
    let error = #expect(throws: SystemError.self) { try UDPSocket(binding: first.local) }
    #expect(error?.isAddressInUse == true)
    #expect(error?.description.contains("\(first.local)") == true)
  }

  @Test func aClosedSocketGivesItsPortBack() throws {
    var first: UDPSocket? = try UDPSocket(binding: endpoint("127.0.0.1:0"))
    let local = try #require(first?.local)
    first = nil
    #expect(try UDPSocket(binding: local).local == local)
  }

  @Test func anInheritedSocketKeepsItsAddressAndBecomesNonBlocking() throws {
    let original = try UDPSocket(binding: endpoint("127.0.0.1:0"))
    let copy = dup(original.descriptor)
    #expect(fcntl(copy, F_SETFL, 0) == 0)
    let adopted = try UDPSocket(adopting: copy)
    #expect(adopted.local == original.local)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 16, alignment: 1)
    defer { buffer.deallocate() }
    #expect(adopted.receive(into: buffer) == nil)
  }

  @Test func aDatagramTooLongForTheBufferIsDroppedWhole() throws {
    let socket = try UDPSocket(binding: endpoint("127.0.0.1:0"))
    socket.send([UInt8](repeating: 7, count: 100), to: socket.local)
    socket.send([1], to: socket.local)
    let (bytes, _) = try #require(receive(on: socket, roomFor: 50))
    #expect(bytes == [1])
  }

  @Test func anEmptyDatagramIsADatagram() throws {
    let socket = try UDPSocket(binding: endpoint("127.0.0.1:0"))
    socket.send([], to: socket.local)
    #expect(try #require(receive(on: socket)).0 == [])
  }

  @Test func aPortWhereNobodyListensDoesNotSilenceTheSocket() throws {
    let socket = try UDPSocket(binding: endpoint("127.0.0.1:0"))
    var gone: UDPSocket? = try UDPSocket(binding: endpoint("127.0.0.1:0"))
    let nobody = try #require(gone?.local)
    gone = nil
    socket.send([1], to: nobody)
    socket.send([2], to: nobody)
    #expect(socket.send([3], to: socket.local))
    #expect(try #require(receive(on: socket)).0 == [3])
  }

  @Test func aReceiveBufferGrowsToWhatTheSystemAllows() throws {
    func size(of socket: UDPSocket) -> Int32 {
      var value: Int32 = 0
      var length = socklen_t(4)
      getsockopt(socket.descriptor, SOL_SOCKET, SO_RCVBUF, &value, &length)
      return value
    }
    let plain = try UDPSocket(binding: endpoint("127.0.0.1:0"), receiveBufferBytes: 4_096)
    let large = try UDPSocket(binding: endpoint("127.0.0.1:0"), receiveBufferBytes: 100_000)
    #expect(size(of: large) > size(of: plain))
  }

  @Test func aRefusedConnectionSaysWhy() throws {
    var gone: UDPSocket? = try UDPSocket(binding: endpoint("127.0.0.1:0"))
    let nobody = try #require(gone?.local)
    gone = nil
    let stream = try TCPStream(connectingTo: nobody)
    #expect(isReady(stream.descriptor, for: POLLOUT))
    let error = #expect(throws: SystemError.self) { try stream.finishConnecting() }
    #expect(error?.code == ECONNREFUSED)
  }

  @Test func aConnectionMovesBytesAndSeesItsEnd() throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(listener) }
    let address = SocketAddress(try endpoint("127.0.0.1:0"))
    #expect(address.withPointer { Int(bind(listener, $0, $1)) } == 0)
    #expect(listen(listener, 1) == 0)
    var bound = SocketAddress()
    _ = bound.withMutablePointer { Int(getsockname(listener, $0, $1)) }

    let stream = try TCPStream(connectingTo: try #require(bound.endpoint))
    #expect(isReady(stream.descriptor, for: POLLOUT))
    try stream.finishConnecting()
    let peer = accept(listener, nil, nil)
    var room = [UInt8](repeating: 0, count: 16)
    #expect(room.withUnsafeMutableBytes { stream.read(into: $0) } == .wouldBlock)
    #expect([UInt8]([5, 6]).withUnsafeBytes { stream.write($0) } == .moved(2))
    #expect(recv(peer, &room, 16, 0) == 2)
    #expect(send(peer, [9, 9, 9], 3, 0) == 3)
    #expect(isReady(stream.descriptor, for: POLLIN))
    #expect(room.withUnsafeMutableBytes { stream.read(into: $0) } == .moved(3))
    close(peer)
    #expect(isReady(stream.descriptor, for: POLLIN))
    #expect(room.withUnsafeMutableBytes { stream.read(into: $0) } == .ended)
  }

  @Test func theKeepersListOfDescriptorsIsRead() throws {
    let sockets = InheritedSocket.parse("udp:127.0.1.1:5060=3,udp:[::1]:5060=4")
    #expect(
      sockets == [
        InheritedSocket(transport: "udp", local: try endpoint("127.0.1.1:5060"), descriptor: 3),
        InheritedSocket(transport: "udp", local: try endpoint("[::1]:5060"), descriptor: 4),
      ])
  }

  @Test(arguments: ["udp", "udp:127.0.0.1:5060", "udp:127.0.0.1=3", "=:", "udp:127.0.0.1:5060=-1"])
  func aMangledListOfDescriptorsIsRefused(text: String) {
    #expect(InheritedSocket.parse(text) == nil)
  }

  @Test func theBootClockRunsForwardAndTheBootHasAName() throws {
    let first = MachineClock.boot()
    #expect(MachineClock.boot() >= first)
    #expect(MachineClock.wall().milliseconds > 1_700_000_000_000)
    #expect(try MachineClock.bootID() == MachineClock.bootID())
  }

  /// Which groups of this machine may ask for echoes.
  private static let mayAsk: Bool = {
    guard let file = fopen("/proc/sys/net/ipv4/ping_group_range", "r") else { return false }
    defer { fclose(file) }
    var text = [CChar](repeating: 0, count: 64)
    guard fgets(&text, 64, file) != nil else { return false }
    let bytes = text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
    let range = String(decoding: bytes, as: UTF8.self).split { !$0.isNumber }
    guard range.count == 2, let first = UInt32(range[0]), let last = UInt32(range[1]) else {
      return false
    }
    return first <= getegid() && getegid() <= last
  }()

  @Test(
    .enabled(if: mayAsk, "net.ipv4.ping_group_range allows it to nobody here"),
    arguments: ["127.0.0.1", "::1"])
  func aHostAnswersWhatItWasAskedAndOnlyToWhomAsked(host: String) throws {
    let address = try #require(IPAddress(host))
    let asking = try EchoSocket(from: address)
    let other = try EchoSocket(from: address)
    #expect(asking.answer() == nil)
    #expect(asking.ask(address, [1, 2, 3]))
    #expect(isReady(asking.descriptor, for: POLLIN))
    let answer = try #require(asking.answer())
    #expect(answer.question == [1, 2, 3] && answer.host == address)
    #expect(asking.answer() == nil && other.answer() == nil)
  }

  @Test func nobodyAsksFromAnAddressThatIsNotHere() throws {
    #expect(throws: SystemError.self) { try EchoSocket(from: #require(IPAddress("192.0.2.1"))) }
  }
}
