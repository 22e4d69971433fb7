import Etcd
import Foundation
import Logging
import NodeContract
import Placement
import ServiceLifecycle
import Synchronization
import Testing

@testable import NodeLink

/// Against a real etcd, one test after the other: they share the place of the leader.
@Suite(
  .enabled(
    if: ProcessInfo.processInfo.environment["TANDEM_TEST_ETCD"] != nil,
    "TANDEM_TEST_ETCD names no etcd; Tests/run starts one"),
  .serialized)
struct GrantTests {
  @Test func anAddressThatTheOperatorAddsIsGrantedOnce() async throws {
    try await withEtcd { etcd in
      let address = freshAddress()
      let loop = loop(etcd, over: inventory(address, holder: "node-a1"))
      try await loop.learn()

      _ = try await loop.round()
      let first = try #require(try await grant(of: address, in: etcd))
      _ = try await loop.round()

      #expect(first.holding == Holding(holder: named("node-a1"), heir: named("node-a2")))
      #expect(first.epoch.generation == 1)
      #expect(try await grant(of: address, in: etcd) == first)
    }
  }

  @Test func replicasThatPlanAtTheSameTimeGrantOnce() async throws {
    try await withEtcd { etcd in
      let address = freshAddress()
      let loop = loop(etcd, over: inventory(address, holder: "node-a1"))
      try await loop.learn()

      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<8 { group.addTask { _ = try await loop.round() } }
        try await group.waitForAll()
      }

      let entry = try #require(try await etcd.get(GrantRecord.key(of: address)))
      #expect(entry.createRevision == entry.modRevision)
    }
  }

  @Test func aReadFindsWhatOthersWroteAndRemovedSince() async throws {
    try await withEtcd { etcd in
      let (first, second) = (freshAddress(), freshAddress())
      let register = GrantRegister(etcd: etcd)
      #expect(try await register.read()[first] == nil)

      try await plan(etcd, over: inventory(first, holder: "node-a1"))
      let read = try await register.read()
      #expect(read[first] == (try await grant(of: first, in: etcd)))
      // Others' keys are nothing to it, and nothing is forgotten over them.
      try await etcd.put([1], at: "/test/other/\(second)")
      #expect(try await register.read() == read)

      try await plan(etcd, over: inventory(second, holder: "node-a2"))
      let entry = try #require(try await etcd.get(GrantRecord.key(of: first)))
      _ = try await etcd.delete(entry.key, expecting: entry.modRevision)
      let last = try await register.read()
      #expect(last[first] == nil)
      #expect(last[second]?.holding.holder == named("node-a2"))
      #expect(last == (try await GrantRegister(etcd: etcd).read()))
    }
  }

  @Test func aConfiguredHolderThatChangesMovesNothing() async throws {
    try await withEtcd { etcd in
      let address = freshAddress()
      try await plan(etcd, over: inventory(address, holder: "node-a1"))
      let before = try await grant(of: address, in: etcd)

      try await plan(etcd, over: inventory(address, holder: "node-a2"))

      #expect(try await grant(of: address, in: etcd) == before)
    }
  }

  @Test func anotherHeirMakesNoNewOwner() async throws {
    try await withEtcd { etcd in
      let address = freshAddress()
      var inventory = inventory(address, holder: "node-a1")
      try await plan(etcd, over: inventory)
      let before = try #require(try await grant(of: address, in: etcd))
      #expect(before.holding.heir == named("node-a2"))

      inventory.nodes[1].name = named("node-a3")
      try await plan(etcd, over: inventory)

      let after = try #require(try await grant(of: address, in: etcd))
      #expect(after.holding.heir == named("node-a3"))
      #expect(after.epoch == before.epoch)
      #expect(after.revision > before.revision)
      #expect(after.predecessor == before.predecessor)
    }
  }

  @Test func aNodeThatIsToBeEmptiedLosesItsAddressUntilThatIsOver() async throws {
    try await withEtcd { etcd in
      let address = freshAddress()
      let inventory = inventory(address, holder: "node-a1")
      try await plan(etcd, over: inventory)
      let before = try #require(try await grant(of: address, in: etcd))
      let drains = DrainRegister(etcd)
      try await drains.begin(named("node-a1"))
      #expect(try await drains.nodes() == [named("node-a1")])

      try await plan(etcd, over: inventory)

      let after = try #require(try await grant(of: address, in: etcd))
      #expect(after.holding == Holding(holder: named("node-a2"), heir: nil))
      #expect(after.predecessor == before.epoch)
      #expect(after.forcedMoves == 0)
      try await drains.end(named("node-a1"))
      #expect(try await drains.nodes().isEmpty)
      try await plan(etcd, over: inventory)
      let last = try #require(try await grant(of: address, in: etcd))
      #expect(last.holding == Holding(holder: named("node-a2"), heir: named("node-a1")))
    }
  }

  @Test func allAddressesOfANodeMoveInOneTransaction() async throws {
    try await withEtcd { etcd in
      let addresses = [freshAddress(), freshAddress()]
      var inventory = inventory(addresses[0], holder: "node-a1")
      inventory.addresses += self.inventory(addresses[1], holder: "node-a1").addresses
      try await plan(etcd, over: inventory)
      let drains = DrainRegister(etcd)
      try await drains.begin(named("node-a1"))

      try await plan(etcd, over: inventory)

      try await drains.end(named("node-a1"))
      let grants = try await GrantRegister(etcd: etcd).read()
      let moved = addresses.compactMap { grants[$0] }
      #expect(moved.map(\.holding.holder) == [named("node-a2"), named("node-a2")])
      #expect(Set(moved.map(\.revision)).count == 1)
    }
  }

  @Test func aGrantThatAnotherWriteCameBeforeKeepsNoOtherBack() async throws {
    try await withEtcd { etcd in
      let addresses = [freshAddress(), freshAddress()]
      let register = GrantRegister(etcd: etcd)
      let steps = addresses.map {
        GrantStep(
          address: $0, holding: Holding(holder: named("node-a1"), heir: nil), generation: 1,
          expectedRevision: 0, predecessor: nil, forcedMoves: 0)
      }
      try await etcd.put([1], at: GrantRecord.key(of: addresses[0]))

      let epochs = try await register.write(steps, after: [:])

      #expect(epochs.keys.sorted() == [addresses[1]])
      #expect(try await grant(of: addresses[1], in: etcd)?.epoch == epochs[addresses[1]])
    }
  }

  @Test func whatTheLeaderWroteIsOrderedWithoutWaitingForAnotherReading() async throws {
    try await withEtcd { etcd in
      let addresses = [freshAddress(), freshAddress()]
      var inventory = inventory(addresses[0], holder: "node-a1")
      inventory.addresses += self.inventory(addresses[1], holder: "node-a1").addresses
      let fleet = Fleet(replica: named("cp-a"), site: named("a"), firstPatience: .seconds(600))

      try await plan(etcd, over: inventory, fleet: fleet)

      for address in addresses {
        let written = try #require(try await grant(of: address, in: etcd))
        #expect(await fleet.grant(of: address) == written)
      }
    }
  }

  @Test func aSilentHolderLosesItsAddressToItsHeir() async throws {
    try await withEtcd { etcd in
      let address = freshAddress()
      let inventory = inventory(address, holder: "node-a1")
      let fleet = Fleet(replica: named("cp-a"), site: named("a"), firstPatience: .seconds(600))
      let heir = await TestBeats(of: named("node-a2"), in: named("a"), to: fleet)
      try await plan(etcd, over: inventory, fleet: fleet)
      let before = try #require(try await grant(of: address, in: etcd))

      try await whileRunning([
        QuorumReading(etcd, fleet: fleet, logger: .quiet),
        TakeoverLoop(etcd, fleet: fleet, logger: .quiet), heir,
      ]) {
        try await eventually("the heir holds it") {
          try await grant(of: address, in: etcd)?.holding.holder == named("node-a2")
        }
      }

      let after = try #require(try await grant(of: address, in: etcd))
      #expect(after.predecessor == before.epoch)
      #expect(after.forcedMoves == 1)
      #expect(after.epoch > before.epoch)
    }
  }

  @Test func aSilentHolderThatAWitnessHearsKeepsItsAddress() async throws {
    try await withEtcd { etcd in
      let address = freshAddress()
      let inventory = inventory(address, holder: "node-a1")
      let fleet = Fleet(replica: named("cp-a"), site: named("a"), firstPatience: .seconds(600))
      let heir = await TestBeats(
        of: named("node-a2"), in: named("a"), to: fleet,
        saying: [WitnessStatement(node: named("node-a1"), silence: .milliseconds(10))])
      try await plan(etcd, over: inventory, fleet: fleet)

      try await whileRunning([
        QuorumReading(etcd, fleet: fleet, logger: .quiet),
        TakeoverLoop(etcd, fleet: fleet, logger: .quiet), heir,
      ]) {
        try await eventually("somebody doubts") {
          await fleet.takeovers().contains(.hold(address, .heardByWitness(named("node-a1"))))
        }
      }
      #expect(try await grant(of: address, in: etcd)?.holding.holder == named("node-a1"))
    }
  }

  @Test func replicasFindEachOtherAndTheMembersOfTheirSites() async throws {
    try await withEtcd { etcd in
      let member = try #require(ProcessInfo.processInfo.environment["TANDEM_TEST_ETCD"])
      let fleets = ["a", "b"].map { site in
        Fleet(replica: named("test-\(site)"), site: named(site))
      }
      let registers = fleets.enumerated().map { index, fleet in
        let beats = IPEndpoint(.v4(0x7F00_0001), port: UInt16(7_444 + index))
        return ReplicaRegister(
          etcd, fleet: fleet,
          at: ReplicaPlace(site: fleet.site ?? named("a"), beats: beats, member: member),
          every: .milliseconds(50), logger: .quiet)
      }
      try await whileRunning(registers) {
        try await eventually("each knows the other") {
          let known = (
            await fleets[0].others[named("test-b")]?.key,
            await fleets[1].others[named("test-a")]?.key
          )
          return known == (fleets[1].testimonyKey, fleets[0].testimonyKey)
        }
      }
      #expect(await fleets[0].members() == [named("b"): member])
      #expect(await fleets[0].testimonies().map(\.to).contains(IPEndpoint("127.0.0.1:7445")!))
      #expect(await etcd.answers(member, within: .seconds(5)))
      #expect(await !etcd.answers("http://127.0.0.1:1", within: .seconds(1)))
    }
  }

  /// One round of the loop.
  private func plan(
    _ etcd: EtcdClient, over inventory: Inventory, fleet: Fleet? = nil
  ) async throws {
    let loop = loop(etcd, over: inventory, fleet: fleet)
    try await loop.learn()
    _ = try await loop.round()
  }

  @Test func theTableFollowsEveryGrant() async throws {
    try await withEtcd { etcd in
      let address = freshAddress()
      let table = GrantTable(etcd, logger: .quiet)
      try await whileRunning([table]) {
        let heard = Tables()
        let follower = Task { for await current in table.grants() { heard.add(current) } }
        defer { follower.cancel() }
        try await eventually("a first table") { heard.last != nil }
        #expect(heard.last?[address] == nil)

        try await plan(etcd, over: inventory(address, holder: "node-a1"))

        try await eventually("the grant is told") {
          heard.last?[address]?.holding.holder == named("node-a1")
        }
        #expect(table.grant(of: address) == (try await grant(of: address, in: etcd)))
        // A listener that comes later is told at once.
        let late = try await inTime("a late listener is told") {
          await table.grants().first { _ in true }
        }
        #expect(late?[address] != nil)
      }
    }
  }

  @Test func oneReplicaLeadsAndMakesRoomWhenItStops() async throws {
    try await withEtcd { etcd in
      let first = lease(etcd, "cp-a")
      let second = lease(etcd, "cp-b")
      try await whileRunning([first]) {
        try await eventually("the first leads") { first.isHeld }
        try await whileRunning([second]) {
          try await neverWithin(.seconds(1), "two lead") { second.isHeld }
        }
      }
      #expect(!first.isHeld)
      try await whileRunning([second]) {
        try await eventually("the second leads") { second.isHeld }
      }
    }
  }

  @Test func aReplicaThatCannotRenewStopsLeadingBeforeAnotherBegins() async throws {
    try await withEtcd { etcd in
      let first = lease(etcd, "cp-a")
      let second = lease(etcd, "cp-b")
      try await whileRunning([first]) {
        try await eventually("the first leads") { first.isHeld }
        // Somebody takes the lease away, as its end would.
        let entry = try #require(try await etcd.get(LeaderLease.key))
        try await whileRunning([second]) {
          try await etcd.revoke(try #require(entry.lease))
          try await eventually("somebody leads again") {
            let place = try await etcd.get(LeaderLease.key)
            return place != nil && place?.lease != entry.lease && first.isHeld != second.isHeld
          }
        }
      }
    }
  }

  @Test func aReplicaThatStartsAgainTakesItsOwnPlaceAtOnce() async throws {
    try await withEtcd { etcd in
      let lost = try await etcd.grantLease(timeToLive: .seconds(60))
      try await etcd.put(Array("cp-a".utf8), at: LeaderLease.key, lease: lost)
      let reborn = lease(etcd, "cp-a")
      try await whileRunning([reborn]) {
        try await eventually("it leads") { reborn.isHeld }
      }
      try await etcd.revoke(lost)
    }
  }

  private func withEtcd(_ body: (EtcdClient) async throws -> Void) async throws {
    let endpoint = try #require(ProcessInfo.processInfo.environment["TANDEM_TEST_ETCD"])
    let etcd = EtcdClient(endpoints: [endpoint])
    do {
      try await body(etcd)
      await etcd.close()
    } catch {
      await etcd.close()
      throw error
    }
  }

  private func freshAddress() -> AddressName {
    named("test-" + String(UInt32.random(in: .min ... .max), radix: 16))
  }

  private func named<Kind>(_ text: String) -> OperatorName<Kind> {
    guard let name = OperatorName<Kind>(text) else { preconditionFailure("no name: \(text)") }
    return name
  }

  private func inventory(_ address: AddressName, holder: String) -> Inventory {
    Inventory(
      nodes: ["node-a1", "node-a2"].map { PlacedNode(name: named($0), site: named("a")) },
      addresses: [PlacedAddress(name: address, site: named("a"), holder: named(holder))])
  }

  private func loop(
    _ etcd: EtcdClient, over inventory: Inventory, fleet: Fleet? = nil
  ) -> GrantLoop {
    GrantLoop(
      etcd, fleet: fleet ?? Fleet(replica: named("cp-a"), firstPatience: .seconds(600)),
      leadership: lease(etcd, "cp-a"),
      generation: 1, logger: .quiet
    ) { inventory }
  }

  private func lease(_ etcd: EtcdClient, _ replica: String) -> LeaderLease {
    LeaderLease(etcd, replica: named(replica), timeToLive: .seconds(2), logger: .quiet)
  }

  private func grant(of address: AddressName, in etcd: EtcdClient) async throws -> AddressGrant? {
    try await etcd.get(GrantRecord.key(of: address)).flatMap { AddressGrant($0) }
  }
}

