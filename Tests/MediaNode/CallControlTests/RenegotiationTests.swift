import NodeContract
import SIP
import Testing

@testable import CallControl

@Suite struct HoldAndOtherNewOffers {
  @Test func aPartyHoldsAndResumes() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    caller.offer(direction: "sendonly")
    #expect(scene.world.run { caller.renegotiations == [200] })
    #expect(callee.theirSession?.directions == ["sendonly"])
    #expect(caller.theirSession?.directions == ["recvonly"])
    scene.world.run(for: .seconds(5))
    caller.offer(direction: "sendrecv")
    #expect(scene.world.run { caller.renegotiations == [200, 200] })
    #expect(callee.theirSession?.directions == ["sendrecv"])
    scene.world.run(for: .seconds(1))
    #expect(
      scene.world.facts(of: Fixture.party("101")).map(\.word)
        == ["offered", "rung", "answered", "held", "resumed"])
    #expect(!scene.world.facts(of: Fixture.party("102")).map(\.word).contains("held"))
    caller.hangUp()
    scene.calmDown()
  }

  @Test func theCalledPartyMayHoldToo() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    callee.offer(direction: "inactive")
    #expect(scene.world.run { callee.renegotiations == [200] })
    #expect(caller.theirSession?.directions == ["sendonly"], "it hears music")
    #expect(scene.world.facts(of: Fixture.party("102")).map(\.word).contains("held"))
    callee.hangUp()
    scene.calmDown()
  }

  @Test func ourDescriptionsKeepTheirOriginAndCountTheirVersions() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    let first = try #require(callee.theirSession?.origin)
    caller.offer(direction: "sendonly")
    scene.world.run { caller.renegotiations.count == 1 }
    let second = try #require(callee.theirSession?.origin)
    #expect(second.sessionID == first.sessionID)
    #expect(second.version == first.version + 1)
    scene.world.run(for: .seconds(1))
    caller.offer(direction: "sendonly")
    scene.world.run { caller.renegotiations.count == 2 }
    #expect(callee.theirSession?.origin == second, "nothing changed, so no new version")
  }

  @Test func aPartyThatMovesItsAudioIsFollowed() throws {
    let scene = try Scene()
    let (caller, _) = try scene.talking()
    caller.offer(port: 40_000)
    #expect(scene.world.run { caller.renegotiations == [200] })
    let relay = try #require(scene.world.relays.values.first)
    #expect(relay.directed[.caller]?.port == 40_000)
  }

  @Test func aRefusedOfferLeavesAllAsItWas() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    callee.refusesOffers = 488
    caller.offer(port: 40_000)
    #expect(scene.world.run { caller.renegotiations == [488] })
    let relay = try #require(scene.world.relays.values.first)
    #expect(relay.directed[.caller] == nil)
    #expect(caller.state == .talking && callee.state == .talking)
    callee.refusesOffers = nil
    scene.world.run(for: .seconds(1))
    caller.offer(port: 40_000)
    #expect(scene.world.run { caller.renegotiations == [488, 200] })
    #expect(
      scene.world.relays.values.first?.directed[.caller]?.port == 40_000)
    caller.hangUp()
    scene.calmDown()
  }

  @Test func offersThatMeetAreBothRefusedAsPending() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    scene.world.run(for: .seconds(1))
    caller.offer(direction: "sendonly")
    callee.offer(direction: "sendonly")
    #expect(
      scene.world.run { caller.renegotiations.count == 1 && callee.renegotiations.count == 1 })
    #expect(callee.renegotiations == [491])
    #expect(caller.renegotiations == [491])
    scene.world.run(for: .seconds(1))
    callee.offer(direction: "sendonly")
    #expect(scene.world.run { callee.renegotiations == [491, 200] })
    caller.hangUp()
    scene.calmDown()
  }

  @Test func anOfferMayBeLeftToTheOtherParty() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    scene.world.run(for: .seconds(1))
    caller.offer(withoutOffer: true)
    #expect(scene.world.run { caller.renegotiations == [200] })
    scene.world.run(for: .seconds(1))
    let relay = try #require(scene.world.relays.values.first)
    #expect(caller.theirSession?.audioEndpoint == relay.plan.callerLocal)
    #expect(callee.theirSession?.audioEndpoint == relay.plan.calleeLocal)
    #expect(scene.world.exchange.calls.values.first?.machine.renegotiation == nil)
    callee.offer(direction: "sendonly")
    #expect(scene.world.run { callee.renegotiations == [200] })
    callee.hangUp()
    scene.calmDown()
  }

  @Test func aPartyThatLostTheDialogEndsTheCall() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    callee.refusesOffers = 481
    caller.offer(direction: "sendonly")
    #expect(scene.world.run { caller.state == .ended })
    scene.calmDown()
  }

  @Test func aPartyThatIsSilentToAnOfferEndsTheCall() throws {
    let scene = try Scene()
    let (caller, _) = try scene.talking()
    scene.bob.isUnplugged = true
    caller.offer(direction: "sendonly")
    #expect(scene.world.run(within: .seconds(40)) { caller.state == .ended })
    #expect(caller.renegotiations == [408])
    scene.calmDown()
  }

  @Test func hangingUpWhileAnOfferIsOpenEndsBoth() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    callee.thinks = .seconds(5)
    caller.offer(direction: "sendonly")
    scene.world.run(for: .seconds(1))
    callee.hangUp()
    #expect(scene.world.run { caller.state == .ended })
    #expect(scene.world.run { caller.renegotiations == [487] })
    scene.calmDown()
  }

  @Test func aSecondOfferBeforeTheFirstIsAnsweredIsRefused() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    callee.thinks = .seconds(5)
    caller.offer(direction: "sendonly")
    scene.world.run(for: .seconds(1))
    var status: Int?
    caller.send(.invite, body: .session(caller.session())) { status = $0 }
    scene.world.run { status ?? 0 >= 200 }
    #expect(status == 500)
  }

  @Test func anInfoIsPassedOnWithItsAnswer() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    var status: Int?
    let tone = SIPBody.other(
      contentType: "application/media_control+xml", bytes: Array("<media_control/>".utf8))
    caller.send(.info, body: tone) { status = $0 }
    #expect(scene.world.run { status == 200 })
    #expect(callee.received.map(\.method) == [.info])
    #expect(callee.received.first?.body == tone)
    caller.hangUp()
    scene.calmDown()
  }

  @Test func anUpdateWithAnOfferHoldsToo() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    var session = caller.session()
    session.media[0].attributes[2] = SessionAttribute("sendonly")
    var status: Int?
    caller.send(.update, body: .session(session)) { status = $0 }
    #expect(scene.world.run { status == 200 })
    #expect(callee.theirSession?.directions == ["sendonly"])
    caller.send(.update, body: .none) { status = $0 }
    scene.world.run(for: .seconds(1))
    #expect(status == 200)
    caller.hangUp()
    scene.calmDown()
  }

  @Test func optionsWithinACallAreAnswered() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    var status: Int?
    caller.send(.options, body: .none) { status = $0 }
    #expect(scene.world.run { status == 200 })
    #expect(callee.received.isEmpty)
  }
}
