import Testing

@testable import TLS

/// Two ends that hand each other their datagrams.
private struct Pair {
  let (client, server): (DTLSSession, DTLSSession)

  init(_ client: DTLSIdentity, _ server: DTLSIdentity) throws {
    (self.client, self.server) = (
      try client.session(asClient: true), try server.session(asClient: false)
    )
  }

  /// - Parameter loses: the datagrams that get lost, by their number.
  func shakeHands(losing lost: Set<Int> = []) throws {
    var (number, rounds) = (0, 0)
    try client.advance()
    while !client.isEstablished || !server.isEstablished, rounds < 50 {
      rounds += 1
      for (from, to) in [(client, server), (server, client)] {
        for datagram in from.takeOutput() {
          number += 1
          #expect(datagram.count <= 1_200)
          if !lost.contains(number) { try to.advance(by: datagram) }
        }
      }
    }
  }
}

@Suite(.timeLimit(.minutes(1))) struct DTLSSessions {
  @Test func bothEndsHaveTheSameKeysAndKnowEachOther() throws {
    let (phone, node) = (try DTLSIdentity(), try DTLSIdentity())
    let pair = try Pair(phone, node)
    #expect(pair.client.keyMaterial() == nil)
    try pair.shakeHands()
    let (client, server) = (
      try #require(pair.client.keyMaterial()), try #require(pair.server.keyMaterial())
    )
    #expect(client.profile == 8 && server.profile == 8)
    #expect(client.inbound == server.outbound && client.outbound == server.inbound)
    #expect(client.inbound.count == 44 && client.inbound != client.outbound)
    #expect(pair.server.peerShows(oneOf: [phone.hash]))
    #expect(pair.client.peerShows(oneOf: [node.hash]))
  }

  @Test func whoShowsAnotherCertificateIsNotWhoWasSignalled() throws {
    let (phone, node, stranger) = (try DTLSIdentity(), try DTLSIdentity(), try DTLSIdentity())
    let pair = try Pair(stranger, node)
    try pair.shakeHands()
    #expect(!pair.server.peerShows(oneOf: [phone.hash]))
    #expect(!pair.server.peerShows(oneOf: []))
    #expect(!pair.server.peerShows(oneOf: [CertificateHash(.sha256, [])]))
  }

  @Test(arguments: CertificateHash.Algorithm.allCases)
  func everyHashThatIsSignalledIsChecked(algorithm: CertificateHash.Algorithm) throws {
    let (phone, node) = (try DTLSIdentity(), try DTLSIdentity())
    let pair = try Pair(phone, node)
    try pair.shakeHands()
    #expect(!pair.server.peerShows(oneOf: [CertificateHash(algorithm, phone.hash.bytes + [0])]))
  }

  @Test func garbageEndsNothingButItself() throws {
    let node = try DTLSIdentity()
    for seed in 0..<200 as Range<UInt8> {
      let session = try node.session(asClient: false)
      let datagram = (0..<Int(seed)).map { UInt8(truncatingIfNeeded: $0) &* 31 &+ seed }
      try? session.advance(by: [22, 254, 253, 0, 0] + datagram)
      #expect(!session.isEstablished)
    }
  }

  @Test func aFlightIsRepeatedWhenNobodyAnswers() throws {
    let session = try DTLSIdentity().session(asClient: true)
    try session.advance()
    #expect(!session.takeOutput().isEmpty)
    let wait = try #require(session.repeatsAfter)
    #expect(wait > .zero && wait <= .seconds(1))
  }
}
