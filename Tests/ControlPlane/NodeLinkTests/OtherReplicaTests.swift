import Logging
import NodeContract
import ServiceLifecycle
import Support
import TLS
import Testing

@testable import NodeLink
@testable import Placement

/// Replicas that tell each other whom they hear.
@Suite struct OtherReplicaTests {
  private let node = NodeName("node-a1")!
  private let standby = NodeName("node-b1")!
  private let address = AddressName("phones-a")!
  private let sites = (a: SiteName("a")!, b: SiteName("b")!)

  private func other(
    _ fleet: Fleet, port: UInt16 = 7444, member: String? = nil
  ) throws -> OtherReplica {
    let place = ReplicaPlace(
      site: try #require(fleet.site), beats: IPEndpoint(.v4(0x7F00_0001), port: port),
      member: member)
    return OtherReplica(name: fleet.replica, place: place, key: fleet.testimonyKey)
  }

  private func fleets(movingAcross: Bool = true) -> (a: Fleet, b: Fleet) {
    // Patient, so that a machine that is busy doubts nothing.
    var policy = OwnershipPolicy()
    policy.suspicion = .seconds(2)
    policy.loopLateness = .seconds(5)
    policy.quorumFreshness = .seconds(10)
    return (
      Fleet(
        replica: ReplicaName("cp-a")!, site: sites.a, movesAcross: movingAcross, policy: policy),
      Fleet(
        replica: ReplicaName("cp-b")!, site: sites.b, movesAcross: movingAcross, policy: policy)
    )
  }

  /// A node that greeted; returns what makes its next beat.
  private func greet(_ node: NodeName, in site: SiteName, _ fleet: Fleet) async -> Beating {
    let incarnation = UUIDv7(high: 1, low: 1)
    let hello = NodeHello(
      node: node, site: site, incarnation: incarnation, featureLevel: 1,
      spool: SpoolID(UUIDv7(high: 1, low: 2)), addresses: [], tenants: [])
    return Beating(
      beat: Beat(node: node, incarnation: incarnation, number: 0), key: await fleet.link(hello).key)
  }

  private struct Beating {
    var beat: Beat
    let key: BeatKey

    mutating func again(to fleet: Fleet) async {
      beat.number += 1
      _ = await fleet.receiveBeat(beat.datagram(sealedWith: key, by: OpenSSLHashing()))
    }
  }

  @Test func aRecordInEtcdSaysWhereAReplicaIsHeard() throws {
    let one = try other(fleets().a, member: "http://10.98.1.10:2379")
    let bytes = ReplicaRecord(one).bytes
    #expect(OtherReplica(key: "/tandem/v1/replica/cp-a", value: bytes) == one)
    #expect(OtherReplica(key: "/tandem/v1/replica/cp-a", value: Array("{}".utf8)) == nil)
    #expect(OtherReplica(key: "/tandem/v1/drain/cp-a", value: bytes) == nil)
  }

