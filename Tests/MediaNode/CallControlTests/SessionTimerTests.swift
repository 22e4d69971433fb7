import NodeContract
import SIP
import Testing

@testable import CallControl

/// RFC 4028: a call ends when one of its parties is gone, whether anybody hears audio or not.
@Suite struct SessionsAreRefreshed {
  private let update = "INVITE, ACK, BYE, CANCEL, UPDATE"

  /// Alice's INVITE with these fields, answered by Bob.
  private func call(_ scene: Scene, _ fields: [String: String]) throws -> PartyCall {
    let call = scene.alice.call("102") { invite in
      for (name, value) in fields.sorted(by: { $0.key < $1.key }) { invite.headers[name] = value }
    }
    try #require(
      scene.world.run {
        call.state == .ended || scene.bob.lastCall?.isAcknowledged == true && call.state == .talking
      })
    return call
  }

  private func answer(to party: Party, _ scene: Scene) throws -> SIPResponse {
    try #require(
      scene.world.sent.lazy.compactMap { message, flow -> SIPResponse? in
        guard case .response(let response) = message, flow.remote == party.endpoint,
          response.isSuccess, response.headers.cseq.method == .invite
        else { return nil }
        return response
      }.last)
  }

  private func refreshes(_ method: SIPMethod, of party: Party) -> [SIPRequest] {
    party.requests.filter { $0.method == method && $0.headers.to.tag != nil }
  }

  @Test func theCallerMayRefreshAndIsTakenAtItsWord() throws {
    let scene = try Scene()
    let call = try call(
      scene, ["Supported": "timer", "Session-Expires": "600;refresher=uac", "Allow": update])
    let answer = try answer(to: scene.alice, scene)
    #expect(answer.headers["Session-Expires"] == "600;refresher=uac")
    #expect(answer.headers["Require"] == "timer")
    scene.world.run(for: .seconds(400))
    #expect(refreshes(.update, of: scene.alice).isEmpty)
    let status = refresh(call, expires: "600;refresher=uac", scene)
    #expect(status == 200)
    scene.world.run(for: .seconds(560))
    #expect(call.state == .talking, "its refresh began the interval anew")
    scene.world.run(for: .seconds(20))
    #expect(call.state == .ended, "it came no more")
    scene.calmDown()
  }

  private func refresh(_ call: PartyCall, expires: String, _ scene: Scene) -> Int? {
    guard var request = call.request(.update) else { return nil }
    request.headers["Supported"] = "timer"
    request.headers["Session-Expires"] = expires
    var status: Int?
    call.party.send(request) { status = $0?.status ?? 408 }
    scene.world.run { status != nil }
    return status
  }

  @Test func weRefreshWhereTheCallerLeavesItToUs() throws {
    let scene = try Scene()
    let call = try call(
      scene, ["Supported": "timer", "Session-Expires": "600;refresher=uas", "Allow": update])
    #expect(
      try answer(to: scene.alice, scene).headers["Session-Expires"] == "600;refresher=uas")
    scene.world.run(for: .seconds(301))
    let request = try #require(refreshes(.update, of: scene.alice).first)
    #expect(request.headers["Session-Expires"] == "600;refresher=uac", "we are the client now")
    #expect(request.body == .none)
    scene.world.run(for: .seconds(3600))
    #expect(call.state == .talking)
    call.hangUp()
    scene.calmDown()
  }

  @Test func whoDoesNotKnowUpdateIsOfferedTheSessionAsItIs() throws {
    let scene = try Scene()
    let call = try call(scene, [:])
    let told = try #require(call.theirSession)
    scene.world.run(for: .seconds(901))
    let request = try #require(refreshes(.invite, of: scene.alice).first)
    #expect(request.body == .session(told), "not even the version changes")
    #expect(refreshes(.invite, of: scene.bob).count == 1, "the called party's own refresh")
    #expect(call.state == .talking)
    call.hangUp()
    scene.calmDown()
  }

  @Test func aPartyThatRefusesUpdateIsAskedByInviteThen() throws {
    let scene = try Scene()
    let call = try call(scene, ["Allow": update])
    scene.alice.adorns = { if $0.headers.cseq.method == .update { $0.status = 405 } }
    scene.world.run(for: .seconds(901))
    #expect(refreshes(.update, of: scene.alice).count == 1)
    #expect(refreshes(.invite, of: scene.alice).count == 1)
    #expect(call.state == .talking)
    call.hangUp()
    scene.calmDown()
  }

  @Test func aCallWhosePartyIsGoneEndsAtItsNextRefresh() throws {
    let scene = try Scene()
    let call = try call(scene, [:])
    scene.bob.isUnplugged = true
    scene.world.run(for: .seconds(900 + 40))
    #expect(call.state == .ended)
    #expect(scene.world.exchange.census.calls == 0)
    scene.bob.isUnplugged = false
    scene.bob.lastCall?.hangUp()
    scene.calmDown()
  }

  @Test func aCalledPartyMayTakeTheRefreshingUponItself() throws {
    let scene = try Scene()
    scene.bob.adorns = {
      guard $0.isSuccess else { return }
      $0.headers["Session-Expires"] = "120;refresher=uas"
      $0.headers["Require"] = "timer"
    }
    let call = try call(scene, [:])
    scene.world.run(for: .seconds(85))
    #expect(refreshes(.invite, of: scene.bob).isEmpty)
    #expect(call.state == .talking)
    scene.world.run(for: .seconds(10))
    #expect(call.state == .ended)
    scene.calmDown()
  }

  @Test func tooShortAnIntervalIsRefusedWithTheShortest() throws {
    let scene = try Scene()
    let call = try call(scene, ["Supported": "timer", "Session-Expires": "30"])
    #expect(call.finalStatus == 422)
    let refusal = scene.world.sent.lazy.compactMap { message, _ -> SIPResponse? in
      guard case .response(let response) = message, response.status == 422 else { return nil }
      return response
    }.first
    #expect(refusal?.headers["Min-SE"] == "90")
    scene.calmDown()
  }

  @Test func aProxysShortIntervalIsNoFaultOfACallerWithoutTimers() throws {
    let scene = try Scene()
    let call = try call(scene, ["Session-Expires": "30"])
    #expect(call.state == .talking)
    call.hangUp()
    scene.calmDown()
  }

  @Test func aPartyThatWantsLongerSessionsIsAskedAgain() throws {
    let scene = try Scene()
    scene.bob.habit = .ignore
    let call = scene.alice.call("102")
    try #require(scene.world.run { scene.bob.lastCall != nil })
    scene.bob.adorns = { $0.headers["Min-SE"] = "2400" }
    scene.bob.habit = .answer(after: .milliseconds(100))
    scene.bob.lastCall?.refuse(422)
    #expect(scene.world.run { call.state == .talking })
    let asked = scene.bob.requests.filter { $0.method == .invite }
    #expect(asked.map { $0.headers["Session-Expires"] } == ["1800", "2400"])
    #expect(asked.last?.headers["Min-SE"] == "2400")
    call.hangUp()
    scene.calmDown()
  }

  @Test func aRefreshByInviteIsAnsweredWithoutTroublingTheOtherParty() throws {
    let scene = try Scene()
    let (caller, _) = try scene.talking()
    scene.world.run(for: .seconds(1))
    let before = caller.theirSession
    caller.repeatOffer()
    #expect(scene.world.run { caller.renegotiations == [200] })
    #expect(caller.theirSession == before)
    #expect(refreshes(.invite, of: scene.bob).isEmpty)
    caller.hangUp()
    scene.calmDown()
  }

  @Test func refreshesAndOffersThatMeetDoNoHarm() throws {
    for tick in 0..<20 {
      let scene = try Scene(seed: UInt64(tick))
      let call = try call(scene, [:])
      scene.world.run(for: .milliseconds(899_990 + tick))
      call.offer(direction: "sendonly")
      scene.world.run(for: .seconds(60))
      #expect(call.state == .talking && scene.bob.lastCall?.state == .talking, "\(tick)")
      #expect(call.renegotiations.count == 1)
      call.hangUp()
      scene.calmDown("\(tick)")
    }
  }
}
