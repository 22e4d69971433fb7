import NodeContract
import SIP
import Testing

@testable import CallControl

@Suite struct RequestsThatAreRefused {
  private func answer(
    _ scene: Scene, _ method: SIPMethod, change: (inout SIPRequest) -> Void = { _ in }
  ) -> SIPResponse? {
    let uri = SIPURI(user: "102", host: Fixture.domain)
    var request = scene.alice.request(method, to: uri)
    change(&request)
    var answer: SIPResponse??
    scene.alice.send(request) { if ($0?.status ?? 408) >= 200 { answer = $0 } }
    scene.world.run { answer != nil }
    return answer ?? nil
  }

  @Test func optionsTellWhatWeCan() throws {
    let scene = try Scene()
    let response = try #require(answer(scene, .options))
    #expect(response.status == 200)
    #expect(response.headers["Allow"]?.contains("INVITE") == true)
    #expect(response.headers["Accept"] == "application/sdp, text/plain")
  }

  @Test(arguments: [("PUBLISH", 405), ("DANCE", 501)])
  func aMethodThatWeDoNotServeIsRefused(method: String, status: Int) throws {
    let scene = try Scene()
    let response = try #require(answer(scene, SIPMethod(rawValue: method)))
    #expect(response.status == status)
    #expect(response.headers["Allow"]?.contains("INVITE") == true)
  }

  @Test(arguments: [SIPMethod.bye, .info, .update])
  func requestsOfUnknownDialogsAreRefused(method: SIPMethod) throws {
    let scene = try Scene()
    #expect(answer(scene, method)?.status == 481)
    #expect(answer(scene, method) { $0.headers.to.tag = "nobody" }?.status == 481)
  }

  @Test func anExtensionThatWeDoNotKnowIsNamed() throws {
    let scene = try Scene()
    let response = try #require(answer(scene, .invite) { $0.headers["Require"] = "precondition" })
    #expect(response.status == 420)
    #expect(response.headers["Unsupported"] == "precondition")
  }

  @Test func aCallThatHasGoneTooFarIsRefused() throws {
    let scene = try Scene()
    #expect(answer(scene, .invite) { $0.headers.maxForwards = 0 }?.status == 483)
  }

  @Test func aCallThatWasHereBeforeIsALoop() throws {
    let scene = try Scene()
    let response = answer(scene, .invite) {
      $0.headers.vias = [
        Via(transport: "UDP", host: "127.0.1.10", port: 5060, parameters: [])
      ]
    }
    #expect(response?.status == 482)
  }

  @Test(arguments: [
    (SIPBody.malformedSession([1, 2]), 400),
    (.other(contentType: "text/plain", bytes: [65]), 415),
  ])
  func aBodyThatWeCannotReadIsRefused(body: SIPBody, status: Int) throws {
    let scene = try Scene()
    #expect(answer(scene, .invite) { $0.body = body }?.status == status)
  }

  @Test func anUnknownSchemeIsRefused() throws {
    let scene = try Scene()
    #expect(answer(scene, .invite) { $0.uri.scheme = .other("http") }?.status == 416)
  }

  @Test func anEndlessCallIDIsRefused() throws {
    let scene = try Scene()
    let long = String(repeating: "x", count: 5000)
    #expect(answer(scene, .invite) { $0.headers.callID = long }?.status == 400)
  }

  @Test func aCallOfAStrangerIsChallengedAndRefused() throws {
    let scene = try Scene()
    scene.alice.password = "wrong"
    let call = scene.alice.call("102")
    #expect(scene.world.run { call.state == .ended })
    #expect(call.finalStatus == 403)
    #expect(scene.bob.requests.isEmpty)
    #expect(scene.world.facts.isEmpty)
    scene.calmDown()
  }

  @Test func aRequestFromThePastOfItsDialogIsRefused() throws {
    let scene = try Scene()
    let (caller, _) = try scene.talking()
    var request = try #require(caller.dialog).acknowledgement(of: 1)
    request.method = .info
    request.headers.cseq = CSeq(1, .info)
    var status: Int?
    scene.alice.send(request) { status = $0?.status }
    #expect(scene.world.run { status == 500 })
    #expect(caller.state == .talking)
  }

  @Test func aStrangersByeEndsNothing() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    var bye = try #require(caller.dialog).acknowledgement(of: 100)
    bye.method = .bye
    bye.headers.cseq = CSeq(100, .bye)
    bye.headers.from.tag = "guessed"
    var status: Int?
    scene.carrier.send(bye) { status = $0?.status }
    scene.world.run { status != nil }
    #expect(status == 481)
    #expect(caller.state == .talking && callee.state == .talking)
  }
}

