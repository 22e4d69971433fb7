import Epoll
import Logging
import MediaPlane
import MediaSupport
import NodeContract
import RTP
import SRTP
import TLS
import Testing

/// A phone that shakes hands within the media, beside one that speaks in the clear.
private final class HandshakenCall {
  let plane: MediaPlane
  let node: DTLSIdentity
  let secure: Party
  let plain: Party
  let relayA: IPEndpoint
  let relayB: IPEndpoint

  init(with phone: DTLSIdentity, isClient: Bool = false, connectivity: LegConnectivity? = nil)
    throws
  {
    node = try DTLSIdentity()
    secure = try Party(ssrc: 1)
    plain = try Party(ssrc: 2)
    relayA = try PortPair.free(at: "127.0.0.1").even
    relayB = try PortPair.free(at: "127.0.0.1").even
    plane = try MediaPlane(identity: node, log: Logger(label: "test"))
    plane.start()
    let handshake = LegHandshake(hashes: [phone.hash], isClient: isClient)
    try plane.open(
      RelaySession(
        id: 1, localA: relayA, localB: relayB, expectedA: secure.media.local,
        expectedB: plain.media.local,
        transportA: LegTransport(
          .handshake(handshake), isMultiplexed: true, connectivity: connectivity)))
  }

  deinit { plane.stop() }

  /// The phone's end; nil when it gets no keys within a second.
  func shakeHands(
    as phone: DTLSIdentity, asClient isClient: Bool = true, from socket: UDPSocket? = nil
  ) throws -> DTLSKeyMaterial? {
    let socket = socket ?? secure.media
    let session = try phone.session(asClient: isClient)
    if isClient { try session.advance() }
    for _ in 0..<20 {
      for datagram in session.takeOutput() { socket.send(datagram, to: relayA) }
      if session.isEstablished { return session.keyMaterial() }
      guard let heard = try Party.hear(on: socket, within: 1_000) else { return nil }
      try session.advance(by: heard.bytes)
    }
    return nil
  }

  /// One packet each way: what is heard is what was said.
  func converse(_ keys: DTLSKeyMaterial) async throws {
    let profile = try #require(SRTPProfile(rawValue: keys.profile))
    let sender = try SRTPStream(.outbound, #require(SRTPKey(profile, keys.outbound)))
    let listener = try SRTPStream(.inbound, #require(SRTPKey(profile, keys.inbound)))
    let said = secure.packet([1, 2, 3])
    secure.media.send(try sender.sealed(said), to: relayA)
    #expect(try plain.hear().bytes == said)
    let answer = plain.say([4, 5, 6], to: relayB)
    var heard = try secure.hear().bytes
    // The last flight of the handshake may still lie there.
    while heard.first.map({ $0 < 128 }) ?? false { heard = try secure.hear().bytes }
    #expect(try listener.opened(heard) == answer)
  }
}

@Suite(.timeLimit(.minutes(2))) struct Handshakes {
  @Test func aPhoneThatShakesHandsAndAPlainOneHearEachOther() async throws {
    let phone = try DTLSIdentity()
    let call = try HandshakenCall(with: phone)
    let keys = try #require(try call.shakeHands(as: phone))
    try await call.isSecured()
    try await call.converse(keys)
  }

  @Test func whoOnlyWaitsIsBegunWith() async throws {
    let phone = try DTLSIdentity()
    let call = try HandshakenCall(with: phone, isClient: true)
    let keys = try #require(try call.shakeHands(as: phone, asClient: false))
    try await call.isSecured()
    try await call.converse(keys)
  }

  @Test func nothingPassesInTheClear() async throws {
    let phone = try DTLSIdentity()
    let call = try HandshakenCall(with: phone)
    call.secure.say([1], to: call.relayA)
    call.plain.say([2], to: call.relayB)
    let keys = try #require(try call.shakeHands(as: phone))
    try await call.isSecured()
    call.secure.say([3], to: call.relayA)
    try await call.converse(keys)
    let statistics = try #require(await call.plane.statistics(of: 1))
    #expect(statistics.a.unproven == 2 && statistics.b.undelivered == 1)
  }

  @Test func aStrangerWithAnotherCertificateGetsNoKeysAndKeepsThePhoneFromNothing() async throws {
    let (phone, stranger) = (try DTLSIdentity(), try DTLSIdentity())
    let call = try HandshakenCall(with: phone)
    let other = try Party(ssrc: 1)
    _ = try call.shakeHands(as: stranger, from: other.media)
    // Others begin, and never go on.
    for _ in 0..<6 {
      let idle = try Party(ssrc: 1)
      let session = try stranger.session(asClient: true)
      try session.advance()
      for datagram in session.takeOutput() { idle.media.send(datagram, to: call.relayA) }
    }
    let keys = try #require(try call.shakeHands(as: phone))
    try await call.isSecured()
    try await call.converse(keys)
  }

  @Test func anotherProcessNeedsNoSecondHandshake() async throws {
    let phone = try DTLSIdentity()
    let call = try HandshakenCall(with: phone)
    let keys = try #require(try call.shakeHands(as: phone))
    try await call.isSecured()
    let checkpoint = try #require(await call.plane.checkpoint(of: 1))
    #expect(RelayCheckpoint(checkpoint.bytes) == checkpoint)
    await withCheckedContinuation { done in call.plane.close(1) { _ in done.resume() } }
    try call.plane.restore(try #require(RelayCheckpoint(checkpoint.bytes)))
    try await call.converse(keys)
  }
}

extension HandshakenCall {
  /// The relay knows the keys.
  fileprivate func isSecured() async throws {
    for _ in 0..<2_000 {
      let checkpoint = try #require(await plane.checkpoint(of: 1))
      if case .handshake(let handshake) = checkpoint.session.transportA.protection,
        handshake.keys != nil
      {
        return
      }
      await Task.yield()
    }
    Issue.record("the relay learnt no keys")
  }
}
