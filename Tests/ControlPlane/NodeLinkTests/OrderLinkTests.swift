import ControlLink
import NodeContract
import NodeLink
import Support
import Testing

@Suite struct OrderLinkTests {
  let node1 = NodeName("node-a1")!
  let node2 = NodeName("node-a2")!

  private func epoch(_ revision: Int64) -> Epoch { Epoch(generation: 1, revision: revision) }

  @Test func aGrantIsAdoptedAndLaterReleased() async throws {
    try await TestReplica.with { replica in
      replica.grants.grant(TestNode.phones, to: node1, revision: 4)
      let node = try TestNode(of: replica)
      defer { node.stop() }
      try await eventually("the address is adopted", within: .seconds(10)) {
        node.held == [HeldAddress(address: TestNode.phones, epoch: epoch(4))]
      }
      replica.grants.grant(TestNode.phones, to: node2, revision: 5)
      try await eventually("the address is released", within: .seconds(10)) { node.held.isEmpty }
      try await eventually("the answers arrived", within: .seconds(10)) {
        await replica.fleet.snapshot().nodes.first?.orderAnswers.map(\.verdict) == [.done]
      }
    }
  }

  @Test func anOrderWithAnOlderEpochIsRefused() async throws {
    try await TestReplica.with { replica in
      replica.grants.grant(TestNode.phones, to: node1, revision: 4)
      let node = try TestNode(of: replica, known: epoch(9), saysHeld: false)
      defer { node.stop() }
      try await eventually("the refusal arrives", within: .seconds(10)) {
        await replica.fleet.snapshot().nodes.first?.orderAnswers.map(\.verdict) == [
          .refusedStale(known: epoch(9))
        ]
      }
      #expect(node.held == [HeldAddress(address: TestNode.phones, epoch: epoch(9))])
    }
  }

  @Test func aNodeThatKnowsItsGrantIsNotOrderedAgain() async throws {
    try await TestReplica.with { replica in
      replica.grants.grant(TestNode.phones, to: node1, revision: 4)
      let node = try TestNode(of: replica, known: epoch(4))
      defer { node.stop() }
      try await node.receives(.snapshotComplete([]))
      #expect(node.received == [.snapshotComplete([])])
    }
  }
}