@Suite struct GrantsAndLimits {
  @Test func anAddressWithoutAGrantServesNobody() throws {
    let scene = try Scene()
    _ = scene.world.exchange.release(Fixture.phonesAddress, at: scene.world.now)
    let open = scene.world.exchange.census.openTransactions
    var answer: SIPResponse?
    scene.alice.send(scene.alice.request(.options, to: SIPURI(host: Fixture.domain))) {
      answer = $0
    }
    scene.world.run { answer != nil }
    #expect(answer?.status == 503)
    #expect(5...10 ~= (answer?.headers["Retry-After"].flatMap { Int($0) } ?? 0))
    #expect(scene.world.exchange.census.openTransactions == open)
  }

  @Test func aReleasedAddressFallsSilentAndItsCallsAreLost() throws {
    let scene = try Scene()
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run { call.state == .talking })
    scene.world.run(for: .seconds(40))
    let before = scene.world.sent(to: scene.alice).count
    scene.world.perform(
      scene.world.exchange.release(Fixture.phonesAddress, at: scene.world.now))
    scene.world.run(for: .seconds(60))
    #expect(scene.world.sent(to: scene.alice).count == before, "a loser never sends BYE")
    #expect(scene.carrier.lastCall?.state == .ended, "the address that we keep hangs up")
    #expect(scene.world.outcomes(of: "101") == [.nodeLost])
    #expect(scene.world.end(of: "101")?.evidence == .nodeLost)
    #expect(scene.world.exchange.census.bindings == 0)
    scene.world.expectNothingLeft()
  }

  @Test func aFullNodeShedsNewCalls() throws {
    var limits = ExchangeLimits()
    limits.calls = 1
    let scene = try Scene(limits: limits)
    let (caller, _) = try scene.talking()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    let second = carol.call("07700900123")
    #expect(scene.world.run { second.state == .ended })
    #expect(second.finalStatus == 503)
    let refusal = scene.world.sent(to: carol).last { $0.isResponse(503, to: .invite) }
    #expect(5...10 ~= (refusal?.headers["Retry-After"].flatMap { Int($0) } ?? 0))
    #expect(scene.world.outcomes(of: "103") == [.overloaded])
    caller.hangUp()
    scene.world.run(for: .seconds(1))
    let third = carol.call("07700900123")
    #expect(scene.world.run { third.state == .talking }, "there is room again")
    third.hangUp()
    scene.calmDown()
  }

  @Test func aTenantHasOnlySoManyCalls() throws {
    var limits = ExchangeLimits()
    limits.callsPerTenant = 1
    let scene = try Scene(limits: limits)
    _ = try scene.talking()
    let second = scene.carrier.call("+442079460102")
    #expect(scene.world.run { second.state == .ended })
    #expect(second.finalStatus == 503)
  }

  @Test func aNodeWithoutPortsShedsNewCalls() throws {
    let scene = try Scene(relayPorts: 20_000...20_003)
    let (caller, _) = try scene.talking()
    let second = scene.carrier.call("+442079460102")
    #expect(scene.world.run { second.state == .ended })
    #expect(second.finalStatus == 503)
    #expect(scene.world.exchange.census.portsInUse == 2)
    caller.hangUp()
    scene.calmDown()
  }

  @Test func callsGoOnWhenTheirTenantChangesOrGoes() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    scene.world.perform(
      scene.world.exchange.removeTenant(Fixture.tenant, at: scene.world.now))
    scene.world.run(for: .seconds(10))
    #expect(caller.state == .talking)
    let second = scene.alice.call("102")
    #expect(scene.world.run { second.state == .ended })
    #expect(second.finalStatus == 404)
    caller.hangUp()
    #expect(scene.world.run { callee.state == .ended })
    scene.calmDown()
  }
}

@Suite struct RequestsThatOvertakeEachOther {
  /// Found by the simulation: an INFO overtook the BYE before it, and the call stayed half up.
  @Test func aByeThatWasOvertakenEndsTheCallAllTheSame() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    var info = try #require(caller.dialog).acknowledgement(of: 9)
    info.method = .info
    info.headers.cseq = CSeq(9, .info)
    var bye = info
    bye.method = .bye
    bye.headers.cseq = CSeq(8, .bye)
    var statuses: [Int] = []
    for request in [info, bye] {
      scene.alice.send(request) { if let status = $0?.status { statuses.append(status) } }
      scene.world.run(for: .seconds(1))
    }
    #expect(statuses == [200, 200])
    #expect(callee.state == .ended)
    #expect(scene.world.outcomes(of: "101") == [.answered])
  }
}
