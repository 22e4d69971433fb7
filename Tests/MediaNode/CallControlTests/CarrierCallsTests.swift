import NodeContract
import SIP
import Testing

@testable import CallControl

@Suite struct CallsOverTheCarrier {
  @Test func aDialledNumberGoesToTheCarrierAsE164() throws {
    let scene = try Scene()
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run { call.state == .talking })
    let invite = try #require(scene.carrier.requests.first)
    #expect(invite.uri.user == "+447700900123")
    #expect(invite.headers.from.uri.user == "+442079460101")
    #expect(invite.headers.from.uri.host == "127.0.1.10")
    let offer = try #require(scene.world.offers.last)
    #expect(offer.direction == .outgoing)
    #expect(offer.party == .trunk(Fixture.trunk))
    #expect(offer.from == "+442079460101")
    #expect(offer.to == "+447700900123")
    call.hangUp()
    scene.calmDown()
  }

  @Test(arguments: [
    ("+447700900123", "+447700900123"), ("00447700900123", "+447700900123"),
    ("0044 (7700) 900-123", "+447700900123"), ("00498912345", "+498912345"),
  ])
  func numbersAreDialledAsTheTenantDoes(dialled: String, meant: String) throws {
    let scene = try Scene()
    let call = scene.alice.call(dialled)
    #expect(scene.world.run { call.state == .talking })
    #expect(scene.carrier.requests.first?.uri.user == meant)
  }

  @Test(arguments: ["0", "000000", "447700900123", "12345", "*12", "abc", "+0123456", "00"])
  func whatIsNoNumberIsNotFound(dialled: String) throws {
    let scene = try Scene()
    let call = scene.alice.call(dialled)
    #expect(scene.world.run { call.state == .ended })
    #expect(call.finalStatus == 404)
    #expect(scene.carrier.requests.isEmpty)
  }

  @Test func anExtensionWithoutANumberCallsAnonymously() throws {
    let scene = try Scene()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    let call = carol.call("07700900123")
    #expect(scene.world.run { call.state == .talking })
    #expect(scene.carrier.requests.first?.headers.from.uri.host == "anonymous.invalid")
  }

  @Test func theCallerHearsOfTheAnswerOnlyOnceItIsOnDisk() throws {
    let scene = try Scene()
    scene.world.diskDelay = nil
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run { scene.carrier.lastCall?.isAcknowledged == true })
    scene.world.run(for: .seconds(2))
    #expect(call.state == .calling)
    #expect(scene.world.carrierFacts.map(\.word) == ["offered", "rung", "answered"])
    let receipt = try #require(scene.world.exchange.receipts.keys.first)
    scene.world.perform(scene.world.exchange.factIsDurable(receipt, at: scene.world.now))
    #expect(scene.world.run { call.state == .talking })
    call.hangUp()
    scene.calmDown()
  }

  @Test func aCallerWhoGivesUpBeforeTheDiskAnsweredEndsTheCarriersCall() throws {
    let scene = try Scene()
    scene.world.diskDelay = nil
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run { scene.carrier.lastCall?.isAcknowledged == true })
    call.hangUp()
    #expect(scene.world.run { scene.carrier.lastCall?.state == .ended })
    #expect(call.finalStatus == 487)
    #expect(scene.world.carrierFacts.compactMap(\.outcome) == [.answered])
    #expect(scene.world.outcomes(of: "101") == [.cancelled])
    scene.calmDown()
  }

  @Test func aDiskThatNeverAnswersEndsTheCall() throws {
    let scene = try Scene()
    scene.world.diskDelay = nil
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run { call.state == .ended })
    #expect(call.finalStatus == 500)
    #expect(scene.carrier.lastCall?.state == .ended)
    scene.calmDown()
  }

  @Test func aCarrierThatHangsUpBeforeTheDiskAnsweredLeavesNoAnswer() throws {
    let scene = try Scene()
    scene.world.diskDelay = nil
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run { scene.carrier.lastCall?.isAcknowledged == true })
    scene.carrier.lastCall?.hangUp()
    #expect(scene.world.run { call.state == .ended })
    #expect(call.finalStatus == 480)
    #expect(scene.world.carrierFacts.compactMap(\.outcome) == [.answered])
    scene.calmDown()
  }

  @Test func aCallBetweenPhonesDoesNotWaitForTheDisk() throws {
    let scene = try Scene()
    scene.world.diskDelay = nil
    let call = scene.alice.call("102")
    #expect(scene.world.run(within: .seconds(2)) { call.state == .talking })
  }

  @Test func theCallerHearsTheCarriersTonesBeforeTheAnswer() throws {
    let scene = try Scene()
    scene.carrier.habit = .play(thenAnswerAfter: .seconds(2))
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run { call.state == .talking })
    #expect(call.heard == [100, 183, 200])
    let relay = try #require(scene.world.relays.values.first)
    #expect(relay.directed[.callee]?.port == scene.carrier.rtp)
    let told = scene.world.sent(to: scene.alice).compactMap { $0.session }
    #expect(told.count >= 2)
    #expect(Set(told).count == 1, "early and final answer are one")
    call.hangUp()
    scene.calmDown()
  }

  @Test func aCarrierThatRefusesFailsTheCall() throws {
    let scene = try Scene()
    scene.carrier.habit = .refuse(503)
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run { call.state == .ended })
    #expect(call.finalStatus == 502)
    #expect(scene.world.carrierFacts.compactMap(\.outcome) == [.carrierFailed])
    scene.calmDown()
  }

  @Test func aCarrierThatIsSilentFailsTheCall() throws {
    let scene = try Scene()
    scene.carrier.isUnplugged = true
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run { call.state == .ended })
    #expect(call.finalStatus == 502)
    scene.calmDown()
  }

  @Test(arguments: ["+442079460102", "442079460102", "02079460102"])
  func aCallFromTheCarrierReachesTheNumbersExtension(called: String) throws {
    let scene = try Scene()
    let call = scene.carrier.call(called)
    #expect(scene.world.run { call.state == .talking })
    #expect(scene.carrier.challenges.isEmpty, "a carrier is known by its address")
    let invite = try #require(scene.bob.requests.first)
    #expect(invite.headers.to.uri.user == "102")
    let offers = scene.world.offers
    #expect(offers.map(\.party) == [.trunk(Fixture.trunk), Fixture.party("102")])
    #expect(offers.map(\.to) == ["+442079460102", "+442079460102"])
    call.hangUp()
    scene.calmDown()
  }

  @Test func theCarriersAssertedCallerIsShown() throws {
    let scene = try Scene()
    scene.world.change { $0.trunks[0].profile.isTrusted = true }
    let uri = SIPURI(user: "+442079460102", host: "127.0.1.10")
    var invite = scene.carrier.request(.invite, to: uri)
    invite.headers.from.displayName = "Mum"
    invite.headers["P-Asserted-Identity"] = "<sip:447700900777@carrier.example>"
    scene.carrier.send(invite) { _ in }
    #expect(scene.world.run { !scene.bob.requests.isEmpty })
    #expect(scene.bob.requests.first?.headers.from.uri.user == "+447700900777")
    #expect(scene.bob.requests.first?.headers.from.displayName == "Mum")
  }

  @Test func aNumberOfNobodyIsNotFound() throws {
    let scene = try Scene()
    let call = scene.carrier.call("+442079460999")
    #expect(scene.world.run { call.state == .ended })
    #expect(call.finalStatus == 404)
    #expect(scene.world.facts.isEmpty)
  }

  @Test func aStrangerAtTheCarriersAddressIsForbidden() throws {
    let scene = try Scene()
    let stranger = Party("mallory", at: "127.0.9.66:5060", server: Fixture.trunks)
    scene.world.add(stranger)
    let call = stranger.call("+442079460102")
    #expect(scene.world.run { call.state == .ended })
    #expect(call.finalStatus == 403)
    #expect(scene.bob.requests.isEmpty)
  }

  @Test func aColleaguesPublicNumberIsReachedInside() throws {
    let scene = try Scene()
    let call = scene.alice.call("02079460102")
    #expect(scene.world.run { call.state == .talking })
    #expect(scene.carrier.requests.isEmpty)
    #expect(scene.world.offers.map(\.to) == ["+442079460102", "+442079460102"])
    #expect(scene.bob.lastCall?.state == .talking)
  }
}

extension SIPMessage {
  /// The session description that it carries.
  var session: SessionDescription? {
    let body: SIPBody =
      switch self {
      case .request(let request): request.body
      case .response(let response): response.body
      }
    if case .session(let description) = body { return description }
    return nil
  }
}

@Suite struct StrangeNumbers {
  @Test func whatACarrierSendsIsLegibleOnRecord() throws {
    let scene = try Scene()
    var invite = scene.carrier.request(
      .invite, to: SIPURI(user: "+442079460102", host: "127.0.1.10"))
    invite.headers.from.uri.user = "a\u{0}b\u{1F600}" + String(repeating: "x", count: 500)
    invite.headers.callID = "call\u{7}id"
    scene.carrier.send(invite) { _ in }
    #expect(scene.world.run { !scene.bob.requests.isEmpty })
    let offer = try #require(scene.world.offers.first)
    #expect(offer.from.hasPrefix("a?b????x"))
    #expect(offer.from.utf8.count == 64)
    #expect(offer.sipCallID == "call?id")
    let envelope = try #require(scene.world.checkpoints.values.first)
    #expect(envelope.summary.utf8.count <= 100)
  }
}
