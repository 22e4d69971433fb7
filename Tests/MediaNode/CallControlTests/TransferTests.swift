import NodeContract
import SIP
import Testing

@testable import CallControl

/// A party's REFER and what it was told.
final class Referring {
  private(set) var status: Int?
  let call: PartyCall
  private var sequence: UInt32 = 0

  init(
    _ call: PartyCall, to target: String?, change: (inout SIPRequest) -> Void = { _ in }
  ) {
    self.call = call
    guard var request = call.request(.refer) else { return }
    request.headers["Refer-To"] = target.map { "<sip:\($0)@\(call.party.domain)>" }
    change(&request)
    sequence = request.headers.cseq.number
    call.party.send(request) { [self] in status = $0?.status ?? 408 }
  }

  var notifies: [SIPRequest] {
    call.received.filter {
      $0.method == .notify && $0.headers["Event"] == "refer;id=\(sequence)"
    }
  }

  /// What the NOTIFYs said, in order.
  var told: [String] {
    notifies.map { request in
      guard case .other("message/sipfrag;version=2.0", let bytes) = request.body else { return "" }
      return String(decoding: bytes, as: UTF8.self).split(separator: "\r\n").joined()
    }
  }
}

@Suite struct BlindTransfer {
  /// Alice and Bob talk; Carol's phone is there too.
  private func scene() throws -> (Scene, Party, caller: PartyCall, callee: PartyCall) {
    let scene = try Scene()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    let (caller, callee) = try scene.talking()
    scene.world.run(for: .seconds(1))
    return (scene, carol, caller, callee)
  }

