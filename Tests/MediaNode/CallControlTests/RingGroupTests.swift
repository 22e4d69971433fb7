import NodeContract
import SIP
import Testing

@testable import CallControl

/// An extension for which colleagues are rung: here 103 has no device, and 101, 102 and 104 are its
/// members.
@Suite struct RingGroupTests {
  private struct Group {
    let scene: Scene
    let dave: Party
    /// Who calls the group.
    let eve: Party
  }

  private func group(
    _ strategy: RingGroup.Strategy, rules: [AnsweringRule] = [], skipsBusy: Bool = true
  ) throws -> Group {
    let scene = try Scene()
    scene.world.change { tenant in
      tenant.extensions += [Fixture.entry("104", outside: nil), Fixture.entry("105", outside: nil)]
      tenant.extensions[2].group = RingGroup(
        strategy: strategy, members: ["101", "102", "104"].map(Fixture.extensionID),
        ringsFor: .seconds(8), skipsBusy: skipsBusy)
      tenant.extensions[2].answering = rules
    }
    return Group(
      scene: scene, dave: try scene.device("104", at: "127.0.5.6:5066"),
      eve: try scene.device("105", at: "127.0.5.7:5067"))
  }

  @Test func allRingTogetherAndTheFirstWhoAnswersHasTheCall() throws {
    let group = try group(.together)
    let (scene, dave) = (group.scene, group.dave)
    dave.habit = .answer(after: .milliseconds(200))
    let call = group.eve.call("103")
    #expect(scene.world.run { call.state == .talking })
    scene.world.run(for: .seconds(1))
    #expect(dave.lastCall?.state == .talking)
    #expect(scene.alice.lastCall?.wasCancelled == true && scene.bob.lastCall?.wasCancelled == true)
    #expect(scene.world.outcomes(of: "102") == [.answeredElsewhere])
    #expect(scene.world.offers.first?.to == "103")
    call.hangUp()
    scene.calmDown()
  }

  @Test func inTurnEachRingsForItsTimeInItsOrder() throws {
    let group = try group(.inTurn)
    let (scene, dave) = (group.scene, group.dave)
    scene.alice.habit = .ring
    scene.bob.habit = .refuse(486)
    dave.habit = .ring
    let call = group.eve.call("103")
    scene.world.run(for: .milliseconds(7_900))
    #expect(scene.alice.calls.count == 1 && scene.bob.calls.isEmpty && dave.calls.isEmpty)
    scene.world.run(for: .seconds(1))
    // Bob is busy, so that it is Dave's turn at once.
    #expect(scene.alice.lastCall?.wasCancelled == true)
    #expect(scene.bob.calls.count == 1 && dave.calls.count == 1)
    scene.world.run(for: .milliseconds(6_500))
    #expect(call.state != .ended)
    scene.world.run(for: .seconds(2))
    #expect(call.finalStatus == 486 && dave.lastCall?.wasCancelled == true)
    #expect(scene.world.outcomes(of: "101") == [.noAnswer])
    #expect(scene.world.outcomes(of: "104") == [.noAnswer])
    scene.calmDown()
  }

  @Test func whoTalksOrWantsQuietOrHasNoDeviceIsPassedOver() throws {
    let group = try group(.inTurn)
    let (scene, dave) = (group.scene, group.dave)
    scene.world.change { tenant in
      tenant.extensions[1].answering = [AnsweringRule(name: "", on: .always, .busy)]
    }
    let other = scene.alice.call("104")
    #expect(scene.world.run { other.state == .talking })
    dave.register(expires: 0) { _ in }
    scene.world.run(for: .seconds(1))
    let call = group.eve.call("103")
    #expect(scene.world.run { call.state == .ended })
    #expect(call.finalStatus == 480)
    #expect(scene.alice.calls.count == 1 && scene.bob.calls.isEmpty)
    other.hangUp()
    scene.calmDown()
  }

  @Test func aMemberMayBeRungWhileTalkingWhereTheGroupSaysSo() throws {
    let group = try group(.inTurn, skipsBusy: false)
    let other = group.scene.alice.call("102")
    #expect(group.scene.world.run { other.state == .talking })
    let call = group.eve.call("103")
    #expect(group.scene.world.run { call.state == .talking })
    #expect(group.scene.alice.calls.count == 2)
    for call in [call, other] { call.hangUp() }
    group.scene.calmDown()
  }