/// The tables that a listener was told.
private final class Tables: Sendable {
  private let tables = Mutex<[[AddressName: AddressGrant]]>([])

  func add(_ table: [AddressName: AddressGrant]) { tables.withLock { $0.append(table) } }

  var last: [AddressName: AddressGrant]? { tables.withLock { $0.last } }
}

/// A node of which a replica hears beats and nothing else.
private struct TestBeats: Service {
  let beat: Beat
  let key: BeatKey
  let fleet: Fleet

  init(
    of node: NodeName, in site: SiteName, to fleet: Fleet,
    saying statements: [WitnessStatement]? = nil
  ) async {
    let incarnation = UUIDv7(high: 1, low: 1)
    let said =
      statements ?? [WitnessStatement(node: NodeName("node-a1")!, silence: .seconds(5))]
    beat = Beat(node: node, incarnation: incarnation, number: 0, statements: said)
    key = await fleet.link(
      NodeHello(
        node: node, site: site, incarnation: incarnation, featureLevel: 1,
        spool: SpoolID(UUIDv7(high: 1, low: 2)), addresses: [], tenants: [])
    ).key
    self.fleet = fleet
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var next = self.beat
      while !Task.isCancelled {
        next.number += 1
        _ = await fleet.receiveBeat(next.datagram(sealedWith: key, by: CryptoHashing()))
        try? await Task.sleep(for: .milliseconds(25))
      }
    }
  }
}

