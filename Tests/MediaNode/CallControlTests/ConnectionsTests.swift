import NodeContract
import SIP
import Testing

@testable import CallControl

/// Phones that keep a connection to us.
@Suite struct ConnectionsTests {
  private func flow(of phone: Party) -> Flow {
    Flow(transport: .tcp, local: Fixture.phones, remote: phone.endpoint)
  }

  private func connectedPair() throws -> (scene: Scene, carol: Party) {
    let scene = try Scene()
    let carol = Party("103", at: "127.0.5.5:5065")
    carol.transport = .tcp
    scene.world.add(carol)
    var status: Int?
    carol.register { status = $0?.status }
    scene.world.run { status != nil }
    #expect(status == 200)
    return (scene, carol)
  }

  @Test func aCallGoesOverTheConnectionOfItsPhone() throws {
    let (scene, carol) = try connectedPair()
    let call = scene.alice.call("103")
    #expect(scene.world.run { call.state == .talking })
    let invite = try #require(
      scene.world.sent.first { $0.flow.remote == carol.endpoint && $0.message.isRequest(.invite) })
    #expect(invite.flow == flow(of: carol))
    #expect(invite.message.headers.vias.first?.transport == "TCP")
    #expect(
      invite.message.headers.contacts.addresses.first?.uri.parameters["transport"] == "tcp")
  }

  @Test func whoseConnectionIsGoneIsOffline() throws {
    let (scene, carol) = try connectedPair()
    let before = scene.world.exchange.census.bindings
    scene.world.perform(
      scene.world.exchange.flowClosed(flow(of: carol), at: scene.world.now))
    #expect(scene.world.exchange.census.bindings == before - 1)
    #expect(scene.world.bindingChanges.last?.expiresIn == .zero)
    let call = scene.alice.call("103")
    scene.world.run { call.finalStatus != nil }
    #expect(call.finalStatus == 480)
  }

  @Test func aConnectionThatIsCutWhileItRingsLosesTheDeviceAndNotTheCaller() throws {
    let (scene, carol) = try connectedPair()
    carol.habit = .ring
    let call = scene.alice.call("103")
    scene.world.run { scene.world.sent(to: carol).contains { $0.isRequest(.invite) } }
    scene.world.perform(
      scene.world.exchange.flowClosed(flow(of: carol), at: scene.world.now))
    scene.world.run(within: .seconds(5)) { call.finalStatus != nil }
    #expect(call.finalStatus.map { $0 >= 400 } == true)
    scene.world.run(for: .seconds(150))
    scene.world.expectNothingLeft()
  }

  // MARK: - Calls that outlive their connections

  /// Alice talks to Carol, whose connection is gone then.
  private func cutCall() throws -> (Scene, Party, PartyCall) {
    let (scene, carol) = try connectedPair()
    let call = scene.alice.call("103")
    #expect(scene.world.run { carol.lastCall?.isAcknowledged == true })
    scene.world.run(for: .seconds(1))
    scene.world.perform(scene.world.exchange.flowClosed(flow(of: carol), at: scene.world.now))
    carol.isUnplugged = true
    return (scene, carol, call)
  }

  private func register(
    _ number: String, at endpoint: String, by transport: SIPTransport = .tcp,
    as contact: SIPURI? = nil, in scene: Scene
  ) -> Party {
    let phone = Party(number, at: endpoint)
    phone.transport = transport
    scene.world.add(phone)
    var status: Int?
    phone.register(contacts: contact.map { .addresses([NameAddress(uri: $0)]) }) {
      status = $0?.status
    }
    scene.world.run { status != nil }
    #expect(status == 200)
    return phone
  }

  private func hearsOfTheEnd(_ phone: Party, of call: PartyCall, in scene: Scene) -> Bool {
    call.hangUp()
    scene.world.run(for: .seconds(1))
    return scene.world.sent(to: phone).contains { $0.isRequest(.bye) }
  }

  @Test func aPhoneThatComesBackIsToldThatTheOtherHangsUp() throws {
    let (scene, _, call) = try cutCall()
    let back = register("103", at: "127.0.5.5:5066", in: scene)
    #expect(hearsOfTheEnd(back, of: call, in: scene))
  }

  @Test func aPhoneMayComeBackFromAnotherNetwork() throws {
    let (scene, _, call) = try cutCall()
    let back = register("103", at: "127.0.7.7:5066", in: scene)
    #expect(hearsOfTheEnd(back, of: call, in: scene))
  }

  @Test func anotherPhoneOfTheExtensionIsNotTakenForTheOneThatIsGone() throws {
    let (scene, _, call) = try cutCall()
    _ = register("103", at: "127.0.7.6:5066", in: scene)
    let back = register("103", at: "127.0.5.5:5066", in: scene)
    let other = register("103", at: "127.0.7.7:5066", in: scene)
    #expect(hearsOfTheEnd(back, of: call, in: scene))
    #expect(!scene.world.sent(to: other).contains { $0.isRequest(.bye) })
  }

  @Test func aCallOfAProcessThatDiedFollowsItsPhoneToTheNextConnection() throws {
    let (scene, carol) = try connectedPair()
    let call = scene.alice.call("103")
    #expect(scene.world.run { carol.lastCall?.isAcknowledged == true })
    scene.world.run(for: .seconds(1))
    scene.world.die()
    carol.isUnplugged = true
    scene.world.run(for: .seconds(1))
    let back = register("103", at: "127.0.5.5:5066", in: scene)
    #expect(hearsOfTheEnd(back, of: call, in: scene))
  }

  @Test func aCallFollowsItsPhoneToAnotherPort() throws {
    let scene = try Scene()
    let contact = SIPURI(user: "103", host: "192.168.1.5")
    let carol = register("103", at: "127.0.5.5:5065", by: .udp, as: contact, in: scene)
    let call = scene.alice.call("103")
    #expect(scene.world.run { carol.lastCall?.isAcknowledged == true })
    scene.world.run(for: .seconds(1))
    carol.isUnplugged = true
    let moved = register("103", at: "127.0.5.5:6100", by: .udp, as: contact, in: scene)
    #expect(hearsOfTheEnd(moved, of: call, in: scene))
  }
}
