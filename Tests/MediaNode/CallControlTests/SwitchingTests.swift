import Announcements
import Digits
import NodeContract
import SIP
import Testing

@testable import CallControl

/// Do not disturb and forwarding by code.
@Suite struct SwitchingByPhone {
  private func dial(_ code: String, by party: Party, in scene: Scene) -> PartyCall {
    let call = party.call(code)
    #expect(scene.world.run { call.state == .ended }, "\(code)")
    return call
  }

  private func said(to party: Party, in scene: Scene) -> [Prompt] {
    scene.world.relays.values.filter { $0.plan.callerRemote == party.mediaEndpoint }
      .max { $0.plan.id < $1.plan.id }?.played.flatMap(\.announcement.prompts) ?? []
  }

  private func switched(_ scene: Scene) -> [AnsweringSwitches.Change] {
    scene.world.facts.compactMap {
      if case .switched(let change) = $0.event { change } else { nil }
    }
  }

  @Test func whoDoesNotWantToBeDisturbedIsBusyUntilItSwitchesThatOff() throws {
    let scene = try Scene()
    _ = dial("*78", by: scene.bob, in: scene)
    #expect(
      said(to: scene.bob, in: scene) == [.recorded("do-not-disturb"), .recorded("activated")])
    let refused = scene.alice.call("102")
    #expect(scene.world.run { refused.state == .ended })
    #expect(refused.heard.last == 486 && scene.bob.calls.count == 1)
    _ = dial("*79", by: scene.bob, in: scene)
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .talking })
    call.hangUp()
    scene.calmDown()
    #expect(switched(scene).map(\.state.isOn) == [true, false])
    #expect(switched(scene).allSatisfy { $0.kind == .doNotDisturb })
  }

  @Test func whoForwardsAllCallsHearsWhereTheyGo() throws {
    let scene = try Scene()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    _ = dial("*72103", by: scene.bob, in: scene)
    #expect(
      said(to: scene.bob, in: scene)
        == [.recorded("call-fwd-unconditional"), .recorded("is-set-to")]
        + SpokenLanguage.english.digits("103"))
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .talking && carol.lastCall?.state == .talking })
    call.hangUp()
    scene.calmDown()
  }

  @Test func callsThatAForwarderSendsOutsideAreTheForwarders() throws {
    let scene = try Scene()
    _ = dial("*7207700900123", by: scene.bob, in: scene)
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .talking })
    let invite = try #require(scene.carrier.lastCall?.invite)
    // The carrier is shown who forwards, and the call's journal whose rules sent it out.
    #expect(invite.headers.from.uri.user == "+442079460102")
    #expect(scene.world.outcomes(of: "102").last == .forwarded)
    call.hangUp()
    scene.calmDown()
  }

  @Test func whoSaysNoNumberIsAskedForOne() throws {
    let scene = try Scene()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    let asked = scene.bob.call("*92")
    #expect(scene.world.run { asked.state == .talking })
    let open = scene.world.relays.values.first { $0.isOpen }
    let relay = try #require(open)
    for key in "103#".compactMap({ Digit($0) }) {
      scene.world.press(key, on: .caller, of: relay.plan.id)
    }
    #expect(scene.world.run { asked.state == .ended })
    #expect(switched(scene).map(\.state.target) == ["103"])
    scene.bob.habit = .ring
    let call = scene.alice.call("102")
    #expect(scene.world.run(within: .seconds(30)) { call.state == .talking })
    #expect(carol.lastCall?.state == .talking)
    call.hangUp()
    scene.calmDown()
  }

  @Test(arguments: ["102", "199", "999", "*78"])
  func whereCallsCannotGoTheyAreNotSent(target: String) throws {
    let scene = try Scene()
    _ = dial("*72\(target)", by: scene.bob, in: scene)
    #expect(switched(scene).isEmpty)
    #expect(said(to: scene.bob, in: scene) == [.recorded("pbx-invalid")])
    scene.calmDown()
  }

  @Test func aSnapshotFromBeforeChangesNothingOfWhatWasSwitched() throws {
    let scene = try Scene()
    _ = dial("*78", by: scene.bob, in: scene)
    scene.world.change { $0.ringTimeout = .seconds(20) }
    let early = scene.alice.call("102")
    #expect(scene.world.run { early.state == .ended })
    #expect(early.heard.last == 486)
    // What is switched later elsewhere counts.
    let change = try #require(switched(scene).first)
    scene.world.change { tenant in
      var state = change.state
      state.isOn = false
      state.changedAt = WallTime(milliseconds: state.changedAt.milliseconds + 1)
      for index in tenant.extensions.indices where tenant.extensions[index].id == change.extension {
        tenant.extensions[index].switches = AnsweringSwitches([.doNotDisturb: state])
      }
    }
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .talking })
    call.hangUp()
    scene.calmDown()
  }

  @Test func theNextProcessReadsWhatWasSwitchedInTheFacts() throws {
    let scene = try Scene()
    _ = dial("*78", by: scene.bob, in: scene)
    let next = try Scene()
    next.world.exchange.recall(scene.world.facts)
    let refused = next.alice.call("102")
    #expect(next.world.run { refused.state == .ended })
    #expect(refused.heard.last == 486)
    scene.calmDown()
    next.calmDown()
  }

  @Test func aTenantsOwnCodesAreWhatItsPeopleDial() throws {
    let scene = try Scene()
    scene.world.change { $0.features = FeatureCodes(changed: [.doNotDisturb: "*5", .room: nil]) }
    _ = dial("*5", by: scene.bob, in: scene)
    #expect(switched(scene).count == 1)
    let gone = scene.alice.call("*61")
    #expect(scene.world.run { gone.state == .ended })
    #expect(gone.heard.last == 404)
    scene.calmDown()
  }

  @Test func whoHidesItsNumberForOneCallIsNotShown() throws {
    let scene = try Scene()
    let call = scene.alice.call("*31102")
    #expect(scene.world.run { call.state == .talking })
    #expect(scene.bob.lastCall?.invite.headers.from.uri.user == "anonymous")
    call.hangUp()
    scene.calmDown()
  }

  @Test func whoeverIsInAGroupTakesWhatRingsAtAColleague() throws {
    let scene = try Scene()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    scene.bob.habit = .ring
    let call = scene.alice.call("102")
    scene.world.run { call.heard.contains(180) }
    // Nobody takes a stranger's call.
    let stranger = carol.call("*8")
    #expect(scene.world.run { stranger.state == .ended })
    #expect(stranger.heard.last == 480)
    scene.world.change { tenant in
      let members = tenant.extensions.filter { ["102", "103"].contains($0.number) }.map(\.id)
      for index in tenant.extensions.indices where tenant.extensions[index].number == "101" {
        tenant.extensions[index].group = RingGroup(
          strategy: .together, members: members, ringsFor: .seconds(9))
      }
    }
    let taken = carol.call("*8")
    #expect(scene.world.run { taken.state == .talking && call.state == .talking })
    call.hangUp()
    scene.calmDown()
  }
}
