import NodeContract
import SIP
import Testing

@testable import CallControl

/// Fax machines that go over to T.38 in a call.
@Suite struct FaxTests {
  private func faxing() throws -> (scene: Scene, caller: PartyCall, callee: PartyCall) {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    callee.isFaxMachine = true
    caller.isFaxMachine = true
    return (scene, caller, callee)
  }

  private func relay(in scene: Scene) throws -> World.RelayState {
    try #require(scene.world.relays.values.first { $0.isOpen })
  }

  @Test func twoFaxMachinesGoOverToT38AndBackToVoice() throws {
    let (scene, caller, callee) = try faxing()
    // The called machine hears the other's tone first.
    callee.offerFax(port: 41_000)
    #expect(scene.world.run { callee.renegotiations == [200] })
    let offered = try #require(caller.theirSession?.media.first)
    #expect(offered.kind == "image" && offered.profile == "udptl" && offered.formats == ["t38"])
    #expect(offered.attributes == Party.faxTerms, "each machine hears what the other can do")
    let plan = try relay(in: scene).plan
    #expect(offered.port == plan.callerLocal.port)
    #expect(callee.theirSession?.media.first?.port == plan.calleeLocal.port)
    #expect(callee.theirSession?.media.first?.attributes == Party.faxTerms)
    #expect(try relay(in: scene).passage == .fax)
    #expect(try relay(in: scene).directed[.callee]?.port == 41_000)
    scene.world.run(for: .seconds(40))
    callee.offerFax(false)
    #expect(scene.world.run { callee.renegotiations == [200, 200] })
    #expect(try relay(in: scene).passage == .relayed)
    #expect(caller.theirSession?.media.first?.kind == "audio")
    caller.hangUp()
    scene.calmDown()
  }

  @Test func whereTheOtherKnowsNoT38TheFaxGoesOnAsSound() throws {
    let (scene, caller, callee) = try faxing()
    caller.isFaxMachine = false
    callee.offerFax()
    #expect(scene.world.run { callee.renegotiations == [488] })
    #expect(try relay(in: scene).passage == .relayed)
    #expect(caller.state == .talking && callee.state == .talking)
    caller.hangUp()
    scene.calmDown()
  }

  @Test func aSilentOldStreamBesideTheFaxStaysRefused() throws {
    let (scene, caller, callee) = try faxing()
    let audio = MediaDescription(kind: "audio", port: 0, profile: "RTP/AVP", formats: ["0"])
    var offer = callee.session()
    offer.origin.version += 1
    offer.media = [audio, callee.party.fax(at: 41_002)]
    let request = try #require(callee.request(.invite, body: .session(offer)))
    var answer: SessionDescription?
    callee.party.send(request) { response in
      if case .session(let said)? = response?.body { answer = said }
    }
    #expect(scene.world.run { answer != nil })
    #expect(answer?.media.map(\.kind) == ["audio", "image"])
    #expect(answer?.media.first?.port == 0 && answer?.media.last?.port != 0)
    #expect(caller.theirSession?.media.map(\.kind) == ["image"])
  }

  @Test func whatWasPromisedSecrecyIsNotFaxedInTheClear() throws {
    let scene = try Scene()
    let carol = try scene.device(
      "103", at: "127.0.5.5:5065", over: .tls,
      with: PartyMedia(suites: [.aesCounter128HMAC80], seed: 5))
    let call = carol.call("102")
    #expect(scene.world.run { call.state == .talking })
    scene.world.run(for: .seconds(1))
    let bob = try #require(scene.bob.lastCall)
    bob.offerFax()
    #expect(scene.world.run { bob.renegotiations == [488] })
    call.hangUp()
    scene.calmDown()
  }

  @Test func aFaxMachineAtWorkIsHandedOverToNoRoom() throws {
    let (scene, caller, callee) = try faxing()
    callee.offerFax()
    #expect(scene.world.run { callee.renegotiations == [200] })
    let referring = Referring(caller, to: "*61")
    #expect(scene.world.run { referring.told.last?.contains("488") == true })
    scene.world.run(for: .seconds(1))
    #expect(caller.state == .talking && callee.state == .talking)
    #expect(try relay(in: scene).passage == .fax)
    caller.hangUp()
    scene.calmDown()
  }

  @Test func whoGoesOverToFaxWhileItIsHandedOnIsOfferedTheTargetsVoice() throws {
    let (scene, caller, callee) = try faxing()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    carol.habit = .answer(after: .milliseconds(400))
    callee.thinks = .milliseconds(900)
    var refer = try #require(callee.request(.refer))
    refer.headers["Refer-To"] = "<sip:103@\(Fixture.domain)>"
    callee.party.send(refer) { _ in }
    scene.world.run(for: .milliseconds(100))
    caller.offerFax()
    #expect(scene.world.run { caller.renegotiations == [200] && carol.lastCall?.state == .talking })
    scene.world.run(for: .seconds(10))
    #expect(caller.theirSession?.media.first?.kind == "audio" && !caller.faxes)
    #expect(try relay(in: scene).passage == .relayed)
    caller.hangUp()
    scene.calmDown()
  }

  @Test func whoTookTheTargetsVoiceTooLateIsOfferedItsFaxAgain() throws {
    let (scene, caller, callee) = try faxing()
    callee.offerFax()
    #expect(scene.world.run { callee.renegotiations == [200] })
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    carol.habit = .answer(after: .milliseconds(200))
    caller.thinks = .milliseconds(900)
    var refer = try #require(callee.request(.refer))
    refer.headers["Refer-To"] = "<sip:103@\(Fixture.domain)>"
    callee.party.send(refer) { _ in }
    #expect(scene.world.run { carol.lastCall?.isAcknowledged == true })
    carol.lastCall?.hangUp()
    scene.world.run(for: .seconds(10))
    #expect(carol.lastCall?.state == .ended)
    #expect(caller.state == .talking && caller.faxes && callee.faxes)
    #expect(try relay(in: scene).passage == .fax)
    caller.hangUp()
    scene.calmDown()
  }

  @Test func aRecordingPausesWhileMachinesTalk() throws {
    let (scene, caller, callee) = try faxing()
    let call = try #require(scene.world.exchange.callIDs.first)
    scene.world.perform(
      scene.world.exchange.record(.begin(.both), of: call, at: scene.world.now))
    #expect(try relay(in: scene).recording?.number == 1)
    callee.offerFax()
    #expect(scene.world.run { callee.renegotiations == [200] })
    #expect(try relay(in: scene).passage == .fax)
    #expect(try relay(in: scene).recording == nil)
    callee.offerFax(false)
    #expect(scene.world.run { callee.renegotiations == [200, 200] })
    #expect(try relay(in: scene).recording?.number == 2)
    caller.hangUp()
    scene.calmDown()
  }

  @Test func aProcessThatCarriesAFaxOnRelaysItAsSuch() throws {
    let (scene, caller, callee) = try faxing()
    callee.offerFax()
    #expect(scene.world.run { callee.renegotiations == [200] })
    scene.world.run(for: .seconds(1))
    scene.world.die()
    scene.world.run(for: .seconds(1))
    #expect(try relay(in: scene).passage == .fax)
    caller.hangUp()
    scene.calmDown()
  }
}
