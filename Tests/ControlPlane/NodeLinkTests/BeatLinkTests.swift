import ControlLink
import Foundation
import NodeContract
import NodeLink
import Support
import TLS
import Testing

@Suite struct BeatLinkTests {
  private let epoch = Epoch(generation: 1, revision: 4)

  @Test func beatsAreHeardAndTheirAcknowledgementsNameTheEpochs() async throws {
    try await TestReplica.with { replica in
      replica.grants.grant(TestNode.phones, to: NodeName("node-a1")!, revision: 4)
      let node = try TestNode(of: replica)
      defer { node.stop() }
      try await eventually("an acknowledgement names the epoch", within: .seconds(10)) {
        node.status.evidence?.epochs == [HeldAddress(address: TestNode.phones, epoch: epoch)]
      }
      let first = try #require(node.status.evidence?.beatSentAt)
      try await eventually("proof goes on", within: .seconds(10)) {
        node.status.evidence.map { first.duration(to: $0.beatSentAt) >= .milliseconds(250) } == true
      }
      let age = try #require(await replica.fleet.snapshot().nodes.first?.beatAge)
      #expect(age < .seconds(1))
    }
  }

  @Test func beatsGoOnWhileKeysAreReplaced() async throws {
    try await TestReplica.with(keyLifetime: .milliseconds(100)) { replica in
      let node = try TestNode(of: replica)
      defer { node.stop() }
      let first = try await eventually("beats are acknowledged", within: .seconds(10)) {
        node.status.evidence?.beatSentAt
      }
      // Ten keys later the first three are forgotten, so these are beats under later keys.
      try await eventually("proof goes on", within: .seconds(10)) {
        node.status.evidence.map { first.duration(to: $0.beatSentAt) >= .seconds(1) } == true
      }
      let age = try #require(await replica.fleet.snapshot().nodes.first?.beatAge)
      #expect(age < .seconds(1))
    }
  }

  @Test func aForgedBeatIsNeitherHeardNorAnswered() async throws {
    try await TestReplica.with { replica in
      let node = try TestNode(of: replica)
      defer { node.stop() }
      try await eventually("beats are acknowledged", within: .seconds(10)) {
        node.status.evidence != nil
      }
      let forged = Beat(
        node: NodeName("node-a1")!, incarnation: node.incarnation, number: 1 << 40
      ).datagram(
        sealedWith: BeatKey(number: 1, bytes: [UInt8](repeating: 7, count: 32)),
        by: OpenSSLHashing())
      try await send(forged, toPort: replica.beatPort)
      try await eventually("the forgery is counted", within: .seconds(10)) {
        await replica.fleet.snapshot().refusedBeats == 1
      }
      // Had it been taken, the node's own beats would all be older than it from now on.
      let before = try #require(node.status.evidence?.beatSentAt)
      try await eventually("the node's beats still count", within: .seconds(10)) {
        node.status.evidence.map { $0.beatSentAt > before } == true
      }
    }
  }

  private func send(_ datagram: [UInt8], toPort port: Int) async throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "beat-\(UUID().uuidString)")
    try Data(datagram).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let sent = try await ChildProcess.run(
      "bash", ["-c", "cat \"$1\" >/dev/udp/127.0.0.1/\(port)", "send", file.path])
    #expect(sent.status == 0)
  }
}
