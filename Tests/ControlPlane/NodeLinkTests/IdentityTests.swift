import ControlLink
import NodeContract
import NodeLink
import Support
import TLS
import Testing

@Suite struct IdentityTests {
  @Test func aNodeThatGreetsWithAnothersNameIsRefusedAndLogged() async throws {
    try await TestReplica.with { replica in
      let node = try TestNode(
        "node-a1", of: replica, identity: replica.authority.identity("node-a2"))
      defer { node.stop() }
      try await eventually("the refusal is logged", within: .seconds(10)) {
        replica.lines.contains("it greeted as node-a1, which its certificate does not prove")
      }
      #expect(await replica.fleet.snapshot().nodes.isEmpty)
      #expect(!node.status.isLinked)
    }
  }

  @Test func aCertificateOfAnotherAuthorityIsRefused() async throws {
    try await TestReplica.with { replica in
      let identity = replica.authority.identity("node-a1", signedBy: "theirs")
      let node = try TestNode(of: replica, identity: identity)
      defer { node.stop() }
      try await eventually("the node is told", within: .seconds(10)) {
        node.lines.contains("alert")
      }
      #expect(await replica.fleet.snapshot().nodes.isEmpty)
    }
  }

  @Test func aNodeRefusesAReplicaOfAnotherAuthority() async throws {
    try await TestReplica.with { replica in
      let identity = replica.authority.identity("node-a1", trusting: "theirs")
      let node = try TestNode(of: replica, identity: identity)
      defer { node.stop() }
      try await eventually("the reason is logged", within: .seconds(10)) {
        node.lines.contains("certificate verify failed")
      }
      #expect(await replica.fleet.snapshot().nodes.isEmpty)
    }
  }

  @Test func aNodeRefusesAReplicaWhoseCertificateIsForAnotherAddress() async throws {
    try await TestReplica.with(certificate: "elsewhere") { replica in
      let node = try TestNode(of: replica)
      defer { node.stop() }
      try await eventually("the reason is logged", within: .seconds(10)) {
        node.lines.contains("IP address mismatch")
      }
      #expect(await replica.fleet.snapshot().nodes.isEmpty)
    }
  }

  @Test func withoutACertificateNothingIsAnswered() async throws {
    try await TestReplica.with { replica in
      let stranger = try await knock(at: replica, [])
      #expect(stranger.status != 0)
      #expect(!stranger.output.contains("404"))
      let node = replica.authority.identity("node-a1")
      let known = try await knock(at: replica, ["--cert", node.certificate, "--key", node.key])
      #expect(known.status == 0)
      #expect(known.output.contains("404"))
    }
  }

  private func knock(at replica: TestReplica, _ options: [String]) async throws -> FinishedProcess {
    try await ChildProcess.run(
      "curl",
      [
        "--silent", "--http2", "--max-time", "5", "--cacert",
        replica.authority.path("ours/authority.crt"), "--write-out", "%{http_code}",
        "https://127.0.0.1:\(replica.linkPort)/nothing",
      ] + options)
  }
}
