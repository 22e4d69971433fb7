import ControlLink
import NodeContract
import Placement
import Support
import Testing

@testable import NodeLink

/// Two nodes of a site with real links and beats.
@Suite struct TakeoverLinkTests {
  let node1 = NodeName("node-a1")!
  let node2 = NodeName("node-a2")!

  @Test func whatTheDeadNodeLeftComesBeforeTheOrder() async throws {
    try await TestReplica.with { replica in
      replica.grants.grant(TestNode.phones, to: node1, revision: 4)
      let dead = try TestNode("node-a1", of: replica)
      let heir = try TestNode("node-a2", of: replica)
      defer { heir.stop() }
      try await heir.linked()
      try await eventually("the address is held", within: .seconds(10)) { !dead.held.isEmpty }
      let (call, binding) = (checkpoint(number: 3), binding)
      dead.links.send(.checkpoint(call))
      dead.links.send(.binding(binding))
      try await eventually("the replica keeps them", within: .seconds(10)) {
        let node = await replica.fleet.snapshot().nodes.first { $0.name == node1 }
        return node?.checkpoints == 1 && node?.bindings == 1
      }
      dead.stop()

      replica.grants.grant(TestNode.phones, to: node2, revision: 5)
      try await eventually("the heir holds it", within: .seconds(10)) { !heir.held.isEmpty }

      let parts = heir.received.compactMap { message -> Inheritance? in
        if case .inheritance(let inheritance) = message { inheritance } else { nil }
      }
      #expect(parts.flatMap(\.calls).map(\.checkpoint) == [call])
      #expect(parts.flatMap(\.bindings).map(\.contact) == [binding.contact])
      #expect(parts.allSatisfy { $0.epoch == Epoch(generation: 1, revision: 5) })
      let order = try #require(
        heir.received.firstIndex {
          if case .order(let order) = $0 { order.verb == .adopt } else { false }
        })
      let last = heir.received.lastIndex { if case .inheritance = $0 { true } else { false } }
      #expect(try #require(last) < order)
      // From now on it is the heir's.
      try await eventually("the heir's name stands over it", within: .seconds(10)) {
        let nodes = await replica.fleet.snapshot().nodes
        return nodes.first { $0.name == node1 }?.bindings == 0
          && nodes.first { $0.name == node2 }?.bindings == 1
      }
    }
  }

  /// It has to know that the address cannot come to it.
  @Test func whoStandsByInAnotherSiteIsToldThatTheAddressIsOfAnotherAndWhatWasLeftThere()
    async throws
  {
    try await TestReplica.with { replica in
      let standby = NodeName("node-b1")!
      await replica.fleet.use(
        Inventory(
          nodes: [
            PlacedNode(name: node1, site: SiteName("a")!),
            PlacedNode(name: standby, site: SiteName("b")!),
          ],
          addresses: [
            PlacedAddress(name: TestNode.phones, site: SiteName("a")!, holder: node1)
          ]))
      replica.grants.grant(TestNode.phones, to: node1, revision: 4)
      let dead = try TestNode("node-a1", of: replica)
      let elsewhere = try TestNode("node-b1", in: "b", of: replica)
      defer { elsewhere.stop() }
      try await elsewhere.linked()
      try await eventually("the address is held", within: .seconds(10)) { !dead.held.isEmpty }
      let call = checkpoint(number: 3)
      dead.links.send(.checkpoint(call))
      try await eventually("the replica keeps it", within: .seconds(10)) {
        await replica.fleet.checkpoints(of: node1) == [call]
      }
      dead.stop()

      replica.grants.grant(TestNode.phones, to: standby, revision: 5)
      try await eventually("it is held elsewhere", within: .seconds(10)) {
        !elsewhere.held.isEmpty
      }

      let orders = elsewhere.received.compactMap { message -> OwnershipOrder? in
        if case .order(let order) = message, order.verb == .adopt { order } else { nil }
      }
      #expect(!orders.isEmpty)
      #expect(orders.allSatisfy { $0.isAcross })
      let parts = elsewhere.received.compactMap { message -> Inheritance? in
        if case .inheritance(let inheritance) = message { inheritance } else { nil }
      }
      #expect(parts.flatMap(\.calls).map(\.checkpoint) == [call])
      // It is the standby's from now on, so nobody finds it a second time at home.
      try await eventually("nothing of it is left at home", within: .seconds(10)) {
        await replica.fleet.inheritance(
          of: TestNode.phones, under: Epoch(generation: 1, revision: 6), for: node2
        ).isEmpty
      }
    }
  }

  /// The heir must not carry on from what was known before the last word.
  @Test func whoeverGivesAnAddressUpSpeaksToTheEndBeforeItsHeirBegins() async throws {
    try await TestReplica.with(isPatient: true) { replica in
      replica.grants.grant(TestNode.phones, to: node1, revision: 4)
      let (first, last) = (checkpoint(number: 3), checkpoint(number: 9))
      let holder = try TestNode("node-a1", of: replica, lastWords: [.checkpoint(last)])
      let heir = try TestNode("node-a2", of: replica)
      defer {
        heir.stop()
        holder.stop()
      }
      try await heir.linked()
      try await eventually("the address is held", within: .seconds(10)) { !holder.held.isEmpty }
      try await eventually("its holder is heard", within: .seconds(10)) {
        await replica.fleet.snapshot().nodes.first { $0.name == node1 }?.beatAge != nil
      }
      holder.links.send(.checkpoint(first))
      try await eventually("the replica keeps it", within: .seconds(10)) {
        await replica.fleet.checkpoints(of: node1) == [first]
      }
      replica.grants.grant(
        TestNode.phones, to: node2, revision: 5, after: Epoch(generation: 1, revision: 4))
      try await eventually("it is still there", within: .seconds(10), every: .milliseconds(5)) {
        await replica.fleet.remainder(of: node1).map(\.call) == [first.call]
      }
      try await eventually("the heir holds it", within: .seconds(10)) { !heir.held.isEmpty }

      let parts = heir.received.compactMap { message -> Inheritance? in
        if case .inheritance(let inheritance) = message { inheritance } else { nil }
      }
      #expect(
        parts.flatMap(\.calls).map(\.checkpoint) == [last],
        "\(replica.lines.text)\n\(holder.lines.text)")
      try await eventually("nothing is left", within: .seconds(10)) {
        await replica.fleet.remainder(of: node1).isEmpty
      }
    }
  }

  @Test func aNeighbourSaysThatANodeIsDeadAndNotBefore() async throws {
    try await TestReplica.with { replica in
      replica.grants.grant(TestNode.phones, to: node1, heir: node2, revision: 4)
      let dying = try TestNode("node-a1", of: replica)
      let heir = try TestNode("node-a2", of: replica)
      defer { heir.stop() }
      try await eventually("the address is held", within: .seconds(10)) { !dying.held.isEmpty }
      let end = ContinuousClock.now + .seconds(3)
      while ContinuousClock.now < end {
        #expect(await replica.fleet.takeovers().allSatisfy { !$0.isTaking })
        try await Task.sleep(for: .milliseconds(25))
      }
      dying.stop()
      var step: TakeoverStep?
      var silence: Duration?
      try await eventually("it is taken", within: .seconds(10), every: .milliseconds(25)) {
        step = await replica.fleet.takeovers().first { $0.isTaking }
        silence = await replica.fleet.snapshot().nodes.first { $0.name == node1 }?.beatAge
        return step != nil
      }
      #expect(try #require(silence) >= .milliseconds(370))
      guard case .take(let grant) = step else { return }
      #expect(grant.holding.holder == node2)
      #expect(grant.expectedRevision == 4)
    }
  }

  private func checkpoint(number: UInt64) -> CheckpointEnvelope {
    CheckpointEnvelope(
      call: CallID(UUIDv7(high: 5, low: 5)), tenant: TenantID(UUIDv7(high: 1, low: 1)),
      address: TestNode.phones, epoch: Epoch(generation: 1, revision: 4), number: number,
      summary: "101 → 102", contents: [1, 2, 3])
  }

  private var binding: BindingChange {
    BindingChange(
      tenant: TenantID(UUIDv7(high: 1, low: 1)), extension: ExtensionID(UUIDv7(high: 2, low: 2)),
      address: TestNode.phones, contact: "sip:101@192.0.2.1",
      source: IPEndpoint("192.0.2.1:5060")!, local: IPEndpoint("192.0.2.2:5060")!, userAgent: "",
      expiresIn: .seconds(600))
  }
}

extension TakeoverStep {
  fileprivate var isTaking: Bool { if case .take = self { true } else { false } }
}
