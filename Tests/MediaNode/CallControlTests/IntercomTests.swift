import NodeContract
import SIP
import Testing

@testable import CallControl

/// A colleague's telephone answers by itself.
@Suite struct IntercomTests {
  @Test func theTelephoneIsToldToAnswerByItself() throws {
    let scene = try Scene()
    let call = scene.alice.call("*0102")
    #expect(scene.world.run { call.state == .talking })
    let headers = try #require(scene.bob.lastCall?.invite.headers)
    #expect(headers["Answer-Mode"] == "Auto")
    #expect(headers["Call-Info"]?.contains("answer-after=0") == true)
    #expect(headers["Alert-Info"]?.contains("info=alert-autoanswer") == true)
    #expect(headers.from.uri.user == "101")
    call.hangUp()
    scene.calmDown()
    #expect(scene.world.outcomes(of: "102") == [.answered])
  }

  @Test func ordinaryCallsRing() throws {
    let scene = try Scene()
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .talking })
    #expect(scene.bob.lastCall?.invite.headers["Answer-Mode"] == nil)
  }

  @Test func whoTalksOrDoesNotWantToBeDisturbedIsNotOverheard() throws {
    let scene = try Scene()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    let first = scene.alice.call("102")
    #expect(scene.world.run { first.state == .talking })
    let second = carol.call("*0102")
    #expect(scene.world.run { second.state == .ended })
    #expect(second.finalStatus == 486 && scene.bob.calls.count == 1)
    first.hangUp()
    scene.world.run(for: .seconds(1))
    scene.world.change { tenant in
      for index in tenant.extensions.indices where tenant.extensions[index].number == "102" {
        tenant.extensions[index].answering = [AnsweringRule(name: "", on: .always, .decline)]
      }
    }
    let third = carol.call("*0102")
    #expect(scene.world.run { third.state == .ended })
    #expect(third.finalStatus == 486 && scene.bob.calls.count == 1)
  }

  @Test func whoHasJustHungUpAnswersByItself() throws {
    let scene = try Scene()
    for _ in 1...2 {
      let call = scene.alice.call("*0102")
      #expect(scene.world.run { call.state == .talking })
      scene.world.run(for: .seconds(1))
      call.hangUp()
      scene.world.run(for: .seconds(1))
    }
    scene.calmDown()
  }

  @Test(arguments: ["*0199", "*0101", "*0"])
  func whoHasNoTelephoneIsNotFound(dialled: String) throws {
    let scene = try Scene()
    let call = scene.alice.call(dialled)
    #expect(scene.world.run { call.state == .ended })
    #expect(call.finalStatus == 404)
  }
}
