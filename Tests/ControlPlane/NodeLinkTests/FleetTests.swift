import NodeContract
import Placement
import TLS
import Testing

@testable import NodeLink

@Suite struct FleetTests {
  let fleet = Fleet(replica: ReplicaName("cp-a")!)
  let hashing = OpenSSLHashing()

  private func hello(life: UInt64 = 1) -> NodeHello {
    NodeHello(
      node: NodeName("node-a1")!, site: SiteName("a")!, incarnation: UUIDv7(high: life, low: 1),
      featureLevel: 1, spool: SpoolID(UUIDv7(high: 1, low: 1)), addresses: [], tenants: [])
  }

  private func beat(_ number: UInt64, life: UInt64 = 1, key: BeatKey) -> [UInt8] {
    Beat(node: hello().node, incarnation: hello(life: life).incarnation, number: number)
      .datagram(sealedWith: key, by: hashing)
  }

  private func binding(_ contact: String) -> BindingChange {
    BindingChange(
      tenant: TenantID(UUIDv7(high: 1, low: 1)), extension: ExtensionID(UUIDv7(high: 2, low: 2)),
      address: AddressName("phones-a")!, contact: contact, source: IPEndpoint("192.0.2.1:5060")!,
      local: IPEndpoint("192.0.2.2:5060")!, userAgent: "", expiresIn: .seconds(600))
  }

  private func checkpoint(_ call: UInt64, number: UInt64, bytes: Int) -> CheckpointEnvelope {
    CheckpointEnvelope(
      call: CallID(UUIDv7(high: call, low: call)), tenant: TenantID(UUIDv7(high: 1, low: 1)),
      address: AddressName("phones-a")!, epoch: .none, number: number, summary: "",
      contents: [UInt8](repeating: 1, count: bytes))
  }

  @Test func aBeatCountsOnceAndNeverBackwards() async {
    let key = await fleet.link(hello()).key
    #expect(await fleet.receiveBeat(beat(5, key: key)) != nil)
    #expect(await fleet.receiveBeat(beat(5, key: key)) == nil)
    #expect(await fleet.receiveBeat(beat(4, key: key)) == nil)
    #expect(await fleet.receiveBeat(beat(6, key: key)) != nil)
    #expect(await fleet.snapshot().refusedBeats == 2)
  }

  @Test func aBeatOfTheProcessBeforeDoesNotCount() async {
    let old = await fleet.link(hello(life: 1)).key
    #expect(await fleet.receiveBeat(beat(5, key: old)) != nil)
    let new = await fleet.link(hello(life: 2)).key
    #expect(await fleet.receiveBeat(beat(6, life: 1, key: old)) == nil)
    #expect(await fleet.receiveBeat(beat(1, life: 2, key: new)) != nil)
  }

  @Test func theFormerKeyServesWhatIsUnderWayWhenKeysChange() async {
    let first = await fleet.link(hello()).key
    let second = await fleet.renewKey(of: hello().node)
    #expect(await fleet.receiveBeat(beat(1, key: first)) != nil)
    #expect(await fleet.receiveBeat(beat(2, key: second)) != nil)
    for _ in 0..<2 { _ = await fleet.renewKey(of: hello().node) }
    #expect(await fleet.receiveBeat(beat(3, key: first)) == nil)
  }

  @Test func aNodeThatComesBackWithoutMemoryIsGivenItsBindings() async {
    let session = await fleet.link(hello(life: 1)).session
    await fleet.note(.binding(binding("sip:a")), from: hello().node, session: session)
    await fleet.note(
      .checkpoint(checkpoint(1, number: 1, bytes: 10)), from: hello().node, session: session)
    let restored = await fleet.link(hello(life: 2)).bindings
    #expect(restored.map(\.contact) == ["sip:a"])
    #expect(restored.allSatisfy { $0.expiresIn > .seconds(590) && $0.expiresIn <= .seconds(600) })
    #expect(await fleet.checkpoints(of: hello().node).isEmpty)
  }

  @Test func aNodeThatComesBackWithoutMemoryIsGivenItsSubscriptions() async {
    let (node, session) = (hello().node, await fleet.link(hello(life: 1)).session)
    for change in [watching("a", for: .seconds(600)), watching("b", for: .seconds(600))] {
      await fleet.note(.subscription(change), from: node, session: session)
    }
    let over = watching("b", for: .zero)
    await fleet.note(.subscription(over), from: node, session: session)
    let restored = await fleet.link(hello(life: 2)).subscriptions
    #expect(restored.map(\.key.callID) == ["a"])
    #expect(restored.allSatisfy { $0.expiresIn > .seconds(590) && $0.expiresIn <= .seconds(600) })
    #expect(await fleet.link(hello(life: 2)).subscriptions.isEmpty)
  }

  private func watching(_ name: String, for duration: Duration) -> SubscriptionChange {
    SubscriptionChange(
      key: .init(callID: name, localTag: "t"), tenant: TenantID(UUIDv7(high: 1, low: 1)),
      address: AddressName("phones-a")!, expiresIn: duration, contents: [1])
  }

  @Test func aNodeThatOnlyLinksAgainTellsEverythingItself() async {
    let session = await fleet.link(hello()).session
    await fleet.note(.binding(binding("sip:a")), from: hello().node, session: session)
    #expect(await fleet.link(hello()).bindings.isEmpty)
    #expect(await fleet.bindings(of: hello().node).isEmpty)
  }

