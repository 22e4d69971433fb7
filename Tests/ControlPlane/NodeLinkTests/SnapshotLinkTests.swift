import ControlLink
import NodeContract
import NodeLink
import Support
import Testing

@Suite struct SnapshotLinkTests {
  @Test func aNodeIsSentItsTenantsAndWhatBecomesOfThem() async throws {
    try await TestReplica.with { replica in
      replica.tenants.put(.sample(1, revision: 1))
      replica.tenants.put(.sample(2, revision: 1, home: "phones-b"))
      let node = try TestNode(of: replica)
      defer { node.stop() }
      let first = TenantSnapshot.sample(1, revision: 1)
      try await node.receives(.snapshotComplete([first.tenant]))
      #expect(node.received == [.tenant(first), .snapshotComplete([first.tenant])])

      let second = TenantSnapshot.sample(1, revision: 2)
      replica.tenants.put(second)
      try await node.receives(.tenant(second))
      replica.tenants.remove(second.tenant)
      try await node.receives(.tenantRemoved(second.tenant))
    }
  }

  @Test func onlyNewerRevisionsAreSentToANodeThatHasSome() async throws {
    try await TestReplica.with { replica in
      let tenants = (1...3).map { TenantSnapshot.sample($0, revision: 5) }
      for tenant in tenants { replica.tenants.put(tenant) }
      let gone = TenantSnapshot.sample(9, revision: 1).tenant
      let node = try TestNode(
        of: replica, tenants: [tenants[0].tenant: 5, tenants[1].tenant: 4, gone: 1])
      defer { node.stop() }
      try await node.receives(.snapshotComplete(tenants.map(\.tenant)))
      #expect(
        Set(node.received) == [
          .tenant(tenants[1]), .tenant(tenants[2]), .tenantRemoved(gone),
          .snapshotComplete(tenants.map(\.tenant)),
        ])
    }
  }

  @Test func tenantsArriveAfterTheDatabaseHasComeBack() async throws {
    try await TestReplica.with { replica in
      let tenant = TenantSnapshot.sample(1, revision: 1)
      replica.tenants.put(tenant)
      replica.tenants.setDown(true)
      let node = try TestNode(of: replica)
      defer { node.stop() }
      try await eventually("the failure is logged", within: .seconds(10)) {
        replica.lines.contains("tenants cannot be read")
      }
      replica.tenants.setDown(false)
      try await node.receives(.tenant(tenant))
    }
  }

  @Test func nothingIsTakenFromANodeWhileGrantsAreUnknown() async throws {
    try await TestReplica.with { replica in
      replica.grants.setKnown(false)
      let (served, inherited) = (
        TenantSnapshot.sample(1, revision: 2),
        TenantSnapshot.sample(2, revision: 1, home: "phones-b")
      )
      replica.tenants.put(served)
      replica.tenants.put(inherited)
      // A fresh listener: the one of the running server already knows.
      try await replica.stop()
      try await replica.startAgain()
      let node = try TestNode(of: replica, tenants: [inherited.tenant: 1])
      defer { node.stop() }
      try await node.receives(.tenant(served))
      #expect(node.received == [.tenant(served)])
      replica.grants.setKnown(true)
      try await node.receives(.snapshotComplete([served.tenant]))
      #expect(node.received.contains(.tenantRemoved(inherited.tenant)))
    }
  }

  @Test func aNewGrantBringsItsTenants() async throws {
    try await TestReplica.with { replica in
      let tenant = TenantSnapshot.sample(1, revision: 1, home: "phones-b")
      replica.tenants.put(tenant)
      let node = try TestNode(of: replica)
      defer { node.stop() }
      try await node.receives(.snapshotComplete([]))
      replica.grants.grant(AddressName("phones-b")!, to: NodeName("node-a1")!, revision: 4)
      try await node.receives(.tenant(tenant))
    }
  }
}
