import Digits
import NodeContract
import SIP
import Testing

@testable import CallControl

/// Members of a group who ring later than others, for a time of their own, or outside: 103 is the group, and 101,
/// 102 and 104 may be its members.
@Suite struct RingGroupTimesTests {
  private struct Group {
    let scene: Scene
    let dave: Party
    /// Who calls the group.
    let eve: Party

    var alice: Party { scene.alice }
    var bob: Party { scene.bob }
    var world: World { scene.world }

    /// Who rings at the moment.
    var ringing: [String] {
      [alice, bob, dave, scene.carrier].filter { party in
        party.lastCall.map { !$0.wasCancelled && $0.state != .ended } == true
      }.map(\.number)
    }
  }

  private static let mobile = "07700900123"

  private func member(
    _ number: String, after: Int = 0, ringsFor: Int? = nil
  ) -> RingGroup.Member {
    RingGroup.Member(
      .colleague(Fixture.extensionID(number)), after: .seconds(after),
      ringsFor: ringsFor.map { .seconds($0) })
  }

  private func group(
    _ strategy: RingGroup.Strategy, _ members: RingGroup.Member..., ringsFor: Int = 12
  ) throws -> Group {
    let scene = try Scene()
    scene.world.announcementLength = .seconds(2)
    scene.world.change { tenant in
      tenant.extensions += [Fixture.entry("104", outside: nil), Fixture.entry("105", outside: nil)]
      tenant.extensions[2].group = RingGroup(
        strategy: strategy, members: members, ringsFor: .seconds(ringsFor))
    }
    let group = Group(
      scene: scene, dave: try scene.device("104", at: "127.0.5.6:5066"),
      eve: try scene.device("105", at: "127.0.5.7:5067"))
    for phone in [group.alice, group.bob, group.dave, scene.carrier] { phone.habit = .ring }
    return group
  }

  @Test(arguments: [false, true])
  func eachRingsFromItsOwnTimeToItsOwnEndAlsoAtTheHeir(isInherited: Bool) throws {
    let group = try group(
      .together, member("101"), member("102", after: 6), member("104", after: 3, ringsFor: 6))
    let world = group.world
    let call = group.eve.call("103")
    world.run(for: .seconds(2))
    #expect(group.ringing == ["101"])
    world.run(for: .seconds(2))
    #expect(group.ringing == ["101", "104"])
    if isInherited { world.die(withMachine: true) }
    world.run(for: .milliseconds(2_500))
    #expect(group.ringing == ["101", "102", "104"])
    world.run(for: .seconds(3))
    #expect(group.ringing == ["101", "102"], "its own time is over")
    #expect(call.state != .ended)
    world.run(for: .seconds(4))
    #expect(call.state == .ended && group.ringing.isEmpty)
    group.scene.calmDown()
    for member in ["101", "102", "104"] { #expect(world.outcomes(of: member) == [.noAnswer]) }
  }

  @Test func whoComesLaterIsRungAtOnceWhereNobodyRingsAnyMore() throws {
    let group = try group(.together, member("101"), member("102", after: 10))
    group.alice.habit = .refuse(486)
    let call = group.eve.call("103")
    group.world.run(for: .seconds(1))
    #expect(group.ringing == ["102"])
    group.bob.lastCall?.pickUp()
    #expect(group.world.run { call.state == .talking })
    call.hangUp()
    group.scene.calmDown()
  }

  @Test func whoRangOnlyShortlyLeavesTheCallToWhoComesLater() throws {
    let group = try group(
      .together, member("101", ringsFor: 2), member("102", after: 8, ringsFor: 2))
    let call = group.eve.call("103")
    group.world.run(for: .seconds(3))
    #expect(group.ringing == ["102"])
    group.world.run(for: .seconds(2))
    #expect(call.state == .ended, "nobody is left")
    group.scene.calmDown()
  }

  @Test func theFirstWhoAnswersHasTheCallAndNobodyComesLater() throws {
    let group = try group(.together, member("101"), member("102", after: 4))
    let call = group.eve.call("103")
    group.world.run(for: .seconds(2))
    group.alice.lastCall?.pickUp()
    #expect(group.world.run { call.state == .talking })
    group.world.run(for: .seconds(6))
    #expect(group.bob.calls.isEmpty)
    call.hangUp()
    group.scene.calmDown()
  }

  @Test func inTurnAMembersTurnIsAsLongAsItSays() throws {
    let group = try group(
      .inTurn, member("101", ringsFor: 3), member("102"), member("104", ringsFor: 2), ringsFor: 5)
    let call = group.eve.call("103")
    group.world.run(for: .milliseconds(2_500))
    #expect(group.ringing == ["101"])
    group.world.run(for: .seconds(1))
    #expect(group.ringing == ["102"])
    group.world.run(for: .seconds(4))
    #expect(group.ringing == ["102"])
    group.world.run(for: .seconds(1))
    #expect(group.ringing == ["104"])
    group.world.run(for: .seconds(3))
    #expect(call.state == .ended)
    group.scene.calmDown()
  }

  @Test(arguments: [true, false])
  func aNumberOutsideIsRungAtTheGroupsCostAndMustPress1(confirms: Bool) throws {
    let group = try group(
      .together, member("101"),
      RingGroup.Member(.outside(Self.mobile), after: .seconds(3), confirms: confirms))
    let (scene, world) = (group.scene, group.world)
    let call = group.eve.call("103")
    world.run(for: .seconds(2))
    #expect(scene.carrier.calls.isEmpty)
    world.run(for: .seconds(2))
    #expect(scene.carrier.calls.count == 1)
    scene.carrier.lastCall?.pickUp()
    world.run(for: .seconds(1))
    if confirms {
      #expect(call.state != .talking && group.alice.lastCall?.wasCancelled == false)
      let relay = try #require(world.relays.values.first { $0.isOpen })
      world.press(try #require(Digit("1")), on: .callee, of: relay.plan.id)
    }
    #expect(world.run { call.state == .talking })
    world.run(for: .seconds(1))
    #expect(group.alice.lastCall?.wasCancelled == true)
    call.hangUp()
    scene.calmDown()
    #expect(world.outcomes(of: "101") == [.answeredElsewhere])
    #expect(world.carrierFacts.compactMap(\.outcome) == [.answered])
    #expect(world.offers.map(\.to) == ["103", "103", "+447700900123"])
  }

  @Test func aNumberOutsideThatLeadsToHelpOrNowhereIsPassedOver() throws {
    let group = try group(
      .inTurn, RingGroup.Member(.outside("999")), RingGroup.Member(.outside("1")), member("102"))
    let call = group.eve.call("103")
    group.world.run(for: .seconds(1))
    #expect(group.ringing == ["102"])
    call.hangUp()
    group.scene.calmDown()
  }
}
