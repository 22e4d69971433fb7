import ControlLink
import NodeContract
import NodeLink
import Support
import Testing

@Suite struct FactLinkTests {
  @Test func factsAreAcknowledgedOnceTheyAreCommitted() async throws {
    try await TestReplica.with { replica in
      let node = try TestNode(of: replica)
      defer { node.stop() }
      node.record(10_000)
      try await eventually("all facts are acknowledged", within: .seconds(20)) {
        node.spool.acknowledged == 10_000
      }
      #expect(await replica.ledger.sequences == Array(1...10_000))
      // Frames of 256 that wait together share a commit.
      #expect(await replica.ledger.attempts <= 40)
    }
  }

  @Test func factsWaitForALedgerThatFailsAndAreCommittedOnce() async throws {
    try await TestReplica.with { replica in
      await replica.ledger.setDown(true)
      let node = try TestNode(of: replica)
      defer { node.stop() }
      node.record(10)
      try await eventually("the ledger was tried again", within: .seconds(10)) {
        await replica.ledger.attempts >= 3
      }
      #expect(node.spool.acknowledged == 0)
      node.record(10)
      await replica.ledger.setDown(false)
      try await eventually("all facts are acknowledged", within: .seconds(20)) {
        node.spool.acknowledged == 20
      }
      #expect(await replica.ledger.sequences == Array(1...20))
    }
  }

  @Test func factsOfARestartedReplicaComeFromTheFirstUnacknowledged() async throws {
    try await TestReplica.with { replica in
      let node = try TestNode(of: replica)
      defer { node.stop() }
      node.record(5)
      try await eventually("facts are acknowledged", within: .seconds(10)) {
        node.spool.acknowledged == 5
      }
      try await replica.stop()
      try await eventually("the node notices", within: .seconds(10)) { !node.status.isLinked }
      node.record(5)
      try await replica.startAgain()
      try await eventually("all facts are acknowledged", within: .seconds(20)) {
        node.spool.acknowledged == 10
      }
      #expect(await replica.ledger.sequences == Array(1...10))
    }
  }
}
