import NodeContract
import SIP
import Testing

@testable import CallControl

/// Where a party wants our requests (RFC 3261 section 12.2.2, RFC 6141 section 4.8).
@Suite struct PartiesThatMove {
  /// A request within the caller's dialog that names another place, and what it is answered.
  private func move(
    _ call: PartyCall, _ scene: Scene, _ method: SIPMethod, body: SIPBody = .none
  ) throws -> Int {
    var request = try #require(call.request(method, body: body))
    request.headers.contacts = .addresses([NameAddress(uri: SIPURI(user: "101", host: "new"))])
    var status: Int?
    call.party.send(request) { if let final = $0, final.status >= 200 { status = final.status } }
    scene.world.run { status != nil }
    return status ?? 0
  }

  private func target(of scene: Scene) -> String? {
    scene.world.exchange.calls.values.first?.machine.caller.dialog?.remoteTarget.host
  }

  @Test func anOfferThatIsRefusedMovesNobody() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    scene.world.run(for: .seconds(1))
    callee.refusesOffers = 488
    #expect(try move(caller, scene, .invite, body: .session(caller.session(port: 40_000))) == 488)
    #expect(target(of: scene) == "127.0.5.1")
    caller.hangUp()
    scene.calmDown()
  }

  @Test func aRefreshThatIsAcceptedMovesTheParty() throws {
    let scene = try Scene()
    let (caller, _) = try scene.talking()
    scene.world.run(for: .seconds(1))
    #expect(try move(caller, scene, .update) == 200)
    #expect(target(of: scene) == "new")
    caller.hangUp()
    scene.calmDown()
  }

  @Test func anInfoMovesNobody() throws {
    let scene = try Scene()
    let (caller, _) = try scene.talking()
    scene.world.run(for: .seconds(1))
    #expect(try move(caller, scene, .info) == 200)
    #expect(target(of: scene) == "127.0.5.1")
    caller.hangUp()
    scene.calmDown()
  }

  @Test(arguments: [(3600, "new"), (5, "127.0.5.1")])
  func aWatcherMovesWithTheRefreshThatIsAccepted(expires: Int, host: String) throws {
    let scene = try Scene()
    let watch = Watch(scene.alice, "102")
    #expect(scene.world.run { watch.notifies.count == 1 })
    var dialog = try #require(watch.dialog)
    var request = dialog.request(.subscribe)
    request.headers["Event"] = "dialog"
    request.headers["Expires"] = "\(expires)"
    request.headers.contacts = .addresses([NameAddress(uri: SIPURI(user: "101", host: "new"))])
    var status: Int?
    scene.alice.send(request) { status = $0?.status }
    scene.world.run { status != nil }
    #expect(status == (expires > 60 ? 200 : 423))
    let known = scene.world.exchange.subscriptions.all.values.first
    #expect(known?.dialog.remoteTarget.host == host)
  }
}

/// RFC 4488: whoever hands a call on may not want to hear how it goes.
@Suite struct QuietTransfer {
  private func scene() throws -> (Scene, Party, caller: PartyCall, callee: PartyCall) {
    let scene = try Scene()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    let (caller, callee) = try scene.talking()
    scene.world.run(for: .seconds(1))
    return (scene, carol, caller, callee)
  }

  private func refer(_ call: PartyCall, to number: String) throws -> () -> SIPResponse? {
    var request = try #require(call.request(.refer))
    request.headers["Refer-To"] = "<sip:\(number)@\(Fixture.domain)>"
    request.headers["Refer-Sub"] = "false"
    request.headers["Require"] = "norefersub"
    var answer: SIPResponse?
    call.party.send(request) { answer = $0 }
    return { answer }
  }

  @Test func theTransferorIsToldNothingAndHungUp() throws {
    let (scene, carol, caller, callee) = try scene()
    let answer = try refer(caller, to: "103")
    #expect(scene.world.run { caller.state == .ended })
    #expect(answer()?.status == 202)
    #expect(answer()?.headers["Refer-Sub"] == "false")
    #expect(!caller.received.contains { $0.method == .notify })
    #expect(carol.lastCall?.state == .talking && callee.state == .talking)
    callee.hangUp()
    scene.calmDown()
  }

  @Test(arguments: ["199", "103"])
  func whatFailsLeavesTheCallAsItWas(target: String) throws {
    let (scene, carol, caller, callee) = try scene()
    carol.habit = .refuse(486)
    _ = try refer(caller, to: target)
    scene.world.run(for: .seconds(5))
    #expect(!caller.received.contains { $0.method == .notify })
    #expect(caller.state == .talking && callee.state == .talking)
    caller.hangUp()
    scene.calmDown()
  }
}
