import NodeContract
import SIP
import Testing

@testable import CallControl

@Suite struct RequestsThatWereHereBefore {
  /// The same request with credentials, as a proxy's second branch brings it.
  private func copies(of request: SIPRequest, from phone: Party, in world: World) -> [Int] {
    var proven = request
    var statuses: [Int] = []
    let note: (SIPResponse?) -> Void = {
      if ($0?.status ?? 408) >= 200 { statuses.append($0?.status ?? 408) }
    }
    phone.sendWithPassword(request, sent: { again, _ in proven = again }, then: note)
    world.run { statuses.count == 1 }
    phone.send(proven, then: note)
    world.run { statuses.count == 2 }
    return statuses
  }

  @Test func aMessageThatComesByTwoWaysIsHeardOnce() throws {
    let scene = try Scene()
    let message = scene.alice.request(
      .message, to: SIPURI(user: "102", host: Fixture.domain),
      body: .other(contentType: "text/plain", bytes: Array("Hello".utf8)))
    #expect(copies(of: message, from: scene.alice, in: scene.world) == [200, 482])
    #expect(scene.bob.requests.map(\.method) == [.message])
  }

  @Test func aSubscriptionThatComesByTwoWaysIsMadeOnce() throws {
    let scene = try Scene()
    var subscribe = scene.alice.request(.subscribe, to: SIPURI(user: "102", host: Fixture.domain))
    subscribe.headers["Event"] = "dialog"
    #expect(copies(of: subscribe, from: scene.alice, in: scene.world) == [200, 482])
    #expect(scene.world.exchange.census.subscriptions == 1)
  }

  @Test func aCallThatComesByTwoWaysRingsOnce() throws {
    let scene = try Scene()
    scene.bob.habit = .ring
    let call = scene.alice.call("102")
    scene.world.run { call.heard.contains(180) }
    var status: Int?
    scene.alice.send(call.invite) { status = $0?.status }
    scene.world.run { status != nil }
    #expect(status == 482)
    #expect(scene.bob.calls.count == 1)
    #expect(scene.world.offers.count == 2)
    call.hangUp()
    scene.calmDown()
  }

  @Test func aRefusedCallThatComesByTwoWaysIsOnRecordOnce() throws {
    let scene = try Scene()
    let invite = scene.alice.request(.invite, to: SIPURI(user: "103", host: Fixture.domain))
    #expect(copies(of: invite, from: scene.alice, in: scene.world) == [480, 482])
    #expect(scene.world.offers.count == 1)
    scene.calmDown()
  }

  @Test func afterATimeTheSameNamesMayComeAgain() throws {
    var merged = MergedRequests(capacity: 2)
    let world = World()
    let phone = Party("101", at: "127.0.5.1:5061")
    let request = phone.request(.message, to: SIPURI(user: "102", host: Fixture.domain))
    let now = world.now.boot
    merged.insert(request, at: now)
    #expect(merged.contains(request, at: now.advanced(by: .seconds(31))))
    #expect(!merged.contains(request, at: now.advanced(by: .seconds(33))))
  }

  @Test func theyAreForgottenRatherThanKeptWithoutEnd() throws {
    var merged = MergedRequests(capacity: 2)
    let phone = Party("101", at: "127.0.5.1:5061")
    let now = World().now.boot
    let requests = (1...3).map { _ in
      phone.request(.message, to: SIPURI(user: "102", host: Fixture.domain))
    }
    for request in requests { merged.insert(request, at: now) }
    #expect(requests.map { merged.contains($0, at: now) } == [false, true, true])
  }

  // MARK: - Loops and spirals

  /// The carrier is a proxy that brings our own INVITE back for this number.
  private func returning(_ scene: Scene, to number: String) throws -> Int? {
    scene.carrier.habit = .ignore
    scene.alice.call("07700900123")
    scene.world.run { scene.carrier.lastCall != nil }
    var request = try #require(scene.carrier.lastCall?.invite)
    request.uri = SIPURI(user: number, host: Fixture.trunks.address.description)
    var status: Int?
    scene.carrier.send(request) { status = $0?.status }
    scene.world.run(within: .seconds(3)) { (status ?? 0) >= 180 }
    return status
  }

  @Test func aCarrierMayBringOurCallBackToAnotherOfOurCustomers() throws {
    let scene = try Scene()
    #expect(try returning(scene, to: "+442079460102") == 180)
  }

  @Test func aCallThatComesBackToWhomeverItCameFromIsALoop() throws {
    let scene = try Scene()
    scene.world.change {
      $0.numbers[0].destination = .extension(Fixture.extensionID("101"))
    }
    #expect(try returning(scene, to: "+442079460102") == 482)
  }

  // MARK: - Breadth

  private func sent(_ breadth: String?, devices: Int) throws -> (Int?, [String?]) {
    let scene = try Scene()
    let others = try (1..<devices).map { try scene.device("102", at: "127.0.5.3:506\($0)") }
    var status: Int?
    let call = scene.alice.call("102") { $0.headers["Max-Breadth"] = breadth }
    scene.world.run { call.finalStatus != nil || call.state == .talking }
    status = call.finalStatus
    return (
      status, ([scene.bob] + others).map { $0.lastCall?.invite.headers["Max-Breadth"] ?? nil }
    )
  }

  @Test func whatAForkMayForkInTurnIsShared() throws {
    #expect(try sent(nil, devices: 1).1 == [nil])
    #expect(try sent(nil, devices: 3).1 == ["20", "20", "20"])
    #expect(try sent("7", devices: 3).1 == ["2", "2", "2"])
    #expect(try sent("1", devices: 1).1 == ["1"])
    #expect(try sent("4294967296", devices: 1).1 == [nil])
  }

  @Test func aCallThatMayNotForkSoOftenIsRefused() throws {
    #expect(try sent("2", devices: 3) == (440, [nil, nil, nil]))
    #expect(try sent("0", devices: 1) == (440, [nil]))
  }

  @Test func hopsAreCountedDownFromLegToLeg() throws {
    let scene = try Scene()
    scene.alice.call("102") { $0.headers.maxForwards = 7 }
    scene.world.run { scene.bob.lastCall != nil }
    #expect(scene.bob.lastCall?.invite.headers.maxForwards == 6)
  }
}
