import Announcements
import NodeContract
import SIP
import Testing

@testable import CallControl

/// Callers hear why their calls go nowhere, before their phones are told.
@Suite struct CallAnnouncements {
  private func playing(in scene: Scene) -> World.Playing? {
    scene.world.relays.values.lazy.compactMap { $0.playing[.caller] }.first
  }

  @Test func aNumberThatNobodyHasIsAnnouncedBeforeItIsNotFound() throws {
    let scene = try Scene()
    let call = scene.alice.call("199")
    #expect(scene.world.run { playing(in: scene) != nil })
    let said = try #require(playing(in: scene))
    #expect(said.announcement == Announcement([.recorded("ss-noservice")], in: .english))
    #expect(said.position == .zero)
    scene.world.run(for: .seconds(1))
    #expect(call.heard == [401, 100, 183] || call.heard == [100, 183])
    #expect(scene.world.run(within: .seconds(4)) { call.finalStatus == 404 })
    #expect(scene.world.outcomes(of: "101") == [.unknownNumber])
    #expect(scene.world.facts(of: Fixture.party("101")).map(\.word) == ["offered", "ended"])
    scene.calmDown()
  }

  @Test func aColleagueWithoutAPhoneIsAnnouncedAsUnavailable() throws {
    let scene = try Scene()
    let call = scene.alice.call("103")
    #expect(scene.world.run { playing(in: scene) != nil })
    #expect(playing(in: scene)?.announcement.prompts == [.recorded("vm-nobodyavail")])
    #expect(scene.world.run { call.finalStatus == 480 })
    scene.calmDown()
  }

  @Test func theAnnouncementIsSpokenAsPeopleDial() throws {
    let scene = try Scene()
    scene.world.change { $0.dialling.countryCode = "49" }
    scene.alice.call("199")
    #expect(scene.world.run { playing(in: scene) != nil })
    let said = try #require(playing(in: scene)).announcement
    #expect(said == Announcement(SpokenLanguage.german.notice(.notInService), in: .german))
  }

  @Test func carriersAreToldAtOnce() throws {
    let scene = try Scene()
    scene.world.change { $0.numbers[0].destination = .extension(Fixture.extensionID("103")) }
    let call = scene.carrier.call("+442079460102")
    #expect(scene.world.run { call.finalStatus == 480 })
    #expect(scene.world.relays.isEmpty)
    scene.calmDown()
  }

  @Test func whoeverMakesNoOfferIsToldAtOnce() throws {
    let scene = try Scene()
    let call = scene.alice.call("199", offer: false)
    #expect(scene.world.run { call.finalStatus == 404 })
    #expect(scene.world.relays.isEmpty)
    scene.calmDown()
  }

  @Test func whoeverHasHeardEnoughHangsUp() throws {
    let scene = try Scene()
    let call = scene.alice.call("199")
    #expect(scene.world.run { playing(in: scene) != nil })
    scene.world.run(for: .milliseconds(200))
    call.hangUp()
    #expect(scene.world.run { call.finalStatus == 487 })
    #expect(scene.world.outcomes(of: "101") == [.cancelled])
    scene.calmDown()
  }

  @Test func aSoundThatNeverEndsKeepsNobodyForEver() throws {
    let scene = try Scene()
    scene.world.announcementLength = .seconds(3_600)
    let call = scene.alice.call("199")
    #expect(scene.world.run(within: .seconds(62)) { call.finalStatus == 404 })
    scene.calmDown()
  }

  @Test func whoeverAcknowledgesProgressIsRefusedAllTheSame() throws {
    let scene = try Scene()
    let call = scene.alice.call("199") { $0.headers["Supported"] = "100rel" }
    call.acknowledgesProgress = true
    #expect(scene.world.run { call.finalStatus == 404 })
    #expect(scene.world.count { $0.isResponse(200, to: .prack) } == 1)
    scene.calmDown()
  }

  @Test func theNextProcessGoesOnWithTheSentence() throws {
    let scene = try Scene()
    let call = scene.alice.call("199")
    #expect(scene.world.run { playing(in: scene) != nil })
    scene.world.run(for: .seconds(1))
    scene.world.die(for: .milliseconds(400))
    #expect(scene.world.run { playing(in: scene)?.position ?? .zero > .zero })
    let position = try #require(playing(in: scene)).position
    #expect(.milliseconds(1_390)...(.milliseconds(1_410)) ~= position, "\(position)")
    #expect(scene.world.run(within: .milliseconds(1_700)) { call.finalStatus == 404 })
    scene.calmDown()
  }

  @Test func oneThatIsSwitchedOffIsNotHeard() throws {
    let scene = try Scene()
    scene.world.exchange.configuration.announces = false
    let call = scene.alice.call("199")
    #expect(scene.world.run(within: .seconds(1)) { call.finalStatus == 404 })
    #expect(scene.world.relays.isEmpty)
    scene.calmDown()
  }
}
