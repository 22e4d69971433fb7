import Foundation
import NodeContract
import SeededRandom
import Support
import Testing

@testable import TLS

/// Both sides of TLS connections, joined in memory.
@Suite struct TLSSessions {
  private static let shared = Task {
    try await PrivateAuthority(
      in: FileManager.default.temporaryDirectory.appending(path: "tls-\(UUID().uuidString)"),
      [
        .server("demo", "DNS:demo.tandem.test,IP:127.0.0.1"),
        .server("other", "DNS:other.tandem.test"),
        .client("carrier", "DNS:carrier.example,URI:sip:carrier.example"),
      ])
  }
  private static let strangers = Task {
    try await PrivateAuthority(
      in: FileManager.default.temporaryDirectory.appending(path: "tls-\(UUID().uuidString)"),
      [.client("carrier")])
  }

  private func server(asks: Bool = false) async throws -> TLSServerContext {
    let files = try await Self.shared.value
    return try TLSServerContext(
      ["demo", "other"].map {
        TLSServerIdentity(certificate: files.certificate($0), key: files.key($0))
      }, clientAuthority: asks ? files.authority : nil)
  }

  private func client(_ peer: TLSPeer) async throws -> TLSSession {
    try TLSClientContext(trusting: try await Self.shared.value.authority).session(with: peer)
  }

  /// Carries bytes to and fro until nobody has more to say.
  private func join(_ client: TLSSession, _ server: TLSSession) throws {
    try client.shakeHands()
    for _ in 0..<10 {
      try pass(client.takeOutput(), to: server)
      try pass(server.takeOutput(), to: client)
    }
  }

  private func pass(_ bytes: [UInt8], to session: TLSSession) throws {
    try bytes.withUnsafeBytes { try session.receive($0) }
    try session.shakeHands()
  }

  private func read(_ session: TLSSession) throws -> String {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 1)
    defer { buffer.deallocate() }
    var text = ""
    while case let count = try session.read(into: buffer), count > 0 {
      text += String(decoding: buffer[..<count], as: UTF8.self)
    }
    return text
  }

  @Test(arguments: ["demo.tandem.test", "other.tandem.test"])
  func aPeerGetsTheCertificateOfTheNameThatItAsksFor(name: String) async throws {
    let (client, server) = (try await client(.name(name)), try await server().session())
    try join(client, server)
    #expect(client.isEstablished && server.isEstablished)
    try client.write(Array("OPTIONS".utf8))
    try pass(client.takeOutput(), to: server)
    #expect(try read(server) == "OPTIONS")
    #expect(server.verifiedPeerNames.isEmpty)
  }

  @Test func aPeerThatNamesNobodyGetsTheFirst() async throws {
    let (client, server) = (
      try await client(.address(.v4(0x7F00_0001))), try await server().session()
    )
    try join(client, server)
    #expect(client.isEstablished)
  }

  @Test func aNameThatIsNoneOfOursIsNotProven() async throws {
    let (client, server) = (try await client(.name("elsewhere.test")), try await server().session())
    #expect(throws: OpenSSLError.self) { try join(client, server) }
    #expect(!client.isEstablished)
  }

  @Test func aCarriersCertificateSaysWhoItIs() async throws {
    let files = try await Self.shared.value
    let identity = TLSIdentity(
      certificate: files.certificate("carrier"), key: files.key("carrier"),
      authority: files.authority)
    let client = try TLSClientContext(identity: identity, protocols: ["sip"])
      .session(with: .name("demo.tandem.test"))
    let server = try await server(asks: true).session()
    try join(client, server)
    #expect(server.isEstablished)
    #expect(server.verifiedPeerNames == ["carrier.example", "sip:carrier.example"])
  }

  @Test func aCertificateOfAnotherAuthorityIsRefused() async throws {
    let (files, other) = (try await Self.shared.value, try await Self.strangers.value)
    let identity = TLSIdentity(
      certificate: other.certificate("carrier"), key: other.key("carrier"),
      authority: files.authority)
    let client = try TLSClientContext(identity: identity, protocols: ["sip"])
      .session(with: .name("demo.tandem.test"))
    let server = try await server(asks: true).session()
    #expect(throws: OpenSSLError.self) { try join(client, server) }
    #expect(!server.isEstablished && server.verifiedPeerNames.isEmpty)
  }

  @Test func whoIsNotAskedAndWhoHasNoneAreWelcome() async throws {
    let (client, server) = (
      try await client(.name("demo.tandem.test")), try await server(asks: true).session()
    )
    try join(client, server)
    #expect(server.isEstablished)
  }

  /// Every byte of a handshake may be another, and the handshake may end after each.
  @Test func aBrokenHandshakeEndsOrWaitsAndNothingElse() async throws {
    let context = try await server()
    let hello = try await client(.name("demo.tandem.test"))
    try hello.shakeHands()
    let bytes = hello.takeOutput()
    for index in bytes.indices {
      var broken = bytes
      broken[index] ^= 0x55
      for variant in [broken, Array(bytes[..<index])] {
        let server = try context.session()
        try? pass(variant, to: server)
        #expect(!server.isEstablished)
      }
    }
  }

  @Test(arguments: UInt64(1)...50)
  func noBytesBringASessionDown(seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    let server = try await server().session()
    for _ in 0..<20 {
      let noise = (0..<Int.random(in: 1...2_000, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      try? pass(noise, to: server)
    }
    #expect(!server.isEstablished)
  }

  @Test func aServerWithoutItsFilesSaysWhich() {
    #expect {
      try TLSServerContext([TLSServerIdentity(certificate: "/nowhere.crt", key: "/nowhere.key")])
    } throws: { "\($0)".contains("loading the certificate /nowhere.crt") }
  }
}
