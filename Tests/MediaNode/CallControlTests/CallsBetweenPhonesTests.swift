import NodeContract
import SIP
import Testing

@testable import CallControl

@Suite struct CallsBetweenPhones {
  @Test func twoPhonesTalkAndTheCallIsOnRecord() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    #expect(caller.heard == [100, 180, 200])
    #expect(scene.world.openRelays == 1)
    #expect(scene.world.exchange.census.openDialogs == 2)
    scene.world.run(for: .seconds(30))
    caller.hangUp()
    scene.world.run { callee.state == .ended }
    #expect(callee.state == .ended)
    for number in ["101", "102"] {
      let facts = scene.world.facts(of: Fixture.party(number))
      #expect(facts.map(\.word) == ["offered", "rung", "answered", "ended"])
      #expect(facts.last?.outcome == .answered)
    }
    scene.calmDown()
  }

  @Test func theOneWhoHangsUpIsOnRecord() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    callee.hangUp()
    scene.world.run { caller.state == .ended }
    #expect(scene.world.end(of: "102")?.endedBy == .party)
    #expect(scene.world.end(of: "101")?.endedBy == .us)
    scene.calmDown()
  }

  @Test func aNodeThatStopsHangsUpWhoeverTalks() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    scene.world.perform(scene.world.exchange.stopService(at: scene.world.now))
    scene.world.run { caller.state == .ended && callee.state == .ended }
    for number in ["101", "102"] {
      let end = try #require(scene.world.end(of: number))
      #expect(end == LegEnd(outcome: .answered, evidence: .signalled, endedBy: .us))
    }
    scene.calmDown()
  }

  @Test func theFactsSayWhoCalledWhom() throws {
    let scene = try Scene()
    _ = try scene.talking()
    let offers = scene.world.offers
    #expect(offers.map(\.direction) == [.incoming, .outgoing])
    #expect(offers.map(\.from) == ["101", "101"])
    #expect(offers.map(\.to) == ["102", "102"])
    #expect(Set(scene.world.facts.map(\.call)).count == 1)
    let fact = try #require(scene.world.facts.first)
    #expect(fact.epoch == Fixture.epoch)
    #expect(fact.observer == NodeName("node-a1"))
  }

  @Test func eachSideIsToldOurSocketAndTheRelayTheirs() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    let relay = try #require(scene.world.relays.values.first)
    #expect(
      caller.theirSession?.audioEndpoint == relay.plan.callerLocal)
    #expect(callee.theirSession?.audioEndpoint == relay.plan.calleeLocal)
    #expect(
      relay.plan.callerRemote == IPEndpoint(scene.alice.endpoint.address, port: scene.alice.rtp))
    #expect(
      relay.directed[.callee]
        == IPEndpoint(scene.bob.endpoint.address, port: scene.bob.rtp))
  }

  @Test func aBusyPhoneIsBusy() throws {
    let scene = try Scene()
    scene.bob.habit = .refuse(486)
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .ended })
    #expect(call.finalStatus == 486)
    #expect(scene.world.outcomes(of: "101") == [.busy])
    #expect(scene.world.outcomes(of: "102") == [.busy])
    scene.calmDown()
  }

  @Test func aDeclinedCallIsDeclined() throws {
    let scene = try Scene()
    scene.bob.habit = .refuse(603)
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .ended })
    #expect(call.finalStatus == 603)
    #expect(scene.world.outcomes(of: "102") == [.rejected])
    scene.calmDown()
  }

  @Test func anUnansweredCallIsCancelledAfterTheTenantsPatience() throws {
    let scene = try Scene()
    scene.bob.habit = .ring
    let began = scene.world.now.boot
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .ended })
    #expect(call.finalStatus == 480)
    let waited = began.duration(to: scene.world.now.boot)
    #expect(waited > .seconds(20) && waited < .seconds(21))
    scene.world.run(for: .seconds(1))
    #expect(scene.bob.lastCall?.wasCancelled == true)
    #expect(scene.world.outcomes(of: "101") == [.noAnswer])
    #expect(scene.world.outcomes(of: "102") == [.noAnswer])
    scene.calmDown()
  }

  @Test func aCallerWhoHangsUpWhileItRingsHears487() throws {
    let scene = try Scene()
    scene.bob.habit = .ring
    let call = scene.alice.call("102")
    scene.world.run { call.heard.contains(180) }
    call.hangUp()
    #expect(scene.world.run { scene.bob.lastCall?.wasCancelled == true })
    scene.world.run(for: .seconds(1))
    #expect(call.finalStatus == 487)
    #expect(scene.world.outcomes(of: "101") == [.cancelled])
    #expect(scene.world.outcomes(of: "102") == [.cancelled])
    #expect(scene.world.end(of: "101")?.endedBy == .party)
    #expect(!scene.world.facts.contains { $0.event == .answered })
    scene.calmDown()
  }

  @Test func anAnswerThatCrossesTheCancelIsAcknowledgedAndEnded() throws {
    let scene = try Scene()
    scene.bob.habit = .ring
    let call = scene.alice.call("102")
    scene.world.run { call.heard.contains(180) }
    call.hangUp()
    // Alice's CANCEL needs 10 ms to us and ours 10 ms more to Bob, who picks up in between.
    scene.world.run(for: .milliseconds(15))
    scene.bob.lastCall?.pickUp()
    #expect(scene.world.run { scene.bob.lastCall?.state == .ended })
    #expect(scene.bob.lastCall?.isAcknowledged == true)
    #expect(scene.bob.lastCall?.received.map(\.method) == [.bye])
    #expect(call.finalStatus == 487)
    #expect(scene.world.outcomes(of: "102") == [.cancelled])
    scene.calmDown()
  }

  @Test func aPhoneThatNeverAcknowledgesIsHungUpOn() throws {
    let scene = try Scene()
    let call = scene.alice.call("102")
    call.forgetsACK = true
    #expect(scene.world.run { scene.bob.lastCall?.isAcknowledged == true })
    let answers = scene.world.count { $0.isResponse(200, to: .invite) }
    #expect(scene.world.run(within: .seconds(40)) { scene.bob.lastCall?.state == .ended })
    #expect(call.state == .ended)
    #expect(scene.world.count { $0.isResponse(200, to: .invite) } > answers + 5)
    scene.calmDown()
  }

  @Test func anAnswerSentAgainIsAcknowledgedAgain() throws {
    let scene = try Scene()
    let (_, callee) = try scene.talking()
    let before = scene.world.count { $0.isRequest(.ack) }
    let again = try #require(scene.world.lastAnswer(of: callee))
    scene.world.send(.response(again), from: scene.bob, to: Fixture.phones)
    scene.world.run(for: .seconds(1))
    #expect(scene.world.count { $0.isRequest(.ack) } == before + 1)
    #expect(callee.state == .talking)
  }

  @Test func aCalleeThatHangsUpBeforeTheAcknowledgementIsHeardByTheCaller() throws {
    let scene = try Scene()
    let call = scene.alice.call("102")
    call.forgetsACK = true
    #expect(scene.world.run { scene.bob.lastCall?.isAcknowledged == true })
    scene.bob.lastCall?.hangUp()
    scene.world.run(for: .seconds(1))
    // The caller may not be sent a BYE before it acknowledged (RFC 3261 section 15).
    #expect(call.state == .talking)
    #expect(scene.world.outcomes(of: "101") == [.answered])
    #expect(scene.world.run(within: .seconds(40)) { call.state == .ended })
    scene.calmDown()
  }

  @Test func bothHangUpAtOnce() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    caller.hangUp()
    callee.hangUp()
    scene.world.run(for: .seconds(1))
    #expect(scene.alice.finals.last == 200)
    #expect(scene.bob.finals.last == 200)
    scene.calmDown()
  }

  @Test func anUnknownNumberIsNotFound() throws {
    let scene = try Scene()
    let call = scene.alice.call("199")
    #expect(scene.world.run { call.state == .ended })
    #expect(call.finalStatus == 404)
    #expect(scene.world.outcomes(of: "101") == [.unknownNumber])
    #expect(scene.world.facts.count == 2)
    scene.calmDown()
  }

  @Test func anExtensionWithoutDevicesIsOffline() throws {
    let scene = try Scene()
    let call = scene.alice.call("103")
    #expect(scene.world.run { call.state == .ended })
    #expect(call.finalStatus == 480)
    #expect(scene.world.outcomes(of: "101") == [.offline])
    scene.calmDown()
  }

  @Test func aPhoneThatIsGoneMakesItsExtensionOffline() throws {
    let scene = try Scene()
    scene.bob.isUnplugged = true
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .ended })
    #expect(call.finalStatus == 480)
    scene.calmDown()
  }

  @Test func aPhoneThatComesBackTooLateStopsRingingAtOnce() throws {
    let scene = try Scene()
    scene.bob.isUnplugged = true
    scene.bob.habit = .ring
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .ended })
    scene.bob.isUnplugged = false
    // Our INVITE is still being repeated: its first answer lets us cancel it.
    #expect(scene.world.run { scene.bob.lastCall?.wasCancelled == true })
    scene.calmDown()
  }

  @Test func aCallWithoutACommonCodecIsRefused() throws {
    let scene = try Scene()
    scene.alice.formats = ["18", "101"]
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .ended })
    #expect(call.finalStatus == 488)
    #expect(scene.bob.calls.isEmpty)
    scene.calmDown()
  }

  @Test func anAnswerWithoutACommonCodecEndsTheCall() throws {
    let scene = try Scene()
    scene.bob.formats = ["18"]
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .ended })
    #expect(call.finalStatus == 488)
    #expect(scene.world.run { scene.bob.lastCall?.state == .ended })
    #expect(scene.world.outcomes(of: "102") == [.incompatibleMedia])
    scene.calmDown()
  }

  @Test func aPhoneMayLeaveTheOfferToTheOther() throws {
    let scene = try Scene()
    let call = scene.alice.call("102", offer: false)
    #expect(
      scene.world.run { call.state == .talking && scene.bob.lastCall?.isAcknowledged == true })
    let relay = try #require(scene.world.relays.values.first)
    #expect(call.theirSession?.audioEndpoint == relay.plan.callerLocal)
    #expect(scene.bob.lastCall?.theirSession?.audioEndpoint == relay.plan.calleeLocal)
    #expect(relay.directed.count == 2)
    call.hangUp()
    scene.calmDown()
  }

  @Test func aCallIsEndedAfterTheLongestTime() throws {
    var limits = ExchangeLimits()
    limits.callDuration = .seconds(600)
    let scene = try Scene(limits: limits)
    let (caller, callee) = try scene.talking()
    scene.world.run(for: .seconds(598))
    #expect(caller.state == .talking)
    scene.world.run(for: .seconds(4))
    #expect(caller.state == .ended && callee.state == .ended)
    #expect(scene.world.end(of: "101")?.endedBy == .us)
    scene.calmDown()
  }

  @Test func aRelayThatCannotBeOpenedEndsTheCall() throws {
    let scene = try Scene()
    scene.bob.habit = .ring
    let call = scene.alice.call("102")
    scene.world.run { call.heard.contains(180) }
    let relay = try #require(scene.world.relays.keys.first)
    scene.world.perform(scene.world.exchange.relayFailed(relay, at: scene.world.now))
    #expect(scene.world.run { call.state == .ended })
    #expect(call.finalStatus == 500)
    #expect(scene.world.outcomes(of: "101") == [.internalError])
    scene.calmDown()
  }

  @Test func aCallWithoutMediaEndsAsOfItsMedia() throws {
    let scene = try Scene()
    let (caller, _) = try scene.talking()
    let relay = try #require(scene.world.relays.keys.first)
    scene.world.perform(scene.world.exchange.mediaSilent(relay, at: scene.world.now))
    scene.world.run { caller.state == .ended }
    #expect(scene.world.end(of: "101")?.evidence == .mediaEnded)
    #expect(scene.world.end(of: "102")?.evidence == .mediaEnded)
    scene.calmDown()
  }
}
