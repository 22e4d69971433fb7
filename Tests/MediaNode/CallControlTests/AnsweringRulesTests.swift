import NodeContract
import SIP
import Testing

@testable import CallControl

/// What users say of the calls to them.
@Suite struct AnsweringRulesTests {
  private func scene(_ rules: [String: [AnsweringRule]]) throws -> (Scene, carol: Party) {
    let scene = try Scene()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    scene.world.change { tenant in
      for index in tenant.extensions.indices {
        tenant.extensions[index].answering = rules[tenant.extensions[index].number] ?? []
      }
    }
    return (scene, carol)
  }

  private static func on(
    _ occasion: AnsweringRule.Occasion, from callers: AnsweringRule.Callers = .anyone,
    _ action: AnsweringRule.Action
  ) -> AnsweringRule {
    AnsweringRule(name: "", on: occasion, from: callers, action)
  }

  @Test func whoForwardsAllCallsDoesNotRing() throws {
    let (scene, carol) = try scene(["102": [Self.on(.always, .forward(to: "103"))]])
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .talking })
    #expect(scene.bob.calls.isEmpty)
    let invite = try #require(carol.lastCall?.invite)
    #expect(
      ForwardingFields.read(invite.headers, limit: 8)
        == [Forwarding(number: "+442079460102", reason: .unconditional)])
    #expect(scene.world.outcomes(of: "102") == [.forwarded])
    #expect(scene.world.offers.map(\.to) == ["102", "102", "103"])
    call.hangUp()
    scene.calmDown()
  }

  @Test func whoTalksSendsTheNextCallOn() throws {
    let (scene, carol) = try scene(["102": [Self.on(.busy, .forward(to: "103"))]])
    scene.bob.habit = .refuse(486)
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .talking })
    #expect(carol.lastCall?.state == .talking)
    #expect(scene.world.outcomes(of: "102") == [.busy])
    #expect(call.heard.filter { $0 > 180 } == [181, 200])
    call.hangUp()
    scene.calmDown()
  }

  @Test func whoDoesNotAnswerInTheirOwnTimeSendsTheCallOut() throws {
    let (scene, _) = try scene([
      "102": [Self.on(.noAnswer(after: .seconds(7)), .forward(to: "07700900123"))]
    ])
    scene.bob.habit = .ring
    let call = scene.alice.call("102")
    scene.world.run(for: .milliseconds(6_900))
    #expect(scene.carrier.calls.isEmpty && scene.bob.lastCall?.wasCancelled == false)
    #expect(scene.world.run(within: .seconds(3)) { call.state == .talking })
    #expect(scene.carrier.lastCall?.state == .talking)
    #expect(scene.bob.lastCall?.wasCancelled == true)
    #expect(scene.world.outcomes(of: "102") == [.noAnswer])
    #expect(scene.carrier.lastCall?.invite.headers.from.uri.user == "+442079460102")
    call.hangUp()
    scene.calmDown()
  }

  @Test func whoseDevicesAreGoneSendsTheCallOn() throws {
    let (scene, carol) = try scene(["102": [Self.on(.offline, .forward(to: "103"))]])
    scene.bob.register(expires: 0) { _ in }
    scene.world.run(for: .seconds(1))
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .talking })
    #expect(carol.lastCall?.state == .talking)
    call.hangUp()
    scene.calmDown()
  }

  @Test(arguments: [(AnsweringRule.Action.busy, 486), (.decline, 603)])
  func whoWantsQuietIsNotRung(action: AnsweringRule.Action, status: Int) throws {
    let (scene, _) = try scene(["102": [Self.on(.always, from: .colleagues, action)]])
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .ended })
    #expect(call.finalStatus == status && scene.bob.calls.isEmpty)
    let other = scene.carrier.call("+442079460102")
    #expect(scene.world.run { other.state == .talking })
    other.hangUp()
    scene.calmDown()
  }

  @Test func aCallGoesFromOneToTheNextAsEachSays() throws {
    let (scene, _) = try scene([
      "102": [Self.on(.busy, .forward(to: "103"))],
      "103": [Self.on(.always, .forward(to: "07700900123"))],
    ])
    scene.bob.habit = .refuse(486)
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .talking })
    #expect(scene.carrier.lastCall?.state == .talking)
    #expect(scene.world.outcomes(of: "102") == [.busy])
    #expect(scene.world.outcomes(of: "103") == [.forwarded])
    call.hangUp()
    scene.calmDown()
  }

  @Test func whoCallsFromOutsideIsNoColleagueForTheNextEither() throws {
    let (scene, carol) = try scene([
      "102": [Self.on(.busy, .forward(to: "103"))],
      "103": [Self.on(.always, from: .outside, .decline)],
    ])
    scene.bob.habit = .refuse(486)
    let call = scene.carrier.call("+442079460102")
    #expect(scene.world.run { call.state == .ended })
    #expect(carol.calls.isEmpty)
    scene.calmDown()
  }

  @Test func aCircleRingsWhereItCloses() throws {
    let (scene, carol) = try scene([
      "102": [Self.on(.always, .forward(to: "103"))],
      "103": [Self.on(.always, .forward(to: "102"))],
    ])
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .talking })
    #expect(carol.calls.isEmpty != scene.bob.calls.isEmpty)
    call.hangUp()
    scene.calmDown()
  }

  @Test(arguments: ["112", "199", "102", ""])
  func aRuleThatLeadsNowhereIsNone(target: String) throws {
    let (scene, _) = try scene(["102": [Self.on(.always, .forward(to: target))]])
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .talking })
    #expect(scene.bob.lastCall?.state == .talking && scene.carrier.calls.isEmpty)
    call.hangUp()
    scene.calmDown()
  }

  @Test func whereNobodyTakesItTheCallerHearsWhy() throws {
    let (scene, carol) = try scene(["102": [Self.on(.busy, .forward(to: "103"))]])
    scene.bob.habit = .refuse(486)
    carol.habit = .refuse(480)
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .ended })
    #expect(call.finalStatus == 486)
    scene.calmDown()
  }

  @Test func theRulesOfAProcessThatDiedHoldInTheNext() throws {
    let (scene, carol) = try scene([
      "102": [Self.on(.noAnswer(after: .seconds(5)), .forward(to: "103"))]
    ])
    scene.bob.habit = .ring
    let call = scene.alice.call("102")
    scene.world.run(for: .seconds(2))
    scene.world.die()
    #expect(scene.world.run(within: .seconds(10)) { call.state == .talking })
    #expect(carol.lastCall?.state == .talking)
    call.hangUp()
    scene.calmDown()
  }
}
