import NodeContract
import SIP
import Testing

@testable import CallControl

/// People outside whom the tenant knows.
@Suite struct ContactTests {
  private func scene(_ contact: ContactEntry, rules: [AnsweringRule] = []) throws -> Scene {
    let scene = try Scene()
    scene.world.change { tenant in
      tenant.contacts = [contact]
      for index in tenant.extensions.indices where tenant.extensions[index].number == "102" {
        tenant.extensions[index].answering = rules
      }
    }
    return scene
  }

  private static let number = "+447700900123"

  private func comes(_ scene: Scene, wishing privacy: String? = nil) -> PartyCall {
    scene.carrier.call("+442079460102") {
      $0.headers.from.uri.user = Self.number
      if let privacy { $0.headers["Privacy"] = privacy }
    }
  }

  @Test func whoeverIsRungSeesWhoCallsByName() throws {
    let scene = try scene(ContactEntry(name: "Ann Example", numbers: [Self.number]))
    let call = comes(scene)
    #expect(scene.world.run { call.state == .talking })
    let invite = try #require(scene.bob.lastCall?.invite)
    #expect(invite.headers.from.uri.user == Self.number)
    #expect(invite.headers.from.displayName == "Ann Example")
  }

  @Test func whoHidesIsNotTold() throws {
    let scene = try scene(ContactEntry(name: "Ann Example", numbers: [Self.number]))
    let call = comes(scene, wishing: "id")
    #expect(scene.world.run { call.state == .talking })
    #expect(scene.bob.lastCall?.invite.headers.from.displayName != "Ann Example")
  }

  @Test(arguments: [(["board"], 200), ([], 603)])
  func aRuleForAGroupIsForItsContactsOnly(groups: [String], status: Int) throws {
    let scene = try scene(
      ContactEntry(name: "Ann", numbers: [Self.number], groups: groups),
      rules: [
        AnsweringRule(name: "", on: .always, from: .group("board"), .ring),
        AnsweringRule(name: "", on: .always, from: .outside, .decline),
      ])
    let call = comes(scene)
    #expect(scene.world.run { call.state == .talking || call.state == .ended })
    #expect(call.finalStatus == status)
  }
}
