import Epoll
import Glibc
import Logging
import MediaPlane
import NodeContract
import Testing

/// Parties whom the kernel knows after a while, and who move all the same.
@Suite(.timeLimit(.minutes(2))) struct KnownPartyTests {
  /// Both have talked for half a second.
  private func acquaintance() throws -> RelayedCall {
    let call = try RelayedCall()
    for _ in 0..<25 { try call.introduce() }
    return call
  }

  @Test func theKernelKeepsStrangersFromAPartyThatTalks() async throws {
    let call = try acquaintance()
    let stranger = try Party(ssrc: 1)
    for _ in 0..<20 { stranger.say([66], to: call.relayA) }
    try call.introduce()
    #expect(stranger.hearsNothing)
    #expect(try await call.statistics().a.strangers == 0)
  }

  @Test func itIsFollowedWhenItsNATRebinds() async throws {
    let call = try acquaintance()
    try call.a.rebind()
    var heard: [UInt8] = []
    let begun = MachineClock.boot()
    while heard.isEmpty, begun.duration(to: MachineClock.boot()) < .seconds(20) {
      call.a.say([7], to: call.relayA)
      heard = try Party.hear(on: call.b.media, within: 20)?.bytes ?? []
    }
    #expect(!heard.isEmpty)
    #expect(begun.duration(to: MachineClock.boot()) >= .milliseconds(450))
    let answer = call.b.say([8], to: call.relayB)
    #expect(try call.a.hear().bytes == answer)
  }

  @Test func itIsHeardAtOnceWhereItsNextDescriptionSays() async throws {
    let call = try acquaintance()
    try call.a.rebind()
    call.plane.direct(call.id, side: .a, to: call.a.media.local)
    _ = try await call.statistics()
    let said = call.a.say([7], to: call.relayA)
    #expect(try call.b.hear().bytes == said)
    let answer = call.b.say([8], to: call.relayB)
    #expect(try call.a.hear().bytes == answer)
  }

  @Test func itMayMoveAfterATakeoverWithKeptSockets() async throws {
    let call = try RelayedCall()
    let kept = try [0, 1].flatMap { offset in
      try [call.relayA, call.relayB].map {
        try KeptSocket(at: IPEndpoint($0.address, port: $0.port + UInt16(10 + offset)))
      }
    }
    // As the kernel knows it at a process' death.
    let place = SocketAddress(call.a.media.local)
    let first = kept[0].handOver()
    #expect(DatagramPeer.choose(place, for: first))
    var session = try #require(await call.plane.checkpoint(of: call.id)).session
    session.localA.port += 10
    session.localB.port += 10

    let heir = try MediaPlane(log: Logger(label: "heir"))
    heir.start()
    defer { heir.stop() }
    try heir.restore(
      RelayCheckpoint(session), adopting: [first] + kept[1...].map { $0.handOver() })
    _ = await heir.statistics(of: call.id)
    try call.a.rebind()
    let said = call.a.say([9], to: session.localA)
    #expect(try call.b.hear().bytes == said)
  }

  @Test func whatReachesNobodyForAWhileCostsNothingAfterwards() async throws {
    let call = try acquaintance()
    let place = call.a.media.local
    try call.a.rebind()
    // Its port is closed: the kernel says so each time.
    for _ in 0..<10 { call.b.say([1], to: call.relayB) }
    _ = try await call.statistics()
    let back = try UDPSocket(binding: place)
    call.b.say([2], to: call.relayB)
    let said = call.b.say([3], to: call.relayB)
    var heard: [UInt8] = []
    while let next = try Party.hear(on: back, within: 500) { heard = next.bytes }
    #expect(heard == said)
  }
}
