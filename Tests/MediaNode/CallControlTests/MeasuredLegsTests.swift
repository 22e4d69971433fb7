import NodeContract
import SIP
import Testing

@testable import CallControl

/// What is measured of a call goes on record.
@Suite struct MeasuredLegs {
  private let poor = LegMedia(
    packets: 900, lost: 100, jitter: 30_000, roundTrip: 400_000, opinion: 210)
  private let good = LegMedia(packets: 1_000, lost: 0, jitter: 250, opinion: 440)

  private func measures(_ scene: Scene, of number: String) -> [LegMedia] {
    scene.world.facts(of: Fixture.party(number)).compactMap {
      if case .measured(let media) = $0 { media } else { nil }
    }
  }

  @Test func whatWasMeasuredOfEachPartyIsRecordedWithItsLeg() throws {
    let scene = try Scene()
    scene.world.measures = [.caller: poor, .callee: good]
    let (caller, _) = try scene.talking()
    caller.hangUp()
    scene.calmDown()
    #expect(measures(scene, of: "101") == [poor])
    #expect(measures(scene, of: "102") == [good])
  }

  @Test func whoSaidNothingHasNoMeasures() throws {
    let scene = try Scene()
    scene.world.measures = [.caller: LegMedia(packets: 0, lost: 0, jitter: 0)]
    let (caller, _) = try scene.talking()
    caller.hangUp()
    scene.calmDown()
    #expect(measures(scene, of: "101").isEmpty && measures(scene, of: "102").isEmpty)
  }

  @Test func whoLeavesByATransferIsMeasuredThenAndNotWhoComesAfterIt() throws {
    let scene = try Scene()
    let carol = try scene.device("103", at: "127.0.5.3:5063")
    scene.world.measures = [.callee: poor]
    let (caller, callee) = try scene.talking()
    var refer = try #require(callee.request(.refer))
    refer.headers["Refer-To"] = "<sip:103@\(Fixture.domain)>"
    scene.bob.send(refer) { _ in }
    #expect(scene.world.run { carol.lastCall?.isAcknowledged == true })
    scene.world.run(for: .seconds(2))
    #expect(measures(scene, of: "102") == [poor])
    scene.world.measures = [.callee: good]
    caller.hangUp()
    scene.calmDown()
    #expect(measures(scene, of: "103") == [good])
    #expect(measures(scene, of: "102") == [poor])
  }
}
