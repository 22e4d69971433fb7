import NodeContract
import SIP
import Testing

@testable import CallControl

/// RFC 3262: what is said before a call is answered is not lost, where both sides know how.
@Suite struct ProgressIsNotLost {
  private func progress(to party: Party, _ scene: Scene) -> [SIPResponse] {
    scene.world.sent.compactMap { message, flow in
      guard case .response(let response) = message, flow.remote == party.endpoint,
        response.headers.cseq.method == .invite, (101..<200).contains(response.status)
      else { return nil }
      return response
    }
  }

  private func reliably(_ number: UInt32, _ response: inout SIPResponse) {
    guard (101..<200).contains(response.status) else { return }
    response.headers["Require"] = "100rel"
    response.headers["RSeq"] = "\(number)"
  }

  /// PRACK of what the caller was told last.
  @discardableResult
  private func acknowledge(
    _ response: SIPResponse, _ call: PartyCall, body: SIPBody = .none, as text: String? = nil
  ) throws -> Answer {
    call.rang(response)
    var prack = try #require(call.request(.prack, body: body))
    prack.headers["RAck"] =
      text ?? "\(response.headers["RSeq"] ?? "") \(response.headers.cseq.number) INVITE"
    let answer = Answer()
    call.party.send(prack) { answer.response = $0 }
    return answer
  }

  private final class Answer {
    var response: SIPResponse?
    var status: Int? { response?.status }
  }

  // MARK: - To the caller

