import Epoll
import Glibc
import Logging
import MediaPlane
import NodeContract
import RTP
import Testing

private func noise(_ count: Int, seed: UInt64) -> [UInt8] {
  var state = seed
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return UInt8(truncatingIfNeeded: state >> 33)
  }
}

private let report: [UInt8] = [0x80, 201, 0, 1, 1, 2, 3, 4]

@Suite(.timeLimit(.minutes(2))) struct RelayTests {
  @Test(arguments: ["127.0.0.1", "::1"])
  func everyBitOfBothDirectionsArrivesFromTheAddressThatThePartyWasTold(address: String) throws {
    let call = try RelayedCall(address: address)
    for number in 0..<200 {
      let fromA = call.a.say(noise(160 + number, seed: UInt64(number)), to: call.relayA)
      let heardByB = try call.b.hear()
      #expect(heardByB.bytes == fromA && heardByB.source == call.relayB)
      let fromB = call.b.say(noise(number, seed: UInt64(number) + 1_000), to: call.relayB)
      let heardByA = try call.a.hear()
      #expect(heardByA.bytes == fromB && heardByA.source == call.relayA)
    }
    #expect(call.plane.packetsRelayed >= 399)
  }

  @Test func aPartyBehindANATIsAnsweredWhereItsPacketsComeFrom() throws {
    let call = try RelayedCall(expectedA: { _ in IPEndpoint("127.0.99.99:4000") })
    call.a.say([1], to: call.relayA)
    _ = try call.b.hear()
    let bytes = call.b.say([2], to: call.relayB)
    #expect(try call.a.hear().bytes == bytes)
  }

  @Test func aPartyThatOnlyListensHearsAtItsAnnouncedAddress() throws {
    let call = try RelayedCall()
    let bytes = call.a.say([1], to: call.relayA)
    #expect(try call.b.hear().bytes == bytes)
  }

  @Test func aPacketBeforeAnAddressIsKnownIsLostAndCounted() async throws {
    let call = try RelayedCall(expectedB: { _ in nil })
    // An answer shows that the relay is open; from then on packets come before later orders.
    _ = try await call.statistics()
    call.a.say([1], to: call.relayA)
    #expect(try await call.statistics().a.undelivered == 1)
    call.b.say([2], to: call.relayB)
    _ = try call.a.hear()
    let bytes = call.a.say([3], to: call.relayA)
    #expect(try call.b.hear().bytes == bytes)
  }

  @Test(arguments: [RelaySide.a, .b])
  func aStrangerIsNotHeardAndCannotStealAStream(side: RelaySide) async throws {
    let call = try RelayedCall()
    try call.introduce()
    let (victim, other) = side == .a ? (call.a, call.b) : (call.b, call.a)
    let (port, otherPort) =
      side == .a ? (call.relayA, call.relayB) : (call.relayB, call.relayA)
    let stranger = try Party(ssrc: side == .a ? 1 : 2)
    for _ in 0..<20 { stranger.say([66], to: port) }

    let real = victim.say([10], to: port)
    #expect(try other.hear().bytes == real)
    let answer = other.say([11], to: otherPort)
    #expect(try victim.hear().bytes == answer)
    #expect(stranger.hearsNothing)
    let statistics = try await call.statistics()
    #expect((side == .a ? statistics.a : statistics.b).strangers == 20)
  }

  @Test func garbageIsNeitherRelayedNorTakenForAParty() async throws {
    let call = try RelayedCall(payloadTypes: [0, 8, 101])
    let stranger = try Party()
    let packet = stranger.packet(noise(160, seed: 1))
    var garbage: [[UInt8]] = (0..<12).map { Array(packet[..<$0]) }
    garbage += [[0x40] + packet[1...], [0xC0] + packet[1...], [0x9F] + packet[1..<20]]
    garbage += [stranger.packet([1], type: 9), Array("OPTIONS sip:a SIP/2.0\r\n\r\n".utf8)]
    garbage.append(stranger.packet(noise(5_000, seed: 2)))
    for datagram in garbage { stranger.media.send(datagram, to: call.relayA) }
    try call.introduce()
    #expect(call.b.hearsNothing && stranger.hearsNothing)
    let statistics = try await call.statistics()
    #expect(statistics.a.garbage == UInt64(garbage.count))
    #expect(statistics.a.packets == 1 && statistics.a.source == call.a.media.local)
  }

  @Test func randomDatagramsDisturbNothing() throws {
    let call = try RelayedCall(payloadTypes: [0])
    try call.introduce()
    let stranger = try Party()
    for seed in 0..<500 as Range<UInt64> {
      let bytes = noise(Int(seed % 200), seed: seed)
      stranger.media.send(bytes, to: call.relayA)
      stranger.media.send(bytes, to: call.relayB)
      stranger.media.send(bytes, to: try #require(IPEndpoint("127.0.0.1:\(call.relayA.port + 1)")))
    }
    try call.introduce()
    #expect(call.a.hearsNothing && call.b.hearsNothing)
  }

  @Test func reportsTravelOnePortAbove() async throws {
    let call = try RelayedCall()
    try call.introduce()
    let port = try #require(IPEndpoint("127.0.0.1:\(call.relayA.port + 1)"))
    call.a.control.send(report, to: port)
    let heard = try Party.hear(on: call.b.control)
    #expect(heard.bytes == report && heard.source.port == call.relayB.port + 1)
    #expect(try await call.statistics().a.controlPackets == 1)
  }

  @Test func aReportFromAnotherAddressThanTheSpeechIsAStrangers() async throws {
    let call = try RelayedCall()
    try call.introduce()
    let stranger = try Party(at: "127.0.0.9")
    let port = try #require(IPEndpoint("127.0.0.1:\(call.relayA.port + 1)"))
    stranger.control.send(report, to: port)
    call.a.control.send(report, to: port)
    _ = try Party.hear(on: call.b.control)
    let statistics = try await call.statistics()
    #expect(statistics.a.controlPackets == 1 && statistics.a.strangers == 1)
  }

  @Test func aPartyThatMovesIsFollowedAndItsLatePacketsDoNotHoldItBack() async throws {
    let call = try RelayedCall()
    try call.introduce()
    let moved = try Party(ssrc: 3)
    call.plane.direct(call.id, side: .a, to: moved.media.local)
    _ = try await call.statistics()
    for _ in 0..<5 { call.a.say([66], to: call.relayA) }
    let toNewPlace = call.b.say([1], to: call.relayB)
    #expect(try moved.hear().bytes == toNewPlace)
    let fromNewPlace = moved.say([2], to: call.relayA)
    #expect(try call.b.hear().bytes == fromNewPlace)
    #expect(call.a.hearsNothing)
  }

  @Test func aPartyThatAnnouncesAnotherAddressButStaysIsHeardAgainSoon() throws {
    let call = try RelayedCall()
    try call.introduce()
    call.plane.direct(call.id, side: .a, to: try #require(IPEndpoint("127.0.99.99:4000")))
    for number in 0..<30 as Range<UInt8> { call.a.say([number], to: call.relayA) }
    let last = call.a.say([99], to: call.relayA)
    while try call.b.hear().bytes != last {}
    let answer = call.b.say([100], to: call.relayB)
    #expect(try call.a.hear().bytes == answer)
  }

  @Test func theSameAnnouncementAgainChangesNothing() async throws {
    let call = try RelayedCall(expectedA: { _ in IPEndpoint("127.0.99.99:4000") })
    call.a.say([1], to: call.relayA)
    _ = try call.b.hear()
    call.plane.direct(call.id, side: .a, to: try #require(IPEndpoint("127.0.99.99:4000")))
    let answer = call.b.say([2], to: call.relayB)
    #expect(try call.a.hear().bytes == answer)
    #expect(try await call.statistics().a.source == call.a.media.local)
  }

  @Test func statisticsCountWhatCameAndWhatIsMissing() async throws {
    let call = try RelayedCall()
    try call.introduce()
    call.a.skip(3)
    for _ in 0..<9 {
      call.a.say(noise(160, seed: 1), to: call.relayA)
      _ = try call.b.hear()
    }
    let before = MachineClock.boot()
    let a = try await call.statistics().a
    #expect(a.packets == 10 && a.bytes == 9 * 172 + 13 && a.lost == 3)
    #expect(a.source == call.a.media.local)
    #expect(try #require(a.lastPacket) <= before)
  }

  @Test func aTakenPortIsTheCallersErrorAndLeavesNothingOpen() throws {
    let call = try RelayedCall()
    let free = try PortPair.free(at: "127.0.0.1").even
    let error = #expect(throws: SystemError.self) {
      try call.plane.open(RelaySession(id: 2, localA: free, localB: call.relayB))
    }
    #expect(error?.isAddressInUse == true)
    #expect(throws: Never.self) { try UDPSocket(binding: free) }
    #expect(throws: SystemError.self) {
      try call.plane.open(
        RelaySession(
          id: 3, localA: free, localB: IPEndpoint(free.address, port: .max)))
    }
    try call.introduce()
  }

  @Test func aClosedSessionFreesItsPortsAndTellsWhatItRelayed() async throws {
    let call = try RelayedCall()
    try call.introduce()
    let statistics = await call.close()
    #expect(statistics?.a.packets == 1 && statistics?.b.packets == 1)
    for port in [call.relayA, call.relayB] {
      for offset in 0...1 as ClosedRange<UInt16> {
        #expect(throws: Never.self) {
          try UDPSocket(binding: IPEndpoint(port.address, port: port.port + offset))
        }
      }
    }
    #expect(await call.close() == nil)
    #expect(await call.plane.statistics(of: call.id) == nil)
    call.plane.direct(call.id, side: .a, to: call.relayB)
  }

  @Test func fiveHundredSessionsComeAndGoWithoutLeakingADescriptor() async throws {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    limit.rlim_cur = min(limit.rlim_max, 65_536)
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    let plane = try MediaPlane(threads: 2, log: Logger(label: "test"))
    plane.start()
    defer { plane.stop() }
    let address = try #require(IPAddress("127.66.0.1"))
    func port(_ number: UInt64) -> IPEndpoint {
      IPEndpoint(address, port: 20_000 + UInt16(number) * 2)
    }
    for round in 0..<2 as Range<UInt64> {
      for id in 0..<500 as Range<UInt64> {
        try plane.open(
          RelaySession(
            id: round * 1_000 + id, localA: port(id * 2), localB: port(id * 2 + 1)))
      }
      #expect(await plane.statistics(of: round * 1_000 + 499) != nil)
      #expect(openSockets(at: address) == 2_000)
      await withTaskGroup { group in
        for id in 0..<500 as Range<UInt64> {
          group.addTask {
            await withCheckedContinuation { done in
              plane.close(round * 1_000 + id) { _ in done.resume() }
            }
          }
        }
      }
      #expect(openSockets(at: address) == 0)
    }
  }

  /// Sockets of this process at an address that only one test uses.
  private func openSockets(at address: IPAddress) -> Int {
    (0..<65_536 as Range<Int32>).count { descriptor in
      var form = SocketAddress()
      return form.withMutablePointer { Int(getsockname(descriptor, $0, $1)) } == 0
        && form.endpoint?.address == address
    }
  }

  @Test func aStoppedPlaneHoldsNoPorts() throws {
    let plane = try MediaPlane(log: Logger(label: "test"))
    plane.start()
    let pairs = try (0..<2).map { _ in try PortPair.free(at: "127.66.0.2").even }
    try #require(pairs[0] != pairs[1])
    try plane.open(RelaySession(id: 1, localA: pairs[0], localB: pairs[1]))
    #expect(throws: SystemError.self) { try UDPSocket(binding: pairs[0]) }
    plane.stop()
    #expect(throws: Never.self) { try UDPSocket(binding: pairs[0]) }
  }
}
