import NodeContract
import SIP
import Testing

@testable import CallControl

/// The relay changes no packet: whatever number a party was told for something, the other knows it
/// by just that number, although each has numbers of its own.
@Suite struct PayloadNumbers {
  private func scene(_ numbers: (String, String, String) = ("101", "96", "100")) throws
    -> (Scene, carol: Party)
  {
    let scene = try Scene()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    for (party, number) in zip([scene.alice, scene.bob, carol], [numbers.0, numbers.1, numbers.2]) {
      party.formats = ["0", "8", number]
      party.events = number
    }
    return (scene, carol)
  }

  /// What `listener` told of itself, and what `speaker` was told of it.
  private func expectUnderstood(_ speaker: PartyCall, by listener: PartyCall) throws {
    let told = try terms(speaker.theirSession)
    let own = try terms(listener.session())
    let spoken = try terms(speaker.session())
    let known = Set(spoken.formats.map(\.payload))
    // We may have offered more than it can speak.
    for format in told.formats where known.contains(format.payload) {
      #expect(own.formats.contains(format), "\(format) of \(told.formats)")
    }
    #expect(told.formats.contains { $0.payload == .events })
  }

  private func terms(_ session: SessionDescription?) throws -> AudioTerms {
    let session = try #require(session)
    return try #require(AudioTerms(session.media[0], in: session))
  }

  private func expectUnderstood(_ one: PartyCall?, _ other: PartyCall?) throws {
    let (one, other) = (try #require(one), try #require(other))
    try expectUnderstood(one, by: other)
    try expectUnderstood(other, by: one)
  }

  @Test func theCalledPartyIsOfferedTheCallersNumbers() throws {
    let (scene, _) = try scene()
    let (_, callee) = try scene.talking()
    #expect(try terms(callee.theirSession).formats.map(\.name).prefix(3) == ["0", "8", "101"])
  }

  @Test func anAnswerUnderOtherNumbersIsPassedOnUnderThem() throws {
    let (scene, _) = try scene()
    let (caller, callee) = try scene.talking()
    #expect(try terms(caller.theirSession).formats.map(\.name) == ["0", "8", "96"])
    try expectUnderstood(caller, callee)
  }

  @Test(arguments: [true, false])
  func itStaysSoThroughHoldAndResume(callerHolds: Bool) throws {
    let (scene, _) = try scene()
    let (caller, callee) = try scene.talking()
    let holder = callerHolds ? caller : callee
    for direction in ["sendonly", "sendrecv"] {
      scene.world.run(for: .seconds(1))
      holder.offer(direction: direction)
      scene.world.run(for: .seconds(1))
      try expectUnderstood(caller, callee)
    }
    #expect(holder.renegotiations == [200, 200])
  }

  @Test func itIsSoWhenTheOfferIsLeftToTheOther() throws {
    let (scene, _) = try scene()
    let call = scene.alice.call("102", offer: false)
    scene.world.run { scene.bob.lastCall?.isAcknowledged == true }
    try expectUnderstood(call, scene.bob.lastCall)
  }

  @Test func itIsSoAfterATransfer() throws {
    let (scene, carol) = try scene()
    let (caller, callee) = try scene.talking()
    scene.world.run(for: .seconds(1))
    _ = Referring(caller, to: "103")
    scene.world.run(for: .seconds(5))
    #expect(carol.lastCall?.state == .talking && callee.state == .talking)
    try expectUnderstood(callee, carol.lastCall)
  }

  @Test func itIsSoForWhoeverPicksUp() throws {
    let (scene, carol) = try scene()
    scene.bob.habit = .ring
    let call = scene.alice.call("102")
    scene.world.run { call.heard.contains(180) }
    let picking = carol.call("*8102")
    scene.world.run { picking.state == .talking && call.state == .talking }
    try expectUnderstood(call, picking)
  }

  @Test func aNumberThatMeansSomethingElseToTheOtherIsGivenUp() throws {
    let mine = try terms(
      formats: ["0", "97", "101"], ["97 PCMA/8000", "101 telephone-event/8000"])
    let other = try terms(formats: ["0", "8", "97"], ["97 telephone-event/8000"])
    #expect(mine.common(with: other)?.formats.map(\.name) == ["0", "101"])
    #expect(other.common(with: mine)?.formats.map(\.name) == ["0", "8"])
  }

  @Test func theOrderIsThatOfWhomeverItDescribes() throws {
    let mine = try terms(formats: ["8", "0"], [])
    let other = try terms(formats: ["0", "8", "101"], ["101 telephone-event/8000/1"])
    #expect(mine.common(with: other)?.formats.map(\.name) == ["8", "0"])
    #expect(other.common(with: mine)?.formats.map(\.name) == ["0", "8"])
  }

  private func terms(formats: [String], _ maps: [String]) throws -> AudioTerms {
    let here = Fixture.phones.address
    return try terms(
      SessionDescription(
        origin: SessionOrigin(sessionID: 1, version: 1, address: here), connection: here,
        media: [
          MediaDescription(
            kind: "audio", port: 4000, profile: "RTP/AVP", formats: formats,
            attributes: maps.map { SessionAttribute("rtpmap", $0) })
        ]))
  }

  @Test func whatWasNotOfferedIsNotAnswered() throws {
    let (scene, _) = try scene()
    scene.alice.formats = ["8", "101"]
    let (caller, callee) = try scene.talking()
    #expect(try terms(caller.theirSession).formats.map(\.name) == ["8", "96"])
    try expectUnderstood(caller, by: callee)
    #expect(try terms(callee.theirSession).formats.map(\.name).first == "8")
  }

  @Test func anAnswerOfNothingThatWasOfferedEndsTheCall() throws {
    let (scene, _) = try scene()
    scene.alice.formats = ["8", "101"]
    scene.bob.formats = ["18", "96"]
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .ended })
    #expect(call.finalStatus == 488)
    scene.calmDown()
  }
}
