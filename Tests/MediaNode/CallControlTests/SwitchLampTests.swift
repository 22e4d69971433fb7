import NodeContract
import SIP
import Testing

@testable import CallControl

/// Lamps beside keys that switch something.
@Suite("Lamps of switches") struct SwitchLampTests {
  /// 103 has a flow that asks for its night switch, and 102 is an agent of queue 104.
  private func scene() throws -> Scene {
    let scene = try Scene()
    scene.world.change { tenant in
      tenant.extensions.append(Fixture.entry("104", outside: nil))
      tenant.extensions[3].queue = CallQueue(
        strategy: .together, agents: [.init(Fixture.extensionID("102"))])
      tenant.extensions[2].flow = CallFlow(
        start: "night", steps: ["night": CallFlow.Step(.night(of: nil))])
    }
    return scene
  }

  private func watch(_ code: String, by party: Party, in scene: Scene) -> Watch {
    let watch = Watch(party, code)
    #expect(scene.world.run { watch.notifies.count == 1 })
    return watch
  }

  private func dial(_ code: String, by party: Party, in scene: Scene) {
    let call = party.call(code)
    #expect(scene.world.run { call.state == .ended })
    scene.world.run(for: .seconds(1))
  }

  @Test("Everybody sees by a lamp that it is night, and that it is day again")
  func night() throws {
    let scene = try scene()
    let lamps = ["*33", "*33103"].map { watch($0, by: scene.bob, in: scene) }
    for lamp in lamps { #expect(lamp.states == [[]]) }
    dial("*33", by: scene.alice, in: scene)
    for lamp in lamps { #expect(lamp.states.last == ["confirmed"]) }
    #expect(lamps[0].documents.last?.contains(#"entity="sip:*33103@demo.tandem.test""#) == true)
    dial("*33103", by: scene.bob, in: scene)
    for lamp in lamps { #expect(lamp.states == [[], ["confirmed"], []]) }
  }

  @Test(
    "One's own switches light up one's own lamps",
    arguments: [
      ("*78", "*79"), ("*72103", "*73"), ("*90103", "*91"), ("*92103", "*93"), ("*471", "*48"),
    ])
  func own(on: String, off: String) throws {
    let scene = try scene()
    let code = String(on.prefix(3))
    let (own, colleagues) = (
      watch(code, by: scene.bob, in: scene), watch(code, by: scene.alice, in: scene)
    )
    dial(on, by: scene.bob, in: scene)
    #expect(own.states == [[], ["confirmed"]])
    dial(off, by: scene.bob, in: scene)
    #expect(own.states == [[], ["confirmed"], []])
    #expect(colleagues.states == [[]])
  }

  @Test("An agent's lamp burns until the agent logs out")
  func work() throws {
    let scene = try scene()
    let lamp = watch("*45", by: scene.bob, in: scene)
    #expect(lamp.states == [["confirmed"]])
    dial("*46", by: scene.bob, in: scene)
    #expect(lamp.states.last == [])
  }

  @Test("What is switched elsewhere lights up, too")
  func elsewhere() throws {
    let scene = try scene()
    let lamp = watch("*78", by: scene.bob, in: scene)
    func turn(_ isOn: Bool, after seconds: Int64) {
      let instant = WallTime(milliseconds: scene.world.now.wall.milliseconds + seconds * 1_000)
      scene.world.change {
        $0.extensions[1].switches = AnsweringSwitches([
          .doNotDisturb: .init(isOn: isOn, target: nil, patience: nil, changedAt: instant)
        ])
      }
      scene.world.run(for: .seconds(1))
    }
    turn(true, after: 1)
    #expect(lamp.states.last == ["confirmed"])
    turn(false, after: 2)
    #expect(lamp.states == [[], ["confirmed"], []])
  }

  @Test(
    "What turns nothing on has no lamp", arguments: ["*79", "*46", "*33102", "*33999", "*70100"])
  func none(code: String) throws {
    let scene = try scene()
    let watch = Watch(scene.alice, code)
    #expect(scene.world.run { watch.status != nil })
    #expect(watch.status == 404)
  }

  @Test("The next process tells the lamps on")
  func afterADeath() throws {
    let scene = try scene()
    let lamp = watch("*33", by: scene.bob, in: scene)
    scene.world.die()
    scene.world.run(for: .seconds(2))
    dial("*33", by: scene.alice, in: scene)
    #expect(lamp.states.last == ["confirmed"])
  }
}
