import NodeContract
import SIP
import Testing

@testable import CallControl

/// What is said in a call is kept while somebody wants it.
@Suite struct CallRecordings {
  private func relay(in scene: Scene) throws -> World.RelayState {
    try #require(scene.world.relays.values.first { $0.isOpen })
  }

  private func call(in scene: Scene) throws -> CallID {
    try #require(scene.world.exchange.callIDs.first)
  }

  private func order(_ order: RecordingOrder, in scene: Scene) throws {
    let call = try call(in: scene)
    scene.world.perform(scene.world.exchange.record(order, of: call, at: scene.world.now))
  }

  /// The status of an INFO with this word in its Record field.
  private func press(_ word: String, by call: PartyCall, in scene: Scene) -> Int? {
    guard var info = call.request(.info) else { return nil }
    info.headers["Record"] = word
    var status: Int?
    call.party.send(info) { status = $0?.status }
    scene.world.run { status != nil }
    return status
  }

  /// What a part is a part of.
  private func recorded(_ part: RecordingPart) throws -> RecordedCall {
    guard case .recording(let recorded) = part.sound.kind else { throw Missing() }
    return recorded
  }

  /// How the recordings ended, as far as they did, in that order.
  private func endings(in scene: Scene) -> [RecordedCall.Ending?] {
    scene.world.ended.compactMap {
      if case .recording(let recorded) = $0.kind { .some(recorded.ending) } else { nil }
    }
  }

  private struct Missing: Error {}

  @Test func aPhonesKeyBeginsAndEndsARecordingOfBothParties() throws {
    let scene = try Scene()
    let (caller, _) = try scene.talking()
    #expect(press("on", by: caller, in: scene) == 200)
    let part = try #require(try relay(in: scene).recording)
    #expect(part.parties == .both && part.number == 1 && part.sound.tenant == Fixture.tenant)
    #expect(try recorded(part).call == call(in: scene) && recorded(part).parties == .both)
    #expect(press("off", by: caller, in: scene) == 200)
    #expect(try relay(in: scene).recording == nil)
    #expect(try relay(in: scene).passage == .relayed)
    #expect(scene.world.ended.map(\.id) == [part.sound.id] && endings(in: scene) == [.stopped])
    #expect(press("on", by: caller, in: scene) == 200)
    let second = try #require(try relay(in: scene).recording)
    #expect(second.number == 1 && second.sound.id != part.sound.id)
    caller.hangUp()
    scene.calmDown()
    #expect(scene.world.ended.map(\.id) == [part.sound.id, second.sound.id])
    #expect(endings(in: scene) == [.stopped, .callEnded])
  }

  @Test func whatIsSaidInAPauseIsNotKept() throws {
    let scene = try Scene()
    let (caller, _) = try scene.talking()
    try order(.begin(.both), in: scene)
    try order(.pause, in: scene)
    #expect(try relay(in: scene).recording == nil)
    try order(.resume, in: scene)
    let part = try #require(try relay(in: scene).recording)
    #expect(part.number == 2 && Set(scene.world.recorded.map(\.sound.id)).count == 1)
    #expect(try recorded(part).interruptions == 0, "nothing is missing that anybody wanted")
    #expect(scene.world.ended.isEmpty)
    try order(.end, in: scene)
    #expect(try relay(in: scene).recording == nil)
    caller.hangUp()
    scene.calmDown()
  }

  @Test func oneLegMayBeRecordedAlone() throws {
    let scene = try Scene()
    let call = scene.alice.call("*61")
    scene.world.run { call.state == .talking }
    try order(.begin(.one(.caller)), in: scene)
    let part = try #require(try relay(in: scene).recording)
    #expect(part.parties == .one(.caller))
    #expect(try recorded(part).parties == .caller)
    call.hangUp()
    scene.calmDown()
  }

  @Test func theNextProcessBeginsTheNextFile() throws {
    let scene = try Scene()
    let (caller, _) = try scene.talking()
    #expect(press("on", by: caller, in: scene) == 200)
    scene.world.die()
    scene.world.run(for: .seconds(1))
    #expect(scene.world.recorded.map(\.number) == [1, 2])
    let part = try #require(try relay(in: scene).recording)
    #expect(part.number == 2 && part.sound.id == scene.world.recorded[0].sound.id)
    #expect(try recorded(part).interruptions == 1)
    caller.hangUp()
    scene.calmDown()
    #expect(endings(in: scene) == [.callEnded])
  }

  @Test func aPauseOutlivesItsProcess() throws {
    let scene = try Scene()
    let (caller, _) = try scene.talking()
    try order(.begin(.both), in: scene)
    try order(.pause, in: scene)
    scene.world.die()
    scene.world.run(for: .seconds(1))
    #expect(try relay(in: scene).recording == nil)
    try order(.resume, in: scene)
    let part = try #require(try relay(in: scene).recording)
    #expect(part.number == 2)
    #expect(try recorded(part).interruptions == 0, "nothing was recorded when it died")
    caller.hangUp()
    scene.calmDown()
  }

  @Test func aNodeThatLosesItsAddressSaysOfNoRecordingThatItEnded() throws {
    let scene = try Scene()
    let (caller, _) = try scene.talking()
    #expect(press("on", by: caller, in: scene) == 200)
    let actions = scene.world.exchange.release(Fixture.phonesAddress, at: scene.world.now)
    scene.world.perform(actions)
    #expect(scene.world.ended.count == 1 && endings(in: scene) == [nil])
  }

  @Test func aCarriersWordRecordsNothing() throws {
    let scene = try Scene()
    scene.alice.call("07700900123")
    scene.world.run { scene.carrier.lastCall?.isAcknowledged == true }
    scene.world.run(for: .seconds(1))
    let call = try #require(scene.carrier.lastCall)
    _ = press("on", by: call, in: scene)
    #expect(scene.world.recorded.isEmpty)
  }

  @Test func aCallThatRingsIsNotRecorded() throws {
    let scene = try Scene()
    scene.bob.habit = .ring
    scene.alice.call("102")
    scene.world.run(for: .seconds(1))
    try order(.begin(.both), in: scene)
    #expect(scene.world.recorded.isEmpty)
  }
}
