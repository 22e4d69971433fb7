import NodeContract
import SIP
import Testing

@testable import CallControl

extension Referring {
  /// To the other party of `second`, in its place.
  convenience init(
    _ first: PartyCall, replacing second: PartyCall, change: (inout SIPURI) -> Void = { _ in }
  ) {
    let dialog = second.dialog?.id ?? DialogID(callID: "", localTag: "", remoteTag: "")
    var uri = SIPURI(user: "103", host: Fixture.domain)
    uri.headers = [HeaderField("Replaces", dialog.replaces)]
    change(&uri)
    self.init(first, to: nil) { $0.headers["Refer-To"] = NameAddress(uri: uri).description }
  }
}

extension DialogID {
  /// As the party itself names its dialog to somebody who is to take its place.
  var replaces: String { "\(callID);to-tag=\(remoteTag);from-tag=\(localTag)" }
}

@Suite struct AttendedTransfer {
  /// Alice talks to Bob and to Carol.
  private func scene(
    aliceCallsBob: Bool = true, aliceCallsCarol: Bool = true
  ) throws -> (Scene, Party, bobs: PartyCall, carols: PartyCall) {
    let scene = try Scene()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    let bobs = try talk(scene, scene.alice, scene.bob, "102", byFirst: aliceCallsBob)
    let carols = try talk(scene, scene.alice, carol, "103", byFirst: aliceCallsCarol)
    return (scene, carol, bobs, carols)
  }

