import Epoll
import Logging
import MediaPlane
import MediaSupport
import NodeContract
import RTP
import SRTP
import Testing

private func key(_ profile: SRTPProfile, _ seed: UInt8) -> SRTPKey {
  SRTPKey(profile, (0..<profile.keyLength).map { UInt8(truncatingIfNeeded: $0) &* 11 &+ seed })!
}

/// A phone that speaks SRTP, beside one that does not.
private final class ProtectedCall {
  let plane: MediaPlane
  let secure: Party
  let plain: Party
  let relayA: IPEndpoint
  let relayB: IPEndpoint
  let sender: SRTPStream
  let listener: SRTPStream

  init(_ profile: SRTPProfile, sequence: UInt16 = 65_530) throws {
    let keys = LegKeys(inbound: key(profile, 1), outbound: key(profile, 2))
    sender = try SRTPStream(.outbound, keys.inbound)
    listener = try SRTPStream(.inbound, keys.outbound)
    secure = try Party(ssrc: 1, sequence: sequence)
    plain = try Party(ssrc: 2, sequence: sequence)
    relayA = try PortPair.free(at: "127.0.0.1").even
    relayB = try PortPair.free(at: "127.0.0.1").even
    plane = try MediaPlane(log: Logger(label: "test"))
    plane.start()
    try plane.open(
      RelaySession(
        id: 1, localA: relayA, localB: relayB, expectedA: secure.media.local,
        expectedB: plain.media.local, transportA: LegTransport(.keys(keys))))
  }

  deinit { plane.stop() }

  /// One packet each way: what is heard is what was said.
  func converse() throws {
    let said = secure.packet([1, 2, 3])
    secure.media.send(try sender.sealed(said), to: relayA)
    #expect(try plain.hear().bytes == said)
    let answer = plain.say([4, 5, 6], to: relayB)
    let heard = try secure.hear().bytes
    #expect(heard != answer)
    #expect(try listener.opened(heard) == answer)
  }
}

@Suite(.timeLimit(.minutes(2))) struct ProtectedLegTests {
  @Test(arguments: SRTPProfile.allCases)
  func aProtectedPartyAndAPlainOneHearEachOther(profile: SRTPProfile) throws {
    let call = try ProtectedCall(profile)
    // Across the end of the sequence numbers.
    for _ in 0..<20 { try call.converse() }
  }

  @Test func whoDoesNotHaveTheKeyIsNeitherHeardNorLatchedOnto() async throws {
    let call = try ProtectedCall(.aesCounter128HMAC80)
    let stranger = try Party(ssrc: 1)
    stranger.say([66], to: call.relayA)
    let impostor = try SRTPStream(.outbound, key(.aesCounter128HMAC80, 9))
    stranger.media.send(try impostor.sealed(stranger.packet([66])), to: call.relayA)
    try call.converse()
    #expect(call.plain.hearsNothing)
    let a = try #require(await call.plane.statistics(of: 1)).a
    #expect(a.unproven == 2 && a.source == call.secure.media.local && a.packets == 1)
  }

  @Test func reportsAreOpenedAndSealedToo() throws {
    let call = try ProtectedCall(.aesGCM128)
    try call.converse()
    let report: [UInt8] = [0x80, 201, 0, 1, 0, 0, 0, 1]
    let above = IPEndpoint(call.relayA.address, port: call.relayA.port + 1)
    call.secure.control.send(try call.sender.sealed(report, isReport: true), to: above)
    #expect(try Party.hear(on: call.plain.control).bytes == report)
  }

  /// RFC 3711 section 3.3.1: the rollover counter is in no packet.
  @Test(arguments: SRTPProfile.allCases)
  func anotherProcessCarriesAProtectedStreamOnAfterItsNumbersBeganAgain(
    profile: SRTPProfile
  ) async throws {
    let call = try ProtectedCall(profile)
    for _ in 0..<20 { try call.converse() }
    let checkpoint = try #require(await call.plane.checkpoint(of: 1))
    #expect(RelayCheckpoint(checkpoint.bytes) == checkpoint)
    await withCheckedContinuation { done in call.plane.close(1) { _ in done.resume() } }
    try call.plane.restore(try #require(RelayCheckpoint(checkpoint.bytes)))
    for _ in 0..<20 { try call.converse() }
  }

  /// A number used twice would give two reports away; one that is far ahead is heard.
  @Test func afterATakeoverThePartyHearsReportsWithNumbersThatWereNeverUsed() async throws {
    let call = try ProtectedCall(.aesCounter128HMAC80)
    try call.converse()
    let before = try call.reportHeard()
    let checkpoint = try #require(await call.plane.checkpoint(of: 1))
    await withCheckedContinuation { done in call.plane.close(1) { _ in done.resume() } }
    try call.plane.restore(try #require(RelayCheckpoint(checkpoint.bytes)))
    try call.converse()
    let after = try call.reportHeard()
    #expect(before == 1 && after == 1 << 16 + 2)
  }
}

extension ProtectedCall {
  /// The plain party reports; the number of what the other hears.
  fileprivate func reportHeard() throws -> UInt32 {
    let report: [UInt8] = [0x80, 201, 0, 1, 0, 0, 0, 2]
    plain.control.send(report, to: IPEndpoint(relayB.address, port: relayB.port + 1))
    var heard = try Party.hear(on: secure.control).bytes
    let length = heard.count
    let number = heard.dropLast(10).suffix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    let count = try heard.withUnsafeMutableBytes {
      try listener.unprotectControl($0, count: length)
    }
    #expect(Array(heard[..<count]) == report)
    return number & ~(1 << 31)
  }
}
