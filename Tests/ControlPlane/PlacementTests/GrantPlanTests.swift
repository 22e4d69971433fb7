public import NodeContract
import Placement
import SeededRandom
import Testing

@Suite struct GrantPlanTests {
  @Test func anAddressThatNobodyHoldsGoesToItsConfiguredHolder() {
    let view = PlacementView(
      generation: 1, nodes: [.a1, .a2, .b1], addresses: [.phonesA], grants: [:])

    #expect(
      planGrants(for: view) == [
        .grant(
          GrantStep(
            address: "phones-a",
            holding: Holding(holder: "node-a1", heir: "node-a2", standby: "node-b1"),
            generation: 1, expectedRevision: 0))
      ])
  }

  @Test func anAddressHeldAsConfiguredIsLeftAlone() {
    let view = PlacementView(
      generation: 1, nodes: [.a1, .a2], addresses: [.phonesA],
      grants: ["phones-a": grant(to: "node-a1", revision: 7)])

    #expect(planGrants(for: view) == [])
  }

  @Test func anAddressThatMovedStaysWhereItIs() {
    let view = PlacementView(
      generation: 1, nodes: [.a1, .a2], addresses: [.phonesA],
      grants: ["phones-a": grant(to: "node-a2", revision: 7)])

    #expect(planGrants(for: view) == [.hold("phones-a", .heldElsewhere(by: "node-a2"))])
  }

  @Test func anAddressIsNotGivenToANodeThatDoesNotExist() {
    let view = PlacementView(generation: 1, nodes: [.a2], addresses: [.phonesA], grants: [:])

    #expect(planGrants(for: view) == [.hold("phones-a", .unknownNode("node-a1"))])
  }

  @Test func anAddressIsNotGivenToANodeOfAnotherSite() {
    let strayed = PlacedNode(name: "node-a1", site: "b")
    let view = PlacementView(generation: 1, nodes: [strayed], addresses: [.phonesA], grants: [:])

    #expect(planGrants(for: view) == [.hold("phones-a", .holderInOtherSite("node-a1", "b"))])
  }

  @Test func afterARestoreEveryGrantIsRenewedForItsPresentHolder() {
    let view = PlacementView(
      generation: 2, nodes: [.a1, .a2], addresses: [.phonesA],
      grants: ["phones-a": grant(to: "node-a2", revision: 7)])

    #expect(
      planGrants(for: view) == [
        .grant(
          GrantStep(
            address: "phones-a", holding: Holding(holder: "node-a2"), generation: 2,
            expectedRevision: 7))
      ])
  }

  @Test func aReplicaThatMissedARestoreChangesNothing() {
    let view = PlacementView(
      generation: 1, nodes: [.a1, .a2], addresses: [.phonesA],
      grants: ["phones-a": grant(to: "node-a1", revision: 7, generation: 2)])

    #expect(planGrants(for: view) == [.hold("phones-a", .generationAhead(2))])
  }

  @Test func theAddressesOfOneNodeHaveDifferentHeirs() {
    let addresses = ["w", "x", "y", "z"].map {
      PlacedAddress(name: AddressName(literal: $0), site: "a", holder: "node-a1")
    }
    let a3 = PlacedNode(name: "node-a3", site: "a")
    let view = PlacementView(
      generation: 1, nodes: [.a1, .a2, a3], addresses: addresses, grants: [:])

    let heirs = planGrants(for: view).compactMap(\.heir)
    #expect(heirs == ["node-a2", "node-a3", "node-a2", "node-a3"])
  }

  /// Safety and liveness over random inventories: whatever the order in which things are listed
  /// the plan is the same, it never takes an address from its holder, and applying it leaves
  /// nothing more to grant.
  @Test(arguments: UInt64(1)...200)
  func applyingAPlanLeavesNothingToGrantAndTakesNothingAway(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var view = PlacementView.random(using: &random)
    let before = view.grants
    let plan = planGrants(for: view)

    var shuffled = view
    shuffled.nodes.shuffle(using: &random)
    shuffled.addresses.shuffle(using: &random)
    #expect(planGrants(for: shuffled) == plan, "seed \(seed)")

    view.apply(plan, from: 1_000)
    #expect(planGrants(for: view).allSatisfy { !$0.isGrant }, "seed \(seed)")
    for (address, grant) in before {
      #expect(view.grants[address]?.holding == grant.holding, "seed \(seed)")
      #expect(view.grants[address].map { $0.epoch >= grant.epoch } == true, "seed \(seed)")
    }
  }
}

private func grant(to node: NodeName, revision: Int64, generation: UInt32 = 1) -> AddressGrant {
  AddressGrant(
    holding: Holding(holder: node), epoch: Epoch(generation: generation, revision: revision))
}

extension PlacedNode {
  fileprivate static let a1 = PlacedNode(name: "node-a1", site: "a")
  fileprivate static let a2 = PlacedNode(name: "node-a2", site: "a")
  fileprivate static let b1 = PlacedNode(name: "node-b1", site: "b")
}

extension PlacedAddress {
  fileprivate static let phonesA = PlacedAddress(name: "phones-a", site: "a", holder: "node-a1")
}

extension PlacementStep {
  fileprivate var isGrant: Bool {
    if case .grant = self { true } else { false }
  }

  fileprivate var heir: NodeName? {
    if case .grant(let step) = self { step.holding.heir } else { nil }
  }
}

extension PlacementView {
  fileprivate static func random(using random: inout SeededGenerator) -> PlacementView {
    let sites: [SiteName] = ["a", "b", "c"]
    let nodes = (0..<Int.random(in: 1...6, using: &random)).map {
      PlacedNode(name: NodeName(literal: "n\($0)"), site: sites.randomElement(using: &random)!)
    }
    let addresses = (0..<Int.random(in: 1...12, using: &random)).map { index in
      let node = nodes.randomElement(using: &random)!
      return PlacedAddress(
        name: AddressName(literal: "addr-\(index)"), site: node.site,
        holder: Bool.random(using: &random) ? node.name : "n9")
    }
    var view = PlacementView(
      generation: UInt32.random(in: 1...3, using: &random), nodes: nodes, addresses: addresses,
      grants: [:])
    for address in addresses where Bool.random(using: &random) {
      view.grants[address.name] = grant(
        to: nodes.randomElement(using: &random)!.name,
        revision: Int64.random(in: 1...999, using: &random),
        generation: UInt32.random(in: 1...3, using: &random))
    }
    return view
  }

  /// What etcd does with a plan: each write gets the next revision.
  fileprivate mutating func apply(_ plan: [PlacementStep], from revision: Int64) {
    for (offset, step) in plan.enumerated() {
      guard case .grant(let step) = step else { continue }
      grants[step.address] = AddressGrant(
        holding: step.holding,
        epoch: Epoch(generation: step.generation, revision: revision + Int64(offset)))
    }
  }
}

extension OperatorName {
  fileprivate init(literal: String) { self = OperatorName(literal)! }
}

extension OperatorName: ExpressibleByUnicodeScalarLiteral {}
extension OperatorName: ExpressibleByExtendedGraphemeClusterLiteral {}
extension OperatorName: ExpressibleByStringLiteral {
  public init(stringLiteral: String) { self.init(literal: stringLiteral) }
}