  /// The first one's end of a call between both.
  private func talk(
    _ scene: Scene, _ first: Party, _ second: Party, _ number: String, byFirst: Bool
  ) throws -> PartyCall {
    let (caller, called) = byFirst ? (first, second) : (second, first)
    let call = caller.call(byFirst ? number : "101")
    #expect(
      scene.world.run { call.state == .talking && called.lastCall?.isAcknowledged == true })
    scene.world.run(for: .seconds(1))
    return try #require(first.lastCall)
  }

  @Test(arguments: [true, false], [true, false])
  func fourLegsBecomeTwo(aliceCallsBob: Bool, aliceCallsCarol: Bool) throws {
    let (scene, carol, bobs, carols) = try scene(
      aliceCallsBob: aliceCallsBob, aliceCallsCarol: aliceCallsCarol)
    let referring = Referring(bobs, replacing: carols)
    #expect(scene.world.run { referring.told.last == "SIP/2.0 200 OK" })
    scene.world.run(for: .seconds(1))
    #expect(bobs.state == .ended && carols.state == .ended)
    let (bob, caroline) = (try #require(scene.bob.lastCall), try #require(carol.lastCall))
    #expect(bob.state == .talking && caroline.state == .talking)
    let census = scene.world.exchange.census
    #expect(census.calls == 1 && census.openRelays == 1 && census.openDialogs == 2)
    #expect(scene.world.checkpoints.count == 1)
    let relay = try #require(scene.world.relays.values.first { $0.isOpen })
    let ours = [relay.plan.callerLocal, relay.plan.calleeLocal]
    #expect(
      Set([bob, caroline].compactMap { $0.theirSession?.audioEndpoint }) == Set(ours))
    #expect(Set(relay.directed.values) == [scene.bob.mediaEndpoint, carol.mediaEndpoint])
    caroline.offer(direction: "sendonly")
    #expect(scene.world.run { caroline.renegotiations == [200] })
    #expect(bob.theirSession?.directions == ["sendonly"])
    bob.hangUp()
    scene.world.run(for: .seconds(1))
    #expect(caroline.state == .ended)
    scene.calmDown()
  }

  @Test func eachCallKeepsItsRecords() throws {
    let (scene, _, bobs, carols) = try scene()
    let calls = Set(scene.world.facts.map(\.call))
    #expect(calls.count == 2)
    _ = Referring(bobs, replacing: carols)
    scene.world.run(for: .seconds(30))
    scene.bob.lastCall?.hangUp()
    scene.calmDown()
    #expect(Set(scene.world.facts.map(\.call)) == calls)
    for leg in scene.world.factsByLeg { #expect(Set(leg.map(\.call)).count == 1) }
    let ends = scene.world.facts.filter { $0.event.word == "ended" }
    #expect(ends.compactMap(\.event.outcome) == Array(repeating: .answered, count: 4))
    #expect(ends[1].time.instant.duration(to: ends[2].time.instant) > .seconds(28))
  }

  @Test func aDialogThatNobodyKnowsIsNotReplaced() throws {
    let (scene, _, bobs, carols) = try scene()
    let referring = Referring(bobs, replacing: carols) {
      $0.headers[0].value = "nobody;to-tag=a;from-tag=b"
    }
    #expect(scene.world.run { referring.told.last?.hasPrefix("SIP/2.0 481") == true })
    let itself = Referring(bobs, replacing: bobs)
    #expect(scene.world.run { itself.told.last?.hasPrefix("SIP/2.0 481") == true })
    let malformed = Referring(bobs, replacing: carols) { $0.headers[0].value = "nobody" }
    #expect(scene.world.run { malformed.status == 400 })
    #expect(bobs.state == .talking && carols.state == .talking)
    for call in [bobs, carols] { call.hangUp() }
    scene.calmDown()
  }

  @Test func nobodyHandsOnAnothersCall() throws {
    let (scene, carol, bobs, carols) = try scene()
    let bobsEnd = try #require(scene.bob.lastCall)
    let referring = Referring(bobsEnd, replacing: carols)
    #expect(scene.world.run { referring.told.last?.hasPrefix("SIP/2.0 403") == true })
    #expect(carol.lastCall?.state == .talking && bobs.state == .talking)
    for call in [bobs, carols] { call.hangUp() }
    scene.calmDown()
  }

  @Test func whoeverStillRingsIsNotReplaced() throws {
    let scene = try Scene()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    let (bobs, _) = try scene.talking()
    carol.habit = .ring
    let ringing = scene.alice.call("103")
    scene.world.run { ringing.heard.contains(180) }
    scene.world.run(for: .seconds(1))
    let tag = try #require(
      scene.world.exchange.calls.values.lazy.map(\.machine).first { $0.connected == nil })
    let referring = Referring(bobs, replacing: ringing) {
      let caller = tag.caller
      $0.headers[0].value =
        "\(caller.callID);to-tag=\(caller.localTag);"
        + "from-tag=\(caller.dialog?.id.remoteTag ?? "")"
    }
    #expect(scene.world.run { referring.told.last?.hasPrefix("SIP/2.0 481") == true })
    for call in [bobs, ringing] { call.hangUp() }
    scene.calmDown()
  }

  @Test func whenTheMovedPartyRefusesTheFirstCallGoesOn() throws {
    let (scene, carol, bobs, carols) = try scene()
    carol.lastCall?.refusesOffers = 488
    let referring = Referring(bobs, replacing: carols)
    #expect(scene.world.run { referring.told.last?.hasPrefix("SIP/2.0 488") == true })
    scene.world.run(for: .seconds(1))
    #expect(carol.lastCall?.state == .ended && carols.state == .ended)
    #expect(bobs.state == .talking && scene.bob.lastCall?.state == .talking)
    bobs.hangUp()
    scene.calmDown()
  }

  @Test func aPartyThatLeavesMeanwhileLeavesTheOthersTalking() throws {
    let (scene, carol, bobs, carols) = try scene()
    carol.lastCall?.thinks = .seconds(3)
    let referring = Referring(bobs, replacing: carols)
    scene.world.run { referring.status == 202 }
    scene.world.run(for: .seconds(1))
    carol.lastCall?.hangUp()
    scene.world.run(for: .seconds(1))
    #expect(bobs.state == .talking && scene.bob.lastCall?.state == .talking)
    bobs.hangUp()
    scene.calmDown()
  }

  @Test func itsCheckpointHoldsWhileThePartyIsMoved() throws {
    let (scene, carol, bobs, carols) = try scene()
    carol.lastCall?.thinks = .seconds(3)
    let referring = Referring(bobs, replacing: carols)
    scene.world.run { referring.status == 202 }
    scene.world.run(for: .seconds(1))
    let call = try #require(scene.world.exchange.calls.values.first?.machine)
    #expect(call.transfer?.isMoving == true)
    let bytes = call.checkpoint(at: scene.world.now.boot)
    let read = try CallMachine(checkpoint: bytes, limits: call.limits, at: scene.world.now.boot)
    #expect(read == call)
    bobs.hangUp()
    scene.bob.lastCall?.hangUp()
    carol.lastCall?.hangUp()
    scene.calmDown()
  }
}
