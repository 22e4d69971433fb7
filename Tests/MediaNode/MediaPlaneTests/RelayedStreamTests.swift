import Epoll
import Logging
import MediaPlane
import NodeContract
import RTP
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(2))) struct RelayedStreamTests {
  private func bytes(_ words: [UInt32]) -> [UInt8] {
    words.flatMap { word in
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> UInt32($0)) }
    }
  }

  @Test func whatOnePartyLeftIsNotCountedForTheNext() async throws {
    let call = try RelayedCall()
    try call.introduce()
    call.a.skip(3)
    call.a.say([1], to: call.relayA)
    _ = try call.b.hear()
    let first = try #require(await call.measured(.a))
    #expect(first.packets == 2 && first.lost == 3 && first.meanOpinionScore != nil)
    let said = call.a.say([2], to: call.relayA)
    #expect(try call.b.hear().bytes == said)
    let second = try #require(await call.measured(.a))
    #expect(second.packets == 1 && second.lost == 0 && second.source == call.a.media.local)
    #expect(try #require(await call.measured(.b)).packets == 1)
    _ = await call.close()
    #expect(await call.measured(.a) == nil)
  }

  @Test func aPhoneWhoseNATReboundIsFollowedOnceItsOldPlaceIsSilent() async throws {
    let call = try RelayedCall()
    try call.introduce()
    try call.a.rebind()
    // Until then each of its packets is a stranger's.
    var (tries, heard) = (0, [UInt8]())
    let deadline = MachineClock.boot().advanced(by: .seconds(20))
    while heard.isEmpty, MachineClock.boot() < deadline {
      tries += 1
      let said = call.a.say([7], to: call.relayA)
      heard = try Party.hear(on: call.b.media, within: 20)?.bytes ?? []
      #expect(heard.isEmpty || heard == said)
    }
    #expect(tries > 10)
    let answer = call.b.say([8], to: call.relayB)
    #expect(try call.a.hear().bytes == answer)
    #expect(try await call.statistics().a.strangers == UInt64(tries - 1))
  }

  @Test func reportsComeByThePortOfSpeechToWhoSendsThemThere() async throws {
    let call = try RelayedCall()
    try call.introduce()
    let report = bytes([0x80C9_0001, 1])
    call.a.media.send(report, to: call.relayA)
    #expect(try Party.hear(on: call.b.control).bytes == report)
    let port = IPEndpoint(call.relayB.address, port: call.relayB.port + 1)
    call.b.control.send(report, to: port)
    let heard = try call.a.hear()
    #expect(heard.bytes == report && heard.source == call.relayA)
    #expect(try await call.statistics().a.controlPackets == 1)
  }

  @Test func aStrangersReportAtThePortOfSpeechIsDropped() async throws {
    let call = try RelayedCall()
    let stranger = try Party()
    stranger.media.send(bytes([0x80C9_0001, 1]), to: call.relayA)
    try call.introduce()
    stranger.media.send(bytes([0x80C9_0001, 1]), to: call.relayA)
    try call.introduce()
    #expect(try await call.statistics().a.strangers == 2)
    #expect(try await call.statistics().a.source == call.a.media.local)
  }

  @Test func theRoundTripToAPartyIsKnownFromItsReports() async throws {
    let call = try RelayedCall()
    try call.introduce()
    let toB = IPEndpoint(call.relayB.address, port: call.relayB.port + 1)
    let toA = IPEndpoint(call.relayA.address, port: call.relayA.port + 1)
    call.a.control.send(bytes([0x80C8_0006, 1, 9, 0x1234 << 16, 0, 1, 160]), to: toA)
    _ = try Party.hear(on: call.b.control)
    let block: [UInt32] = [1, 128 << 24, 1, 0, 9 << 16 | 0x1234, 0]
    call.b.control.send(bytes([0x81C9_0007, 2] + block), to: toB)
    _ = try Party.hear(on: call.a.control)
    let b = try await call.statistics().b
    #expect(try #require(b.roundTrip) > .zero && b.roundTrip! < .seconds(10))
    #expect(b.lossHeard == 0.5)
    #expect(try await call.statistics().a.roundTrip == nil)
  }

  @Test func aCallWithoutLossIsGoodToHear() async throws {
    let call = try RelayedCall()
    try call.introduce()
    #expect(try #require(try await call.statistics().a.meanOpinionScore) > 4.3)
    call.a.skip(1)
    call.a.say([1], to: call.relayA)
    _ = try call.b.hear()
    #expect(try #require(try await call.statistics().a.meanOpinionScore) < 3)
  }

  @Test func aSessionThatIsSilentOnBothSidesIsReportedUntilSomebodySpeaks() async throws {
    let reports = SilenceReports()
    let call = try RelayedCall(silenceLimit: .milliseconds(200), onSilence: reports.note)
    try call.introduce()
    let begun = MachineClock.boot()
    let id = await reports.next()
    #expect(id == call.id && begun.duration(to: MachineClock.boot()) >= .milliseconds(150))
    #expect(await reports.next() == call.id)
  }
}