  @Test func aCallersEarlySessionIsRepeatedUntilItIsAcknowledgedAndTheAnswerWaits() throws {
    let scene = try Scene()
    scene.bob.habit = .play(thenAnswerAfter: .milliseconds(200))
    let call = scene.alice.call("102") { $0.headers["Supported"] = "100rel" }
    scene.world.run(for: .seconds(2))
    let told = progress(to: scene.alice, scene)
    #expect(told.count == 3, "at once, after 500 and after 1,500 ms")
    #expect(Set(told.map { $0.headers["RSeq"] }).count == 1)
    #expect(told.allSatisfy { $0.headers["Require"] == "100rel" })
    #expect(call.state == .calling, "the answer waits")
    let answer = try acknowledge(try #require(told.first), call)
    #expect(scene.world.run { call.state == .talking })
    #expect(answer.status == 200)
    scene.world.run(for: .seconds(1))
    call.hangUp()
    scene.calmDown()
  }

  @Test func whoAnsweredSendsNobodyOnBeforeTheCallerHearsOfTheAnswer() throws {
    let scene = try Scene()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    scene.bob.habit = .play(thenAnswerAfter: .milliseconds(200))
    carol.habit = .answer(after: .milliseconds(10))
    let call = scene.alice.call("102") { $0.headers["Supported"] = "100rel" }
    scene.world.run(for: .seconds(1))
    let bobs = try #require(scene.bob.lastCall)
    #expect(bobs.state == .talking && call.state == .calling)
    var refer = try #require(bobs.request(.refer))
    refer.headers["Refer-To"] = "<sip:103@\(Fixture.domain)>"
    let refusal = Answer()
    bobs.party.send(refer) { refusal.response = $0 }
    scene.world.run(for: .seconds(1))
    #expect(refusal.status == 491)
    try acknowledge(try #require(progress(to: scene.alice, scene).first), call)
    #expect(scene.world.run { call.state == .talking && carol.lastCall == nil })
    call.hangUp()
    scene.calmDown()
  }

  @Test func whoDoesNotAcknowledgeIsRefusedInTheEnd() throws {
    let scene = try Scene()
    scene.world.change { $0.ringTimeout = .seconds(60) }
    scene.bob.habit = .play(thenAnswerAfter: .seconds(90))
    let call = scene.alice.call("102") { $0.headers["Supported"] = "100rel" }
    scene.world.run(for: .seconds(33))
    #expect(call.finalStatus == 500)
    #expect(scene.bob.lastCall?.wasCancelled == true)
    #expect(progress(to: scene.alice, scene).count == 7, "at doubled intervals without a bound")
    scene.calmDown()
  }

  @Test func whatIsNoLossGoesAsEver() throws {
    let scene = try Scene()
    let call = scene.alice.call("102") { $0.headers["Supported"] = "100rel" }
    #expect(scene.world.run { call.state == .talking })
    #expect(progress(to: scene.alice, scene).map(\.status) == [180])
    #expect(progress(to: scene.alice, scene).allSatisfy { $0.headers["RSeq"] == nil })
    call.hangUp()
    scene.calmDown()
  }

  @Test func whoRequiresItIsToldEverythingReliablyOneAfterTheOther() throws {
    let scene = try Scene()
    scene.bob.habit = .ring
    let call = scene.alice.call("102") { $0.headers["Require"] = "100rel" }
    try #require(scene.world.run { !progress(to: scene.alice, scene).isEmpty })
    scene.bob.lastCall?.play()
    scene.world.run(for: .milliseconds(100))
    let first = try #require(progress(to: scene.alice, scene).first)
    #expect(progress(to: scene.alice, scene).map(\.status) == [180])
    try acknowledge(first, call)
    scene.world.run(for: .milliseconds(100))
    let second = try #require(progress(to: scene.alice, scene).last)
    #expect(second.status == 183)
    let number = try #require(UInt32(first.headers["RSeq"] ?? ""))
    #expect(second.headers["RSeq"] == "\(number + 1)")
    let late = try acknowledge(first, call)
    scene.world.run(for: .milliseconds(100))
    #expect(late.status == 481, "that was acknowledged before")
    try acknowledge(second, call)
    scene.bob.lastCall?.pickUp()
    #expect(scene.world.run { call.state == .talking })
    call.hangUp()
    scene.calmDown()
  }

  @Test(arguments: ["", "1", "1 2", "x y INVITE", "1 1 INVITE", "99999999999 1 INVITE"])
  func anAcknowledgementOfNothingIsRefused(text: String) throws {
    let scene = try Scene()
    scene.bob.habit = .play(thenAnswerAfter: .seconds(5))
    let call = scene.alice.call("102") { $0.headers["Supported"] = "100rel" }
    try #require(scene.world.run { !progress(to: scene.alice, scene).isEmpty })
    let told = try #require(progress(to: scene.alice, scene).first)
    let answer = try acknowledge(told, call, as: text)
    scene.world.run(for: .milliseconds(100))
    #expect(answer.status == 481)
    call.hangUp()
    scene.calmDown()
  }

  @Test func aCallThatIsCancelledMeanwhileLeavesNothing() throws {
    let scene = try Scene()
    scene.bob.habit = .play(thenAnswerAfter: .milliseconds(10))
    let call = scene.alice.call("102") { $0.headers["Supported"] = "100rel" }
    scene.world.run(for: .seconds(1))
    call.hangUp()
    scene.world.run(for: .seconds(1))
    #expect(call.finalStatus == 487)
    #expect(scene.bob.lastCall?.state == .ended)
    scene.calmDown()
  }

  // MARK: - From the called party

  @Test func aCarriersReliableProgressIsAcknowledgedInOrder() throws {
    let scene = try Scene()
    scene.bob.habit = .ignore
    let call = scene.alice.call("102")
    try #require(scene.world.run { scene.bob.lastCall != nil })
    #expect(scene.bob.requests.last?.headers.lists("100rel", in: "Supported") == true)
    let callee = try #require(scene.bob.lastCall)
    for (number, status) in [(7, 180), (7, 180), (9, 183), (8, 183)] {
      scene.bob.adorns = { [self] in reliably(UInt32(number), &$0) }
      if status == 180 { callee.ring() } else { callee.play() }
      scene.world.run(for: .milliseconds(100))
    }
    let pracks = scene.bob.requests.filter { $0.method == .prack }
    #expect(pracks.map { $0.headers["RAck"] } == ["7 1 INVITE", "8 1 INVITE"])
    #expect(pracks.map(\.headers.cseq.number) == [2, 3])
    callee.pickUp()
    #expect(scene.world.run { call.state == .talking && callee.isAcknowledged })
    call.hangUp()
    scene.world.run(for: .seconds(1))
    #expect(scene.bob.requests.last { $0.method == .bye }?.headers.cseq.number == 4)
    #expect(callee.state == .ended)
    scene.calmDown()
  }

  @Test func anAnswerThatCameReliablyNeedNotComeAgain() throws {
    let scene = try Scene()
    let second = try scene.device("102", at: "127.0.5.3:5063")
    second.habit = .ring
    scene.bob.habit = .ignore
    scene.bob.adorns = { [self] in reliably(1, &$0) }
    let call = scene.alice.call("102")
    try #require(scene.world.run { scene.bob.lastCall != nil })
    scene.bob.lastCall?.play()
    scene.world.run(for: .milliseconds(100))
    scene.bob.adorns = { if $0.isSuccess { $0.body = .none } }
    scene.bob.lastCall?.pickUp()
    #expect(scene.world.run { call.state == .talking })
    #expect(call.theirSession != nil)
    #expect(second.lastCall?.wasCancelled == true)
    #expect(
      scene.world.relays.values.first?.directed[.callee] == scene.bob.mediaEndpoint)
    call.hangUp()
    scene.calmDown()
  }

  // MARK: - Offers before the answer (RFC 3311)

  @Test func aRingingPartyMovesItsAudio() throws {
    let scene = try Scene()
    scene.bob.habit = .ignore
    scene.bob.adorns = { [self] in reliably(1, &$0) }
    let call = scene.alice.call("102")
    try #require(scene.world.run { scene.bob.lastCall != nil })
    let callee = try #require(scene.bob.lastCall)
    callee.play()
    scene.world.run(for: .milliseconds(100))
    var status: Int?
    callee.send(.update, body: .session(callee.session(port: 41_000))) { status = $0 }
    scene.world.run(for: .milliseconds(100))
    #expect(status == 200)
    #expect(scene.world.relays.values.first?.directed[.callee]?.port == 41_000)
    callee.send(.bye, body: .none) { status = $0 }
    scene.world.run(for: .milliseconds(100))
    #expect(status == 481, "only whoever called may end an early dialog by BYE")
    callee.pickUp()
    #expect(scene.world.run { call.state == .talking })
    call.hangUp()
    scene.calmDown()
  }

  @Test func aCallerMovesItsAudioWhileItRings() throws {
    let scene = try Scene()
    scene.bob.habit = .play(thenAnswerAfter: .seconds(5))
    let call = scene.alice.call("102") { $0.headers["Supported"] = "100rel" }
    try #require(scene.world.run { !progress(to: scene.alice, scene).isEmpty })
    let told = try #require(progress(to: scene.alice, scene).first)
    let answer = try acknowledge(told, call, body: .session(call.session(port: 42_000)))
    scene.world.run(for: .milliseconds(100))
    #expect(answer.status == 200)
    #expect(answer.response?.body != SIPBody.none)
    #expect(scene.world.relays.values.first?.directed[.caller]?.port == 42_000)
    var status: Int?
    call.send(.update, body: .session(call.session(port: 43_000))) { status = $0 }
    scene.world.run(for: .milliseconds(100))
    #expect(status == 200)
    #expect(scene.world.relays.values.first?.directed[.caller]?.port == 43_000)
    #expect(scene.world.run { call.state == .talking })
    call.hangUp()
    scene.calmDown()
  }

  @Test func anOfferBeforeTheFirstAnswerIsRefusedWithATimeToTryAgain() throws {
    let scene = try Scene()
    scene.bob.habit = .ring
    let call = scene.alice.call("102")
    try #require(scene.world.run { !progress(to: scene.alice, scene).isEmpty })
    call.rang(try #require(progress(to: scene.alice, scene).first))
    var response: SIPResponse?
    let update = try #require(call.request(.update, body: .session(call.session())))
    scene.alice.send(update) { response = $0 }
    scene.world.run(for: .milliseconds(100))
    #expect(response?.status == 500)
    let seconds = try #require(response?.headers["Retry-After"].flatMap { Int($0) })
    #expect((0...10).contains(seconds))
    call.hangUp()
    scene.calmDown()
  }

  @Test func whatWasToldReliablyIsRepeatedByWhoeverCarriesTheCallOn() throws {
    let scene = try Scene()
    scene.bob.habit = .play(thenAnswerAfter: .milliseconds(10))
    scene.alice.call("102") { $0.headers["Supported"] = "100rel" }
    scene.world.run(for: .milliseconds(300))
    let now = scene.world.now.boot
    let original = try #require(scene.world.exchange.calls.values.first?.machine)
    let call = try CallMachine(
      checkpoint: original.checkpoint(at: now), limits: original.limits, at: now)
    #expect(call == original)
    #expect(call.nextDeadline == now.advanced(by: .milliseconds(500)))
  }
}