  @Test func aReplacedSessionIsNotHeard() async {
    let old = await fleet.link(hello()).session
    let new = await fleet.link(hello()).session
    await fleet.note(.binding(binding("sip:old")), from: hello().node, session: old)
    await fleet.unlink(hello().node, session: old)
    #expect(await fleet.bindings(of: hello().node).isEmpty)
    #expect(await fleet.snapshot().nodes.first?.isLinked == true)
    await fleet.unlink(hello().node, session: new)
    #expect(await fleet.snapshot().nodes.first?.isLinked == false)
  }

  @Test func theLatestCheckpointOfEachCallIsKeptUntilItRetires() async {
    let (node, session) = (hello().node, await fleet.link(hello()).session)
    for envelope in [
      checkpoint(1, number: 1, bytes: 100), checkpoint(1, number: 3, bytes: 50),
      checkpoint(1, number: 2, bytes: 70), checkpoint(2, number: 1, bytes: 7),
    ] {
      await fleet.note(.checkpoint(envelope), from: node, session: session)
    }
    #expect(await fleet.snapshot().nodes.first?.checkpointBytes == 57)
    await fleet.note(
      .checkpointRetired(CallID(UUIDv7(high: 1, low: 1))), from: node, session: session)
    #expect(
      await fleet.checkpoints(of: node) == [checkpoint(2, number: 1, bytes: 7)])
    #expect(await fleet.snapshot().nodes.first?.checkpointBytes == 7)
  }

  // MARK: - After a takeover

  private let phones = AddressName("phones-a")!
  private let heir = NodeName("node-a2")!

  private func hello(of node: NodeName, holding epoch: Epoch? = nil) -> NodeHello {
    NodeHello(
      node: node, site: SiteName("a")!, incarnation: UUIDv7(high: 1, low: 2), featureLevel: 1,
      spool: SpoolID(UUIDv7(high: 1, low: 2)),
      addresses: epoch.map { [HeldAddress(address: phones, epoch: $0)] } ?? [], tenants: [])
  }

  private func holds(_ epoch: Epoch) -> NodeHello { hello(of: heir, holding: epoch) }

  private func grant(to node: NodeName, revision: Int64) async {
    await fleet.confirm(
      [
        phones: AddressGrant(
          holding: Holding(holder: node), epoch: Epoch(generation: 1, revision: revision))
      ], readBegunAt: BootInstant(nanoseconds: 1))
  }

  /// They ended elsewhere, and nobody would say here that they did.
  @Test func aNodeThatWakesLateIsNotHeardAboutCallsAndPhonesThatAreItsHeirsByNow() async {
    let late = hello().node
    let session = await fleet.link(hello()).session
    await grant(to: heir, revision: 5)
    _ = await fleet.link(holds(Epoch(generation: 1, revision: 5)))
    await fleet.note(
      .checkpoint(checkpoint(1, number: 9, bytes: 10)), from: late, session: session)
    await fleet.note(.binding(binding("sip:a")), from: late, session: session)
    let node = await fleet.snapshot().nodes.first { $0.name == late }
    #expect(node?.checkpoints == 0 && node?.bindings == 0)
  }

  /// Replicas far away learn of a takeover after the heir told them what it has.
  @Test func anHeirIsHeardByReplicasThatDoNotKnowYetThatItIsOne() async {
    let former = hello().node
    await grant(to: former, revision: 4)
    _ = await fleet.link(hello(of: former, holding: Epoch(generation: 1, revision: 4)))
    let session = await fleet.link(hello(of: heir)).session
    let told = [1, 2].map { checkpoint($0, number: 9, bytes: 10) }
    for checkpoint in told {
      await fleet.note(.checkpoint(checkpoint), from: heir, session: session)
    }
    await fleet.note(.checkpointRetired(told[1].call), from: heir, session: session)
    await fleet.note(.binding(binding("sip:a")), from: heir, session: session)
    await grant(to: heir, revision: 5)
    #expect(await fleet.checkpoints(of: heir) == [told[0]])
    #expect(await fleet.bindings(of: heir).count == 1)
  }

  /// A machine that comes back says what it held when it died, before it hears that another has it.
  @Test func whoeverComesBackTakesNoCallFromItsHeir() async {
    await grant(to: heir, revision: 5)
    let session = await fleet.link(holds(Epoch(generation: 1, revision: 5))).session
    let call = checkpoint(1, number: 9, bytes: 10)
    await fleet.note(.checkpoint(call), from: heir, session: session)
    let former = hello(of: hello().node, holding: Epoch(generation: 1, revision: 4))
    _ = await fleet.link(former)
    #expect(await fleet.checkpoints(of: heir) == [call])
  }

  /// It tells its last words between the decision and the heir's answer.
  @Test func whoeverIsToGiveAnAddressUpIsHeardUntilItsHeirHasIt() async {
    let holder = hello().node
    let session = await fleet.link(hello()).session
    await grant(to: heir, revision: 5)
    _ = await fleet.link(holds(Epoch(generation: 1, revision: 4)))
    let last = checkpoint(1, number: 9, bytes: 10)
    await fleet.note(.checkpoint(last), from: holder, session: session)
    #expect(await fleet.checkpoints(of: holder) == [last])
  }

  @Test(arguments: [false, true])
  func aReplicaThatWasAwayDuringATakeoverForgetsWhatItWasToldBefore(grantComesLast: Bool) async {
    let former = hello().node
    let session = await fleet.link(hello()).session
    await fleet.note(
      .checkpoint(checkpoint(1, number: 9, bytes: 10)), from: former, session: session)
    if !grantComesLast { await grant(to: heir, revision: 5) }
    _ = await fleet.link(holds(Epoch(generation: 1, revision: 5)))
    if grantComesLast { await grant(to: heir, revision: 5) }
    #expect(await fleet.checkpoints(of: former).isEmpty)
  }
}
