import NodeContract
import Placement
import Testing

@testable import NodeLink

@Suite struct OrderPlanTests {
  let me = NodeName("node-a1")!
  let other = NodeName("node-a2")!
  let address = AddressName("phones-a")!

  private func epoch(_ revision: Int64) -> Epoch { Epoch(generation: 1, revision: revision) }

  private func grants(
    to holder: NodeName, heir: NodeName? = nil, standby: NodeName? = nil
  ) -> [AddressName: AddressGrant] {
    let holding = Holding(holder: holder, heir: heir, standby: standby)
    return [address: AddressGrant(holding: holding, epoch: epoch(5))]
  }

  @Test func aNodeKnowsTheTenantsThatItWouldInherit() {
    let addresses = OrderPlan.addresses(
      of: me, knowing: [AddressName("trunks-a")!: .none], grants: grants(to: other, heir: me))
    #expect(addresses == [address, AddressName("trunks-a")!])
    #expect(OrderPlan.addresses(of: me, knowing: [:], grants: grants(to: other)).isEmpty)
    let afar = OrderPlan.addresses(of: me, knowing: [:], grants: grants(to: other, standby: me))
    #expect(afar == [address])
  }
}

@Suite struct SessionAgendaTests {
  private func order(_ revision: Int64) -> OwnershipOrder {
    OwnershipOrder(
      id: OrderID(UUIDv7(high: 1, low: UInt64(revision))), verb: .adopt,
      address: AddressName("phones-a")!, epoch: Epoch(generation: 1, revision: revision))
  }

  private func drain(_ agenda: inout SessionAgenda) -> [SessionAgenda.Item] {
    var items: [SessionAgenda.Item] = []
    while let item = agenda.next() { items.append(item) }
    return items
  }

  @Test func aNodeThatIsSlowHearsOnlyTheLatestOfEachThing() {
    let spool = SpoolID(UUIDv7(high: 1, low: 1))
    let tenant = TenantID(UUIDv7(high: 1, low: 1))
    var agenda = SessionAgenda(opening: [])
    for number in UInt64(1)...100 {
      agenda.acknowledge(spool, through: number)
      agenda.add(order(Int64(number)))
      agenda.add(BeatKey(number: UInt32(number), bytes: []))
      agenda.add(tenant: tenant)
      agenda.addSignOfLife()
    }
    #expect(
      drain(&agenda) == [
        .message(.order(order(100))), .message(.factsAcknowledged(spool: spool, through: 100)),
        .message(.beatKey(BeatKey(number: 100, bytes: []))), .keepAlive, .tenant(tenant),
      ])
  }

  @Test func theOpeningComesFirstAndInItsOrder() {
    let opening = [DownwardMessage.bindings([]), .snapshotComplete([])]
    var agenda = SessionAgenda(opening: opening)
    agenda.add(order(1))
    #expect(drain(&agenda) == opening.map { .message($0) } + [.message(.order(order(1)))])
  }

  @Test func comparingEverythingCoversSingleChanges() {
    var agenda = SessionAgenda(opening: [])
    agenda.add(tenant: TenantID(UUIDv7(high: 1, low: 1)))
    agenda.synchronize()
    #expect(drain(&agenda) == [.allTenants])
  }
}
