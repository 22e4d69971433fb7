import ControlLink
import NodeContract
import Support
import Testing

@testable import NodeLink

@Suite("Calls that users have made, over the link") struct ClickLinkTests {
  private func order(_ number: String, _ call: UInt64 = 1) -> ClickOrder {
    ClickOrder(
      .make, call: CallID(UUIDv7(high: 7, low: call)), tenant: TenantID(UUIDv7(high: 1, low: 1)),
      extension: ExtensionID(UUIDv7(high: 3, low: 101)), number: number)
  }

  @Test("The node that serves the address is asked, and whoever asked hears what it says")
  func asked() async throws {
    try await TestReplica.with { replica in
      let order = order("102")
      #expect(
        await replica.fleet.carryOut(order, at: TestNode.phones) == nil, "nobody is there to ask")
      replica.grants.grant(TestNode.phones, to: NodeName("node-a1")!, revision: 4)
      let node = try TestNode(of: replica)
      try await eventually("the address is adopted", within: .seconds(10)) { !node.held.isEmpty }
      let begun = ClickAnswer(call: order.call, verb: .make)
      #expect(await replica.fleet.carryOut(order, at: TestNode.phones) == begun)
      let fleet = replica.fleet
      async let first = fleet.carryOut(order, at: TestNode.phones)
      async let second = fleet.carryOut(order, at: TestNode.phones)
      #expect(await [first, second] == [begun, begun], "who asks twice at once hears it twice")
      let refused = self.order(TestNode.refusedNumber, 2)
      #expect(
        await replica.fleet.carryOut(refused, at: TestNode.phones)
          == ClickAnswer(call: refused.call, verb: .make, refusal: .unknownNumber))
      #expect(await replica.fleet.carryOut(order, at: AddressName("phones-b")!) == nil)
      node.stop()
    }
  }

  @Test("Nobody waits for ever, and nothing is left of whoever waited")
  func silence() async throws {
    try await TestReplica.with { replica in
      replica.grants.grant(TestNode.phones, to: NodeName("node-a1")!, revision: 4)
      let node = try TestNode(of: replica)
      defer { node.stop() }
      try await eventually("the address is adopted", within: .seconds(10)) { !node.held.isEmpty }
      let unheard = order(TestNode.unheardNumber)
      #expect(
        await replica.fleet.carryOut(
          unheard, at: TestNode.phones, patience: .milliseconds(200)) == nil)
      #expect(await replica.fleet.awaitedClicks.isEmpty)
      await replica.fleet.note(ClickAnswer(call: unheard.call, verb: .make))
      #expect(await replica.fleet.awaitedClicks.isEmpty, "a late answer is nobody's")
    }
  }
}
