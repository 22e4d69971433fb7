import Support
import Testing

@Suite struct ShutdownTests {
  /// Connections are then in every stage: queued, shaking hands, greeting, linked.
  @Test(arguments: 0..<12)
  func aReplicaStopsCleanlyWhileNodesDialIt(round: Int) async throws {
    try await TestReplica.with { replica in
      let nodes = try (1...12).map { try TestNode(of: replica, life: UInt64($0)) }
      defer { for node in nodes { node.stop() } }
      try await Task.sleep(for: .milliseconds(round * 3))
      try await replica.stop()
      #expect(replica.lines.contains("listening for nodes"))
    }
  }
}
