import NodeContract
import SIP
import Testing

@testable import CallControl

@Suite struct DirectedPickup {
  /// Alice calls Bob, whose phones ring; Carol is there too.
  private func scene() throws -> (Scene, carol: Party, call: PartyCall) {
    let scene = try Scene()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    scene.bob.habit = .ring
    let call = scene.alice.call("102")
    scene.world.run { call.heard.contains(180) }
    scene.world.run(for: .seconds(1))
    return (scene, carol, call)
  }

  private func expectPickedUp(_ scene: Scene, _ call: PartyCall, _ picker: PartyCall) throws {
    #expect(scene.world.run { call.state == .talking && picker.state == .talking })
    scene.world.run(for: .seconds(1))
    #expect(scene.bob.lastCall?.wasCancelled == true)
    let relay = try #require(scene.world.relays.values.first)
    #expect(Set(relay.directed.values) == [picker.party.mediaEndpoint])
    #expect(picker.theirSession?.audioEndpoint == relay.plan.calleeLocal)
    picker.offer(direction: "sendonly")
    #expect(scene.world.run { picker.renegotiations == [200] })
    #expect(call.theirSession?.directions == ["sendonly"])
    call.hangUp()
    scene.world.run(for: .seconds(1))
    #expect(picker.state == .ended)
    scene.calmDown()
    #expect(
      scene.world.facts(of: Fixture.party("102")).compactMap(\.outcome) == [.answeredElsewhere])
    #expect(
      scene.world.facts(of: Fixture.party("103")).map(\.word)
        == ["offered", "answered", "held", "ended"])
  }

  @Test func aCodeAnswersAColleaguesCall() throws {
    let (scene, carol, call) = try scene()
    try expectPickedUp(scene, call, carol.call("*8102"))
  }

  @Test func anInviteThatReplacesTheRingingDialogAnswersIt() throws {
    let (scene, carol, call) = try scene()
    let dialog = try #require(scene.bob.lastCall?.dialog?.id)
    let picker = carol.call("102") {
      // As a watcher knows it: from the side of the phone that rings.
      $0.headers["Replaces"] =
        "\(dialog.callID);to-tag=\(dialog.localTag);from-tag=\(dialog.remoteTag);early-only"
      $0.headers["Require"] = "replaces"
    }
    try expectPickedUp(scene, call, picker)
  }

  @Test func aCarriersCallIsPickedUpToo() throws {
    let scene = try Scene()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    scene.bob.habit = .ring
    let call = scene.carrier.call("+442079460102")
    scene.world.run { call.heard.contains(180) }
    let picker = carol.call("*8102")
    #expect(scene.world.run { call.state == .talking && picker.state == .talking })
    picker.hangUp()
    scene.calmDown()
  }

  @Test func whoeverPickedUpMayHandTheCallOn() throws {
    let (scene, carol, call) = try scene()
    let picker = carol.call("*8102")
    #expect(scene.world.run { call.state == .talking && picker.state == .talking })
    scene.world.run(for: .seconds(1))
    scene.bob.habit = .answer(after: .milliseconds(100))
    let referring = Referring(picker, to: "102")
    #expect(scene.world.run { referring.told.last == "SIP/2.0 200 OK" })
    #expect(scene.bob.lastCall?.state == .talking && call.state == .talking)
    call.hangUp()
    scene.calmDown()
  }

  @Test func whereNothingRingsNothingIsPickedUp() throws {
    let scene = try Scene()
    let quiet = scene.alice.call("*8102")
    #expect(scene.world.run { quiet.finalStatus == 480 })
    let nobody = scene.alice.call("*8199")
    #expect(scene.world.run { nobody.finalStatus == 404 })
    let (caller, _) = try scene.talking()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    let late = carol.call("*8102")
    #expect(scene.world.run { late.finalStatus == 480 })
    caller.hangUp()
    scene.calmDown()
  }

  @Test func eachWrongReplacesHasItsAnswer() throws {
    let (scene, carol, call) = try scene()
    func status(_ field: String) -> Int? {
      let attempt = carol.call("102") { $0.headers["Replaces"] = field }
      scene.world.run { attempt.finalStatus != nil }
      return attempt.finalStatus
    }
    let dialog = try #require(scene.bob.lastCall?.dialog?.id)
    let caller = try #require(scene.world.exchange.calls.values.first?.machine.caller)
    let callers =
      "\(caller.callID);to-tag=\(caller.localTag);from-tag=\(caller.dialog?.id.remoteTag ?? "")"
    #expect(status("nobody;to-tag=a;from-tag=b") == 481)
    #expect(status("\(dialog.callID);to-tag=a;from-tag=b") == 481)
    #expect(status("nobody") == 400)
    #expect(status(callers) == 481, "who calls does not ring")
    scene.bob.lastCall?.pickUp()
    scene.world.run { call.state == .talking }
    scene.world.run(for: .seconds(1))
    let bobs = "\(dialog.callID);to-tag=\(dialog.localTag);from-tag=\(dialog.remoteTag)"
    #expect(status(bobs + ";early-only") == 486)
    call.hangUp()
    scene.world.run(for: .seconds(1))
    #expect(status(bobs) == 603)
    scene.calmDown()
  }

  @Test func withoutACommonCodecItGoesOnRinging() throws {
    let (scene, carol, call) = try scene()
    scene.alice.formats = ["0", "8", "101"]
    carol.formats = ["18"]
    let picker = carol.call("*8102")
    #expect(scene.world.run { picker.finalStatus == 488 })
    let offerless = scene.alice.call("*8102", offer: false)
    #expect(scene.world.run { offerless.finalStatus == 488 })
    scene.bob.lastCall?.pickUp()
    #expect(scene.world.run { call.state == .talking })
    call.hangUp()
    scene.calmDown()
  }

  @Test func strangersPickNothingUp() throws {
    let (scene, carol, call) = try scene()
    carol.password = "wrong"
    let picker = carol.call("*8102")
    #expect(scene.world.run { picker.finalStatus == 403 })
    call.hangUp()
    scene.calmDown()
  }
}
