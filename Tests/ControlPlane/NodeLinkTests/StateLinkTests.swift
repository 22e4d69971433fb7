import ControlLink
import NodeContract
import NodeLink
import Support
import Testing

@Suite struct StateLinkTests {
  private let tenant = TenantID(UUIDv7(high: 1, low: 1))

  private func checkpoint(_ call: UInt64, number: UInt64) -> CheckpointEnvelope {
    CheckpointEnvelope(
      call: CallID(UUIDv7(high: call, low: call)), tenant: tenant, address: TestNode.phones,
      epoch: .none, number: number, summary: "101 → 102, talking",
      contents: [UInt8](repeating: UInt8(truncatingIfNeeded: call), count: 2_500))
  }

  private func binding(_ number: UInt64) -> BindingChange {
    BindingChange(
      tenant: tenant, extension: ExtensionID(UUIDv7(high: 2, low: number)),
      address: TestNode.phones, contact: "sip:\(number)@192.0.2.1",
      source: IPEndpoint("192.0.2.1:5060")!, local: IPEndpoint("192.0.2.2:5060")!,
      userAgent: "test", expiresIn: .seconds(3600))
  }

  @Test func aRestartedReplicaIsToldEveryCallAndBindingAgain() async throws {
    try await TestReplica.with { replica in
      let node = try TestNode(of: replica)
      defer { node.stop() }
      try await node.linked()
      for call in UInt64(1)...1_000 { node.links.send(.checkpoint(checkpoint(call, number: 1))) }
      for number in UInt64(1)...100 { node.links.send(.binding(binding(number))) }
      node.links.send(.checkpointRetired(checkpoint(7, number: 1).call))
      node.links.send(.load(NodeLoad(calls: 999)))
      try await knows(replica, calls: 999, bindings: 100)
      try await replica.stop()
      try await replica.startAgain()
      try await knows(replica, calls: 999, bindings: 100)
      let kept = await replica.fleet.checkpoints(of: NodeName("node-a1")!)
      #expect(kept.contains(checkpoint(8, number: 1)))
    }
  }

  private func knows(_ replica: TestReplica, calls: Int, bindings: Int) async throws {
    try await eventually("the replica knows everything", within: .seconds(20)) {
      let node = await replica.fleet.snapshot().nodes.first
      return node?.checkpoints == calls && node?.bindings == bindings
        && node?.load?.calls == UInt32(calls)
    }
  }

  @Test func aRestartedNodeIsGivenItsBindingsBack() async throws {
    try await TestReplica.with { replica in
      let before = try TestNode(of: replica, life: 1)
      try await before.linked()
      for number in UInt64(1)...1_200 { before.links.send(.binding(binding(number))) }
      try await eventually("the replica knows the bindings", within: .seconds(10)) {
        await replica.fleet.snapshot().nodes.first?.bindings == 1_200
      }
      before.stop()
      let after = try TestNode(of: replica, life: 2)
      defer { after.stop() }
      try await eventually("the bindings are back", within: .seconds(10)) {
        let contacts = after.received.flatMap { message -> [String] in
          if case .bindings(let changes) = message { changes.map(\.contact) } else { [] }
        }
        return Set(contacts).count == 1_200
      }
    }
  }

  @Test func aLinkThatFallsSilentIsGivenUpWithinThreeSeconds() async throws {
    try await TestReplica.with { replica in
      let wire = try await TestWire(to: replica.linkPort)
      defer { wire.close() }
      let node = try TestNode(of: replica, linkPort: wire.port)
      defer { node.stop() }
      try await node.linked()
      let start = ContinuousClock.now
      try await eventually("an idle link stays up", within: .seconds(10)) {
        #expect(node.status.isLinked, "\(node.lines.text)")
        return ContinuousClock.now - start > .seconds(4)
      }
      try await wire.freeze()
      let frozen = ContinuousClock.now
      try await eventually("the node gives up", within: .seconds(10)) { !node.status.isLinked }
      let silence = ContinuousClock.now - frozen
      #expect(silence < .seconds(3.4))
      #expect(node.lines.contains("nothing heard for"))
    }
  }
}