  @Test func aTestimonyCountsOnceAndOnlyUnderItsSendersKey() async throws {
    let (a, b) = fleets()
    await a.use([try other(b)])
    await b.use([try other(a)])
    let said = try #require(await b.testimonies().first)
    #expect(said.to == IPEndpoint("127.0.0.1:7444"))
    #expect(await a.receive(said.datagram, from: nil) == nil)
    #expect(await a.detector.testimonies.keys.sorted() == [b.replica])
    #expect(await a.snapshot().refusedBeats == 0)

    _ = await a.receive(said.datagram, from: nil)
    #expect(await a.snapshot().refusedBeats == 1)
    let stranger = Fleet(replica: b.replica, site: sites.b)
    await stranger.use([try other(a)])
    _ = await a.receive(try #require(await stranger.testimonies().first).datagram, from: nil)
    #expect(await a.snapshot().refusedBeats == 2)
  }

  @Test func aReplicaThatBeginsAnewCountsFromOneUnderItsNewKey() async throws {
    let (a, b) = fleets()
    await a.use([try other(b)])
    await b.use([try other(a)])
    for _ in 0..<9 { _ = await b.testimonies() }
    _ = await a.receive(try #require(await b.testimonies().first).datagram, from: nil)
    let reborn = Fleet(replica: b.replica, site: sites.b)
    await reborn.use([try other(a)])
    await a.use([try other(reborn)])
    _ = await a.receive(try #require(await reborn.testimonies().first).datagram, from: nil)
    #expect(await a.snapshot().refusedBeats == 0)
  }

  @Test func replicasHearEachOtherByTheirBeatListeners() async throws {
    let (a, b) = fleets()
    let (ports, found) = AsyncStream<(ReplicaName, Int)>.makeStream()
    let listeners = [a, b].map { fleet in
      BeatListener(
        host: "127.0.0.1", port: 0, fleet: fleet,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
      ) { found.yield((fleet.replica, $0)) }
    }
    let group = ServiceGroup(
      services: listeners, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let running = Task { try await group.run() }
    var known: [ReplicaName: UInt16] = [:]
    for await (replica, port) in ports {
      known[replica] = UInt16(port)
      if known.count == 2 { break }
    }
    let both = [
      try other(a, port: try #require(known[a.replica])),
      try other(b, port: try #require(known[b.replica])),
    ]
    for fleet in [a, b] { await fleet.use(both) }
    try await eventually("each hears the other", within: .seconds(10)) {
      let heard = (await a.detector.testimonies.count, await b.detector.testimonies.count)
      return heard == (1, 1)
    }
    await group.triggerGracefulShutdown()
    try await running.value
  }

  /// How site a, of which this replica hears nothing itself, is taken over; nil: it is not.
  private func takeover(
    in b: Fleet, member: String? = nil, within patience: Duration = .seconds(5),
    meanwhile other: (Fleet) async -> Void = { _ in }
  ) async throws -> GrantStep? {
    let (a, _) = fleets()
    await b.use([try self.other(a, member: member)])
    var standing = await greet(standby, in: sites.b, b)
    _ = await greet(node, in: sites.a, b)
    let grant = AddressGrant(
      holding: Holding(holder: node, standby: standby), epoch: Epoch(generation: 1, revision: 7))
    let end = ContinuousClock.now + patience
    while ContinuousClock.now < end {
      await standing.again(to: b)
      await b.confirm([address: grant], readBegunAt: b.now)
      await other(b)
      for case .take(let step) in await b.takeovers() { return step }
      try await Task.sleep(for: .milliseconds(25))
    }
    return nil
  }

  @Test func theAddressOfALostSiteGoesToWhoeverStandsByInAnother() async throws {
    let step = try await takeover(
      in: fleets().b, member: "http://10.98.1.10:2379", within: .seconds(40))
    #expect(step?.holding == Holding(holder: standby))
    #expect(step?.expectedRevision == 7)
  }

  @Test func aSiteWhoseMemberOfEtcdAnswersIsNotLost() async throws {
    let b = fleets().b
    let step = try await takeover(in: b, member: "http://10.98.1.10:2379") {
      await $0.hearMember(in: sites.a)
    }
    #expect(step == nil)
    #expect(await b.members() == [sites.a: "http://10.98.1.10:2379"])
  }

  @Test func whereNothingMovesAcrossNobodyElsewhereTakesIt() async throws {
    #expect(try await takeover(in: fleets(movingAcross: false).b) == nil)
  }

  @Test func theViewOfTheCellNamesStandbysWhereAddressesMoveAcross() async throws {
    let inventory = Inventory(
      nodes: [PlacedNode(name: node, site: sites.a), PlacedNode(name: standby, site: sites.b)],
      addresses: [PlacedAddress(name: address, site: sites.a, holder: node)])
    for (fleet, expected) in [
      (fleets().a, standby), (Fleet(replica: ReplicaName("cp-a")!, site: sites.a), nil),
    ] {
      await fleet.use(inventory)
      let plan = planCell(await fleet.cellView(of: [:], generation: 1))
      #expect(plan.steps.map(\.holding) == [Holding(holder: node, standby: expected)])
    }
  }
}