extension Logger {
  fileprivate static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

/// Runs `services` while `body` does, then shuts them down gracefully.
private func whileRunning(
  _ services: [any Service], _ body: () async throws -> Void
) async throws {
  let group = ServiceGroup(services: services, logger: .quiet)
  let running = Task { try await group.run() }
  do {
    try await body()
  } catch {
    running.cancel()
    throw error
  }
  await group.triggerGracefulShutdown()
  try await inTime("the services stop") { try await running.value }
}

/// Waits until `condition` holds, at most ten seconds.
private func eventually(
  _ what: String, sourceLocation: SourceLocation = #_sourceLocation,
  _ condition: () async throws -> Bool
) async throws {
  let clock = ContinuousClock()
  let deadline = clock.now + .seconds(10)
  while clock.now < deadline {
    if try await condition() { return }
    try await Task.sleep(for: .milliseconds(20))
  }
  Issue.record("not within ten seconds: \(what)", sourceLocation: sourceLocation)
}

/// Watches for as long as `duration` that `condition` does not hold.
private func neverWithin(
  _ duration: Duration, _ what: String, sourceLocation: SourceLocation = #_sourceLocation,
  _ condition: () -> Bool
) async throws {
  let clock = ContinuousClock()
  let deadline = clock.now + duration
  while clock.now < deadline {
    if condition() { Issue.record("\(what)", sourceLocation: sourceLocation) }
    try await Task.sleep(for: .milliseconds(20))
  }
}
