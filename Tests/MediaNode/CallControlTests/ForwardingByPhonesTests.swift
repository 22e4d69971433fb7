import NodeContract
import SIP
import Testing

@testable import CallControl

@Suite struct PhonesThatSendCallsElsewhere {
  private func forward(_ phone: Party, to contacts: String...) {
    phone.habit = .refuse(302)
    phone.adorns = { response in
      guard response.status == 302 else { return }
      response.headers.contacts = .addresses(contacts.compactMap { NameAddress($0) })
    }
  }

  private func scene() throws -> (Scene, carol: Party) {
    let scene = try Scene()
    return (scene, try scene.device("103", at: "127.0.5.5:5065"))
  }

  @Test func aColleagueIsAskedInstead() throws {
    let (scene, carol) = try scene()
    forward(scene.bob, to: "<sip:103@\(Fixture.domain)>")
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .talking })
    #expect(carol.lastCall?.state == .talking)
    let invite = try #require(carol.lastCall?.invite)
    #expect(invite.headers.from.uri.user == "101")
    #expect(
      ForwardingFields.read(invite.headers, limit: 8)
        == [Forwarding(number: "+442079460102", reason: .unconditional)])
    #expect(call.heard == [100, 181, 180, 200])
    #expect(scene.world.outcomes(of: "102") == [.forwarded])
    #expect(scene.world.offers.map(\.to) == ["102", "102", "103"])
    call.hangUp()
    scene.calmDown()
  }

  @Test func whoForwardsToNowhereHasRejected() throws {
    let (scene, _) = try scene()
    forward(scene.bob, to: "<sip:stranger@elsewhere.example>")
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .ended })
    #expect(scene.world.outcomes(of: "102") == [.rejected])
    scene.calmDown()
  }

  @Test func aNumberOutsideIsCalledAsTheOneWhoForwards() throws {
    let (scene, _) = try scene()
    scene.world.change { $0.trunks[0].profile.forwarding = .diversion }
    forward(scene.bob, to: "<sip:07700900123@\(Fixture.domain)>")
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .talking })
    let invite = try #require(scene.carrier.lastCall?.invite)
    #expect(invite.headers.from.uri.user == "+442079460102")
    #expect(invite.headers["Diversion"]?.contains("+442079460102") == true)
    #expect(scene.world.carrierFacts.map(\.word) == ["offered", "rung", "answered"])
    call.hangUp()
    scene.calmDown()
  }

  @Test func aCarriersCallMayGoOutAgain() throws {
    let (scene, _) = try scene()
    let other = Party("carrier", at: "127.0.9.9:5070", server: Fixture.trunks)
    scene.world.add(other)
    forward(scene.bob, to: "<sip:07700900123@\(Fixture.domain)>")
    let call = other.call("+442079460102")
    #expect(scene.world.run { call.state == .talking })
    #expect(scene.carrier.lastCall?.state == .talking)
    call.hangUp()
    scene.calmDown()
  }

  @Test func thePreferredContactThatLeadsSomewhereIsTaken() throws {
    let (scene, carol) = try scene()
    forward(
      scene.bob, to: "<sip:101@\(Fixture.domain)>;q=0.2", "<sip:103@\(Fixture.domain)>;q=0.5",
      "<sip:1@elsewhere.example>;q=0.9")
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .talking })
    #expect(carol.lastCall?.state == .talking)
    call.hangUp()
    scene.calmDown()
  }

  @Test(arguments: [
    "<sip:102@demo.tandem.test>", "<sip:101@demo.tandem.test>", "<sip:1@elsewhere.example>",
    "<sip:112@demo.tandem.test>", "<sip:199@demo.tandem.test>", "<mailto:bob@example.com>",
  ])
  func whatLeadsNowhereIsARefusal(target: String) throws {
    let (scene, _) = try scene()
    forward(scene.bob, to: target)
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .ended })
    #expect(call.finalStatus == 603)
    #expect(scene.carrier.calls.isEmpty)
    scene.calmDown()
  }

  @Test func twoWhoForwardToOneAnotherEndTheCall() throws {
    let (scene, carol) = try scene()
    forward(scene.bob, to: "<sip:103@\(Fixture.domain)>")
    forward(carol, to: "<sip:102@\(Fixture.domain)>")
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .ended })
    #expect(call.finalStatus == 603)
    #expect(scene.bob.calls.count == 1 && carol.calls.count == 1)
    scene.calmDown()
  }

  @Test func anotherDeviceOfTheSameExtensionGoesOnRinging() throws {
    let (scene, carol) = try scene()
    let second = try scene.device("102", at: "127.0.5.3:5063")
    second.habit = .answer(after: .seconds(3))
    carol.habit = .ring
    forward(scene.bob, to: "<sip:103@\(Fixture.domain)>")
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .talking })
    #expect(second.lastCall?.state == .talking)
    scene.world.run(for: .seconds(1))
    #expect(carol.lastCall?.wasCancelled == true)
    call.hangUp()
    scene.calmDown()
  }

  @Test func aCallIsSentElsewhereOnlySoOften() throws {
    var limits = ExchangeLimits()
    limits.redirectionsPerCall = 0
    let scene = try Scene(limits: limits)
    _ = try scene.device("103", at: "127.0.5.5:5065")
    forward(scene.bob, to: "<sip:103@\(Fixture.domain)>")
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .ended })
    #expect(call.finalStatus == 603)
    scene.calmDown()
  }

  // MARK: - Carriers

  private func secondDoor(of scene: Scene) -> Party {
    let other = Party("carrier", at: "127.0.9.10:5060", server: Fixture.trunks)
    scene.world.add(other)
    scene.world.change { $0.trunks[0].peers.append(other.endpoint) }
    return other
  }

  @Test func aCarrierMaySendUsToAnotherOfItsDoors() throws {
    let (scene, _) = try scene()
    let other = secondDoor(of: scene)
    forward(scene.carrier, to: "<sip:+447700900123@127.0.9.10:5060>")
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run { call.state == .talking })
    #expect(other.lastCall?.state == .talking)
    #expect(other.lastCall?.invite.headers.cseq.number == 2)
    #expect(scene.world.carrierFacts.map(\.word) == ["offered", "rung", "answered"])
    call.hangUp()
    scene.calmDown()
  }

  @Test(arguments: [
    "<sip:+447700900123@127.0.66.6>", "<sip:103@demo.tandem.test>", "<tel:+447700900123>",
  ])
  func aCarrierSendsNobodyAnywhereElse(target: String) throws {
    let (scene, carol) = try scene()
    forward(scene.carrier, to: target)
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run { call.state == .ended })
    #expect(call.finalStatus == 502)
    #expect(carol.calls.isEmpty)
    scene.calmDown()
  }

  @Test func aCarrierThatSendsUsAroundInCirclesFails() throws {
    let (scene, _) = try scene()
    let other = secondDoor(of: scene)
    forward(scene.carrier, to: "<sip:+447700900123@127.0.9.10:5060>")
    forward(other, to: "<sip:+447700900123@127.0.9.9:5060>")
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run { call.state == .ended })
    #expect(call.finalStatus == 502)
    #expect(scene.carrier.calls.count + other.calls.count == 6)
    scene.calmDown()
  }
}
