import NodeContract
import Ownership
import SeededRandom
import Testing

private func name(_ text: String) throws -> AddressName { try #require(AddressName(text)) }

private func order(
  _ verb: OwnershipOrder.Verb, _ address: AddressName, _ generation: UInt32, _ revision: Int64
) -> OwnershipOrder {
  OwnershipOrder(
    id: OrderID(UUIDv7(high: 1, low: UInt64(bitPattern: revision))), verb: verb, address: address,
    epoch: Epoch(generation: generation, revision: revision))
}

@Test func anAddressIsServedOnlyAfterItsGrant() throws {
  let phones = try name("phones-a")
  var grants = AddressGrants(addresses: [phones])
  #expect(grants.held.isEmpty)
  let answer = grants.receive(order(.adopt, phones, 1, 7))
  #expect(answer.verdict == .done)
  #expect(answer.effect == .adopt(phones, Epoch(generation: 1, revision: 7)))
  #expect(
    grants.held == [HeldAddress(address: phones, epoch: Epoch(generation: 1, revision: 7))])
}

@Test func anOrderWithAnOlderEpochIsRefusedAndChangesNothing() throws {
  let phones = try name("phones-a")
  var grants = AddressGrants(addresses: [phones])
  _ = grants.receive(order(.adopt, phones, 2, 10))
  let before = grants
  for stale in [
    order(.release, phones, 2, 9), order(.adopt, phones, 2, 9), order(.release, phones, 1, 99),
  ] {
    let answer = grants.receive(stale)
    #expect(answer.verdict == .refusedStale(known: Epoch(generation: 2, revision: 10)))
    #expect(answer.effect == .none)
  }
  #expect(grants == before)
}

@Test func aRepeatedOrderIsDoneAgainWithoutEffect() throws {
  let phones = try name("phones-a")
  var grants = AddressGrants(addresses: [phones])
  _ = grants.receive(order(.adopt, phones, 1, 7))
  let again = grants.receive(order(.adopt, phones, 1, 7))
  #expect(again.verdict == .done)
  #expect(again.effect == .none)
  #expect(grants.receive(order(.release, phones, 1, 8)).effect == .release(phones))
  let released = grants.receive(order(.release, phones, 1, 8))
  #expect(released.verdict == .done)
  #expect(released.effect == .none)
  #expect(grants.held.isEmpty)
}

@Test func aReleasedAddressComesBackOnlyUnderANewerEpoch() throws {
  let phones = try name("phones-a")
  var grants = AddressGrants(addresses: [phones])
  _ = grants.receive(order(.adopt, phones, 1, 7))
  _ = grants.receive(order(.release, phones, 1, 8))
  #expect(
    grants.receive(order(.adopt, phones, 1, 8)).verdict
      == .refusedStale(known: Epoch(generation: 1, revision: 8)))
  #expect(
    grants.receive(order(.adopt, phones, 1, 9)).effect
      == .adopt(phones, Epoch(generation: 1, revision: 9)))
}

@Test func anAddressOfAnotherNodeIsRefused() throws {
  var grants = AddressGrants(addresses: [try name("phones-a")])
  let answer = grants.receive(order(.adopt, try name("phones-b"), 1, 7))
  #expect(answer.verdict == .refusedUnknownAddress)
  #expect(answer.effect == .none)
}

@Test func aRestartedNodeStillRefusesWhatItHadRefusedBefore() throws {
  let phones = try name("phones-a")
  let trunks = try name("trunks-a")
  var before = AddressGrants(addresses: [phones, trunks])
  _ = before.receive(order(.adopt, phones, 1, 7))
  _ = before.receive(order(.release, trunks, 1, 8))
  var after = AddressGrants(addresses: [phones, trunks])
  let held = after.restore(before.known)
  #expect(held == [HeldAddress(address: phones, epoch: Epoch(generation: 1, revision: 7))])
  #expect(after == before)
  #expect(
    after.receive(order(.adopt, trunks, 1, 7)).verdict
      == .refusedStale(known: Epoch(generation: 1, revision: 8)))
}

@Test func whatIsPersistedNeverLowersAnEpochNorAddsAnAddress() throws {
  let phones = try name("phones-a")
  let gone = try name("gone")
  var grants = AddressGrants(addresses: [phones])
  _ = grants.receive(order(.adopt, phones, 1, 7))
  let old = AddressGrants.Grant(epoch: Epoch(generation: 1, revision: 6), isHeld: false)
  let held = grants.restore([phones: old, gone: old])
  #expect(held.map(\.address) == [phones])
  #expect(grants.epoch(of: phones) == Epoch(generation: 1, revision: 7))
  #expect(grants.epoch(of: gone) == nil)
}

/// Whatever the order in which orders of a history arrive, and however often, the last grant wins.
@Test(arguments: UInt64(1)...50)
func ordersInAnyOrderEndWithTheNewestGrant(seed: UInt64) throws {
  var random = SeededGenerator(seed: seed)
  let phones = try name("phones-a")
  let history = (1...20).map { revision in
    order(Bool.random(using: &random) ? .adopt : .release, phones, 1, Int64(revision))
  }
  var grants = AddressGrants(addresses: [phones])
  for order in (history + history).shuffled(using: &random) { _ = grants.receive(order) }
  let last = try #require(history.last)
  #expect(grants.epoch(of: phones) == last.epoch)
  #expect(grants.held.isEmpty == (last.verb == .release))
}