  @Test func nobodyIsRungByTheirOwnCall() throws {
    let group = try group(.together)
    let call = group.scene.alice.call("103")
    #expect(group.scene.world.run { call.state == .talking })
    #expect(group.scene.alice.calls.count == 1)
    call.hangUp()
    group.scene.calmDown()
  }

  @Test func aCallThatNoMemberTakesGoesWhereTheGroupsRulesSay() throws {
    let group = try group(
      .together,
      rules: [
        AnsweringRule(name: "", on: .noAnswer(after: .seconds(6)), .forward(to: "07700900123"))
      ])
    let scene = group.scene
    for phone in [scene.alice, scene.bob, group.dave] { phone.habit = .ring }
    let call = group.eve.call("103")
    #expect(scene.world.run(within: .seconds(8)) { call.state == .talking })
    #expect(scene.carrier.lastCall?.state == .talking)
    #expect(
      [scene.alice, scene.bob, group.dave].allSatisfy { $0.lastCall?.wasCancelled == true })
    call.hangUp()
    scene.calmDown()
  }

  /// The group's time and its rule's are over at the same moment.
  @Test func aRuleThatWaitsAsLongAsTheGroupRingsSendsTheCallOn() throws {
    let rule = AnsweringRule(
      name: "", on: .noAnswer(after: .seconds(8)), .forward(to: "0207946555"))
    let group = try group(.together, rules: [rule])
    let (scene, dave) = (group.scene, group.dave)
    for phone in [scene.alice, scene.bob, dave] { phone.habit = .ring }
    let call = group.eve.call("103")
    #expect(scene.world.run(within: .seconds(10)) { call.state == .talking })
    #expect(scene.carrier.lastCall?.state == .talking)
    call.hangUp()
    scene.calmDown()
  }

  @Test func whoHasJustHungUpIsRungAgain() throws {
    let group = try group(.together)
    let scene = group.scene
    for _ in 1...2 {
      let call = group.eve.call("103")
      #expect(scene.world.run { call.state == .talking })
      scene.world.run(for: .seconds(1))
      call.hangUp()
      scene.world.run(for: .seconds(1))
    }
    #expect([scene.alice, scene.bob, group.dave].map(\.calls.count) == [2, 2, 2])
    scene.calmDown()
  }

  @Test func aGroupOfNobodyIsOfflineAndItsRulesSayWhatThen() throws {
    let group = try group(
      .random, rules: [AnsweringRule(name: "", on: .offline, .forward(to: "105"))])
    let scene = group.scene
    for phone in [scene.alice, scene.bob, group.dave] { phone.register(expires: 0) { _ in } }
    scene.world.run(for: .seconds(1))
    let call = scene.carrier.call("+442079460102")
    scene.world.run(for: .seconds(1))
    #expect(call.finalStatus == 480)
    scene.world.change { tenant in
      tenant.numbers[0].destination = .extension(Fixture.extensionID("103"))
    }
    let second = scene.carrier.call("+442079460102")
    #expect(scene.world.run { second.state == .talking })
    #expect(group.eve.lastCall?.state == .talking)
    second.hangUp()
    scene.calmDown()
  }

  @Test func turnsGoOnInTheNextProcess() throws {
    let group = try group(.inTurn)
    let (scene, dave) = (group.scene, group.dave)
    scene.alice.habit = .ring
    scene.bob.habit = .ring
    let call = group.eve.call("103")
    scene.world.run(for: .seconds(10))
    scene.world.die()
    #expect(scene.world.run(within: .seconds(10)) { call.state == .talking })
    #expect(dave.lastCall?.state == .talking)
    call.hangUp()
    scene.calmDown()
  }

  @Test func aRandomOrderIsNotAlwaysTheSame() throws {
    let group = try group(.random)
    let scene = group.scene
    var first: Set<String> = []
    for _ in 0..<12 {
      let call = group.eve.call("103")
      #expect(scene.world.run { call.state == .talking })
      for phone in [scene.alice, scene.bob, group.dave]
      where phone.lastCall?.state == .talking { first.insert(phone.number) }
      call.hangUp()
      scene.world.run(for: .seconds(40))
    }
    #expect(first.count > 1)
    scene.calmDown()
  }
}