/// What a media plane said of silent sessions.
final class SilenceReports: Sendable {
  private let (stream, continuation) = AsyncStream<UInt64>.makeStream()

  @Sendable func note(_ id: UInt64) { continuation.yield(id) }

  func next() async -> UInt64? { await stream.first { _ in true } }
}

@Suite(.timeLimit(.minutes(2))) struct RelayTakeoverTests {
  @Test(arguments: ["127.0.0.1", "::1"])
  func aCheckpointReadsAsItWasWrittenAndNoPartOfItDoes(address: String) async throws {
    let call = try RelayedCall(payloadTypes: [0, 8, 101], address: address)
    try call.introduce()
    let checkpoint = try #require(await call.plane.checkpoint(of: call.id))
    let bytes = checkpoint.bytes
    #expect(RelayCheckpoint(bytes) == checkpoint)
    for count in 0..<bytes.count { #expect(RelayCheckpoint(bytes[..<count]) == nil) }
    #expect(RelayCheckpoint(bytes + [0]) == nil)
  }

  @Test func anotherMediaPlaneCarriesTheStreamOnAtTheSamePorts() async throws {
    let call = try RelayedCall(expectedA: { _ in IPEndpoint("127.0.99.99:4000") })
    try call.introduce()
    let checkpoint = try #require(await call.plane.checkpoint(of: call.id))
    _ = await call.close()

    let heir = try MediaPlane(log: Logger(label: "heir"))
    heir.start()
    defer { heir.stop() }
    try heir.restore(try #require(RelayCheckpoint(checkpoint.bytes)))
    _ = await heir.statistics(of: call.id)
    let stranger = try Party()
    stranger.say([66], to: call.relayA)
    // B speaks first: the heir knows where A is behind its NAT.
    let fromB = call.b.say([1], to: call.relayB)
    let heard = try call.a.hear()
    #expect(heard.bytes == fromB && heard.source == call.relayA)
    let fromA = call.a.say([2], to: call.relayA)
    #expect(try call.b.hear().bytes == fromA)
    #expect(await heir.statistics(of: call.id)?.a.strangers == 1)
  }

  @Test func whatWaitedInKeptSocketsIsRelayedByTheNextProcess() async throws {
    let call = try RelayedCall()
    try call.introduce()
    let checkpoint = try #require(await call.plane.checkpoint(of: call.id))
    _ = await call.close()
    let kept = try [0, 1].flatMap { offset in
      try [call.relayA, call.relayB].map {
        try KeptSocket(at: IPEndpoint($0.address, port: $0.port + UInt16(offset)))
      }
    }
    let said = call.a.say([9], to: call.relayA)

    let heir = try MediaPlane(log: Logger(label: "heir"))
    heir.start()
    defer { heir.stop() }
    try heir.restore(checkpoint, adopting: kept.map { $0.handOver() })
    #expect(try call.b.hear().bytes == said)
  }

  @Test func socketsOfOtherPortsAreRefused() async throws {
    let call = try RelayedCall()
    let checkpoint = try #require(await call.plane.checkpoint(of: call.id))
    let others = try (0..<4).map { _ in try KeptSocket(at: IPEndpoint("127.0.0.1:0")!) }
    #expect(throws: SystemError.self) {
      try call.plane.restore(checkpoint, adopting: others.map { $0.handOver() })
    }
  }
}

extension RelayedCall {
  fileprivate func measured(_ side: RelaySide) async -> RelayStatistics.Side? {
    await withCheckedContinuation { continuation in
      plane.measure(id, side: side) { continuation.resume(returning: $0) }
    }
  }
}
