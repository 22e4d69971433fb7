import NodeContract
import SIP
import Testing

@testable import CallControl

/// Callers from outside whom a tenant or a user does not want to hear.
@Suite struct UnwantedCallsTests {
  private static let number = "+447700900123"

  private func line(
    _ verdict: ScreeningEntry.Verdict, _ callers: ScreeningEntry.Callers, to owner: String? = nil
  ) -> ScreeningEntry {
    ScreeningEntry(
      id: ScreeningID(UUIDv7(high: 7, low: 7)), extension: owner.map(Fixture.extensionID),
      callers: callers, verdict: verdict)
  }

  private func scene(_ lines: ScreeningEntry...) throws -> Scene {
    let scene = try Scene()
    scene.world.change { $0.screening = lines }
    return scene
  }

  private func comes(
    _ scene: Scene, change: @escaping (inout SIPRequest) -> Void = { _ in }
  ) -> PartyCall {
    scene.carrier.call("+442079460102") {
      $0.headers.from.uri.user = Self.number
      change(&$0)
    }
  }

  @Test func whoIsBlockedIsDeclinedAndRingsNowhere() throws {
    let scene = try scene(line(.block, .range("+4477")))
    let call = comes(scene)
    #expect(scene.world.run { call.state == .ended })
    #expect(call.finalStatus == 603)
    #expect(scene.bob.calls.isEmpty)
    scene.calmDown()
    #expect(scene.world.facts.compactMap(\.event.outcome) == [.rejected])
  }

  @Test func aUserHearsWhomTheTenantBlocks() throws {
    let scene = try scene(
      line(.block, .range("+4477")), line(.allow, .number(Self.number), to: "102"))
    let call = comes(scene)
    #expect(scene.world.run { call.state == .talking })
    call.hangUp()
    scene.calmDown()
  }

  @Test(arguments: [("id", 603), ("none", 200)])
  func whoHidesIsBlockedAsSuch(privacy: String, status: Int) throws {
    let scene = try scene(line(.block, .withheld))
    let call = comes(scene) { $0.headers["Privacy"] = privacy }
    #expect(scene.world.run { call.state == .talking || call.state == .ended })
    #expect(call.finalStatus == status)
  }

  @Test(arguments: [true, false])
  func aNumberThatTheCarrierDisprovedIsBlockedWhereTheCarrierIsBelieved(isTrusted: Bool) throws {
    let scene = try scene(line(.block, .disproven))
    scene.world.change { $0.trunks[0].profile.isTrusted = isTrusted }
    let call = comes(scene) {
      $0.headers["P-Asserted-Identity"] =
        "<sip:\(Self.number);verstat=TN-Validation-Failed@carrier.example;user=phone>"
    }
    #expect(scene.world.run { call.state == .talking || call.state == .ended })
    #expect(call.finalStatus == (isTrusted ? 603 : 200))
  }

  @Test func aNumberThatWasProvedIsShownWithoutThatWord() throws {
    let scene = try scene(line(.block, .disproven))
    scene.world.change { $0.trunks[0].profile.isTrusted = true }
    let call = comes(scene) {
      $0.headers["P-Asserted-Identity"] =
        "<sip:\(Self.number);verstat=TN-Validation-Passed@carrier.example;user=phone>"
    }
    #expect(scene.world.run { call.state == .talking })
    #expect(scene.bob.lastCall?.invite.headers.from.uri.user == Self.number)
  }

  @Test func aMemberOfAGroupIsNotRungByWhomItBlocks() throws {
    let scene = try scene(line(.block, .number(Self.number), to: "101"))
    scene.world.change { tenant in
      for index in tenant.extensions.indices where tenant.extensions[index].number == "103" {
        tenant.extensions[index].group = RingGroup(
          strategy: .together, members: ["101", "102"].map(Fixture.extensionID),
          ringsFor: .seconds(8))
      }
      tenant.numbers[0].destination = .extension(Fixture.extensionID("103"))
    }
    let called = try #require(
      scene.world.exchange.directory[Fixture.tenant]?.snapshot.numbers.first?.number)
    let call = scene.carrier.call(called) { $0.headers.from.uri.user = Self.number }
    #expect(scene.world.run { call.state == .talking })
    #expect(scene.alice.calls.isEmpty && scene.bob.calls.count == 1)
  }

  @Test func colleaguesAreNotScreened() throws {
    let scene = try scene(line(.block, .withheld), line(.block, .range("+")))
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .talking })
  }

  @Test(arguments: [("none", "Acme: Ann"), ("id", "Acme")])
  func phonesShowInWhoseNameToAnswer(privacy: String, text: String) throws {
    let scene = try scene()
    scene.world.change { tenant in
      tenant.contacts = [ContactEntry(name: "Ann", numbers: [Self.number])]
      for index in tenant.numbers.indices where tenant.numbers[index].number == "+442079460102" {
        tenant.numbers[index].display = CallerDisplay("Acme: {caller}")
      }
    }
    let call = comes(scene) { $0.headers["Privacy"] = privacy }
    #expect(scene.world.run { call.state == .talking })
    #expect(scene.bob.lastCall?.invite.headers.from.displayName == text)
  }
}