  @Test(arguments: [true, false])
  func eitherPartyHandsTheOtherOn(byCaller: Bool) throws {
    let (scene, carol, caller, callee) = try scene()
    let (leaver, stayer) = byCaller ? (caller, callee) : (callee, caller)
    let referring = Referring(leaver, to: "103")
    #expect(scene.world.run { carol.lastCall?.isAcknowledged == true })
    scene.world.run(for: .seconds(1))
    #expect(referring.status == 202)
    #expect(referring.told == ["SIP/2.0 100 Trying", "SIP/2.0 180 Ringing", "SIP/2.0 200 OK"])
    let states = referring.notifies.map { $0.headers["Subscription-State"] ?? "" }
    #expect(
      states == ["active;expires=180", "active;expires=180", "terminated;reason=noresource"])
    #expect(referring.notifies.allSatisfy { $0.headers["Event"]?.hasPrefix("refer;id=") == true })
    #expect(leaver.state == .ended && stayer.state == .talking)
    let new = try #require(carol.lastCall)
    #expect(new.state == .talking)
    let relay = try #require(scene.world.relays.values.first { $0.isOpen })
    #expect(Set(relay.directed.values) == [carol.mediaEndpoint, stayer.party.mediaEndpoint])
    #expect(new.invite.headers["Referred-By"] == "<sip:\(leaver.party.number)@\(Fixture.domain)>")
    #expect(new.invite.headers.from.uri.user == stayer.party.number)
    // The two new partners hold and hang up as any others.
    new.offer(direction: "sendonly")
    #expect(scene.world.run { new.renegotiations == [200] })
    #expect(stayer.theirSession?.directions == ["sendonly"])
    stayer.hangUp()
    scene.world.run(for: .seconds(1))
    #expect(new.state == .ended)
    #expect(scene.world.facts(of: Fixture.party("103")).compactMap(\.outcome) == [.answered])
    scene.calmDown()
  }

  @Test func theRecordsEndWhenEachPartyLeft() throws {
    let (scene, carol, caller, callee) = try scene()
    _ = Referring(caller, to: "103")
    #expect(scene.world.run { carol.lastCall?.isAcknowledged == true })
    scene.world.run(for: .seconds(30))
    callee.hangUp()
    scene.calmDown()
    let ends = scene.world.facts.filter { $0.event.word == "ended" }
    #expect(ends.compactMap(\.event.outcome) == [.answered, .answered, .answered])
    #expect(Set(ends.map(\.call)).count == 1)
    let gap = ends[0].time.instant.duration(to: ends[1].time.instant)
    #expect(gap > .seconds(29), "the transferor's leg ends with the transfer")
  }

  @Test(arguments: [(486, "486 Busy Here"), (603, "603 Decline"), (480, "480")])
  func whenTheTargetDeclinesTheCallGoesOn(status: Int, told: String) throws {
    let (scene, carol, caller, callee) = try scene()
    carol.habit = .refuse(status)
    let referring = Referring(caller, to: "103")
    #expect(scene.world.run { referring.told.last?.hasPrefix("SIP/2.0 \(told)") == true })
    #expect(caller.state == .talking && callee.state == .talking)
    caller.offer(direction: "sendonly")
    #expect(scene.world.run { caller.renegotiations == [200] })
    carol.habit = .answer(after: .milliseconds(100))
    let again = Referring(caller, to: "103")
    #expect(scene.world.run { again.told.last == "SIP/2.0 200 OK" })
    callee.hangUp()
    scene.calmDown()
  }

  @Test func nobodyAnswersInTime() throws {
    let (scene, carol, caller, callee) = try scene()
    carol.habit = .ring
    let referring = Referring(caller, to: "103")
    scene.world.run(for: .seconds(25))
    #expect(referring.told.last == "SIP/2.0 480 Temporarily Unavailable")
    #expect(carol.lastCall?.wasCancelled == true)
    #expect(callee.state == .talking)
    callee.hangUp()
    scene.calmDown()
  }

  @Test func whoHangsUpAtOnceHasTransferredAllTheSame() throws {
    let (scene, carol, caller, callee) = try scene()
    let referring = Referring(caller, to: "103")
    scene.world.run { referring.status == 202 }
    caller.hangUp()
    #expect(scene.world.run { carol.lastCall?.isAcknowledged == true })
    scene.world.run(for: .seconds(1))
    #expect(callee.state == .talking && carol.lastCall?.state == .talking)
    callee.hangUp()
    scene.calmDown()
  }

  @Test func whoHangsUpAndReachesNobodyEndsTheCall() throws {
    let (scene, carol, caller, callee) = try scene()
    carol.habit = .refuse(486)
    let referring = Referring(caller, to: "103")
    scene.world.run { referring.status == 202 }
    caller.hangUp()
    #expect(scene.world.run { callee.state == .ended })
    scene.calmDown()
  }

  @Test func theStayerMayLeaveWhileTheTargetRings() throws {
    let (scene, carol, caller, callee) = try scene()
    carol.habit = .ring
    _ = Referring(caller, to: "103")
    scene.world.run { carol.lastCall != nil }
    callee.hangUp()
    #expect(scene.world.run { carol.lastCall?.wasCancelled == true && caller.state == .ended })
    scene.calmDown()
  }

  @Test func aCallGoesOutToACarrierAndIsRecordedFirst() throws {
    let (scene, _, caller, callee) = try scene()
    scene.world.diskDelay = .milliseconds(500)
    let referring = Referring(caller, to: "07700900123")
    #expect(scene.world.run { scene.carrier.lastCall?.isAcknowledged == true })
    #expect(!referring.told.contains("SIP/2.0 200 OK"))
    #expect(scene.world.run { referring.told.last == "SIP/2.0 200 OK" })
    #expect(callee.state == .talking)
    #expect(scene.carrier.lastCall?.invite.headers.from.uri.user == "+442079460101")
    callee.hangUp()
    scene.calmDown()
  }

  @Test func aDiskThatNeverAnswersLeavesTheCallAsItWas() throws {
    let (scene, _, caller, callee) = try scene()
    scene.world.diskDelay = nil
    let referring = Referring(caller, to: "07700900123")
    scene.world.run { referring.told.last?.hasPrefix("SIP/2.0 5") == true }
    scene.world.run(for: .seconds(1))
    #expect(scene.carrier.lastCall?.state == .ended)
    #expect(caller.state == .talking && callee.state == .talking)
    callee.hangUp()
    scene.calmDown()
  }

  @Test func ownNumbersLeadNowhere() throws {
    let (scene, _, caller, callee) = try scene()
    for (target, told) in [("101", "603"), ("102", "404"), ("199", "404")] {
      let referring = Referring(caller, to: target)
      #expect(
        scene.world.run { referring.told.last?.hasPrefix("SIP/2.0 \(told)") == true }, "\(target)")
      #expect(referring.status == 202)
      scene.world.run(for: .seconds(1))
    }
    #expect(callee.state == .talking)
    callee.hangUp()
    scene.calmDown()
  }

  @Test func whoWantsTwoThingsAtOnceHasToWait() throws {
    let (scene, carol, caller, callee) = try scene()
    carol.habit = .ring
    let first = Referring(caller, to: "103")
    let glare = Referring(callee, to: "103")
    #expect(scene.world.run { first.status != nil && glare.status != nil })
    #expect([first.status, glare.status] == [202, 491])
    let second = Referring(caller, to: "103")
    #expect(scene.world.run { second.status == 491 })
    callee.hangUp()
    scene.calmDown()
  }

  @Test(arguments: [nil, "a@b>, <sip:c", ""])
  func aReferMustHaveOneTarget(target: String?) throws {
    let (scene, _, caller, callee) = try scene()
    let referring = Referring(caller, to: nil) {
      $0.headers["Refer-To"] = target.map { "<sip:\($0)>" }
    }
    #expect(scene.world.run { referring.status == 400 })
    #expect(callee.state == .talking)
    callee.hangUp()
    scene.calmDown()
  }

  @Test func afterTheEndThereIsNobodyToHandOn() throws {
    let (scene, _, caller, callee) = try scene()
    let late = caller.request(.refer)
    callee.hangUp()
    scene.world.run(for: .seconds(1))
    var refer = try #require(late)
    refer.headers["Refer-To"] = "<sip:103@\(Fixture.domain)>"
    scene.alice.send(refer) { _ in }
    #expect(scene.world.run { scene.alice.finals.last == 481 })
    scene.calmDown()
  }

  @Test func aCarrierMovesNobody() throws {
    let scene = try Scene()
    let call = scene.carrier.call("+442079460102")
    scene.world.run { call.state == .talking }
    scene.world.run(for: .seconds(1))
    let referring = Referring(call, to: "07700900123")
    #expect(scene.world.run { referring.status == 403 })
    call.hangUp()
    scene.calmDown()
  }

  @Test func anOfferOfTheStayersOwnIsWaitedFor() throws {
    let (scene, carol, caller, callee) = try scene()
    carol.habit = .answer(after: .milliseconds(300))
    caller.thinks = .seconds(2)
    let referring = Referring(caller, to: "103")
    scene.world.run { carol.lastCall != nil }
    callee.offer(direction: "sendrecv")
    #expect(scene.world.run { referring.told.last == "SIP/2.0 200 OK" })
    scene.world.run(for: .seconds(1))
    #expect(callee.renegotiations == [200])
    #expect(callee.state == .talking && carol.lastCall?.state == .talking)
    callee.hangUp()
    scene.calmDown()
  }

  /// Its new offer was still on its way to the party that stays.
  @Test func whoHandsOnAndHoldsAndHangsUpHasItsEndOnRecordOnce() throws {
    let (scene, carol, caller, callee) = try scene()
    carol.habit = .answer(after: .seconds(5))
    _ = Referring(caller, to: "103")
    try #require(scene.world.run { carol.lastCall != nil })
    callee.thinks = .seconds(1)
    caller.offer(direction: "sendonly")
    scene.world.run(for: .milliseconds(200))
    caller.hangUp()
    #expect(scene.world.run { carol.lastCall?.isAcknowledged == true })
    scene.world.run(for: .seconds(40))
    #expect(caller.renegotiations == [487])
    #expect(scene.world.facts(of: Fixture.party("101")).last?.word == "ended")
    #expect(carol.lastCall?.state == .talking && callee.state == .talking)
    callee.hangUp()
    scene.calmDown()
  }

  @Test func aStayerThatCannotTalkToTheTargetComesBack() throws {
    let (scene, carol, caller, callee) = try scene()
    callee.refusesOffers = 488
    let referring = Referring(caller, to: "103")
    #expect(scene.world.run { referring.told.last == "SIP/2.0 488 Not Acceptable Here" })
    scene.world.run(for: .seconds(1))
    #expect(carol.lastCall?.state == .ended)
    #expect(caller.state == .talking && callee.state == .talking)
    callee.hangUp()
    scene.calmDown()
  }

  @Test func oneCallMayBeHandedOnAgainAndAgain() throws {
    let (scene, carol, caller, callee) = try scene()
    _ = Referring(caller, to: "103")
    #expect(scene.world.run { carol.lastCall?.isAcknowledged == true && caller.state == .ended })
    scene.world.run(for: .seconds(1))
    let back = try #require(carol.lastCall)
    let second = Referring(back, to: "101")
    #expect(scene.world.run { second.told.last == "SIP/2.0 200 OK" })
    let third = Referring(callee, to: "103")
    scene.world.run(for: .seconds(5))
    #expect(
      third.told.last == "SIP/2.0 200 OK", "\(third.told) \(String(describing: third.status))")
    #expect(scene.alice.lastCall?.state == .talking && carol.lastCall?.state == .talking)
    #expect(callee.state == .ended)
    carol.lastCall?.hangUp()
    scene.calmDown()
  }

  @Test func beyondTheLimitOfLegsNobodyIsTransferred() throws {
    var limits = ExchangeLimits()
    limits.legsPerCall = 2
    let scene = try Scene(limits: limits)
    let (caller, callee) = try scene.talking()
    scene.world.run(for: .seconds(1))
    let referring = Referring(caller, to: "103")
    #expect(scene.world.run { referring.status == 503 })
    callee.hangUp()
    scene.calmDown()
  }
}
