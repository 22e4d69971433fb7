import ControlLink
import Foundation
import NodeContract
import Ownership
import Testing

@Suite struct GrantStoreTests {
  let folder = TemporaryFolder()
  let phones = AddressName("phones-a")!
  let trunks = AddressName("trunks-a")!

  private var store: GrantStore { GrantStore(path: folder.path("grants")) }

  @Test func aNewNodeKnowsNoGrant() throws {
    #expect(try store.load().isEmpty)
  }

  @Test func aRestartedNodeRefusesAnOrderThatWasOvertaken() throws {
    let (old, new) = (Epoch(generation: 1, revision: 41), Epoch(generation: 1, revision: 42))
    try store.save([
      phones: .init(epoch: new, isHeld: true), trunks: .init(epoch: old, isHeld: false),
    ])
    var grants = AddressGrants(addresses: [phones, trunks])
    #expect(
      grants.restore(try store.load()) == [HeldAddress(address: phones, epoch: new)])
    let order = OwnershipOrder(
      id: OrderID(UUIDv7(high: 1, low: 1)), verb: .adopt, address: phones, epoch: old)
    #expect(grants.receive(order).verdict == .refusedStale(known: new))
  }

  @Test(arguments: [
    "phones-a 1.42", "phones-a 1.42 maybe", "phones-a 42 held", "phones-a 1.-1 held",
    "PHONES 1.42 held",
  ])
  func aLineThatMeansNothingIsAnError(line: String) throws {
    try "trunks-a 1.1 held\n\(line)\n".write(
      toFile: folder.path("grants"), atomically: true, encoding: .utf8)
    #expect(throws: GrantStoreError(path: folder.path("grants"), line: line)) { try store.load() }
  }
}
