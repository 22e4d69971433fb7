import NodeContract
import SIP
import Testing

@testable import CallControl

/// Calls between IPv4 and IPv6, at addresses that have a form of each.
@Suite struct MixedFamiliesTests {
  /// Alice at an IPv4 address, and Dave at one of IPv6.
  private func scene() throws -> (scene: Scene, dave: Party) {
    let scene = try Scene()
    let dave = Party("103", at: "[2001:db8:5::3]:5063", server: Fixture.longPhones)
    scene.world.add(dave)
    try scene.register(dave)
    return (scene, dave)
  }

  private func described(_ message: SIPMessage) -> (IPAddress?, UInt16)? {
    let body: SIPBody =
      switch message {
      case .request(let request): request.body
      case .response(let response): response.body
      }
    guard case .session(let description) = body, let medium = description.media.first else {
      return nil
    }
    return (medium.connection ?? description.connection, medium.port)
  }

  @Test func eachPartyIsToldAnAddressOfItsOwnFamily() throws {
    let (scene, dave) = try scene()
    let call = scene.alice.call("103")
    #expect(scene.world.run { call.state == .talking })
    let relay = try #require(scene.world.relays.values.first)
    #expect(relay.plan.callerLocal.address == Fixture.phones.address)
    #expect(relay.plan.calleeLocal.address == Fixture.longPhones.address)
    #expect(relay.plan.callerRemote == scene.alice.mediaEndpoint)
    #expect(relay.directed[.callee] == dave.mediaEndpoint)

    let invite = try #require(
      scene.world.sent(to: dave).first { $0.isRequest(.invite) })
    let offered = try #require(described(invite))
    #expect(offered.0 == Fixture.longPhones.address && offered.1 == relay.plan.calleeLocal.port)
    let contact = invite.headers.contacts.addresses.first?.uri.description
    #expect(contact == "sip:[2001:db8::1]:5060")
    #expect(invite.headers.vias.first?.description.contains("[2001:db8::1]:5060") == true)

    let answer = try #require(
      scene.world.sent(to: scene.alice).lazy.compactMap(described).first)
    #expect(answer.0 == Fixture.phones.address)
    call.hangUp()
    scene.world.run(for: .seconds(150))
    scene.world.expectNothingLeft()
  }

  @Test func aCallFromIPv6ReachesAPhoneOfIPv4() throws {
    let (scene, dave) = try scene()
    let call = dave.call("102")
    #expect(scene.world.run { call.state == .talking })
    scene.bob.lastCall?.hangUp()
    #expect(scene.world.run { call.state == .ended })
    scene.world.run(for: .seconds(150))
    scene.world.expectNothingLeft()
  }

  /// The trunk's address talks to a carrier of either family from its form of that.
  @Test(arguments: ["[2001:db8:9::9]:5060", "127.0.9.8:5060"])
  func aCallGoesOutToACarrierOfEitherFamily(peer: String) throws {
    let (scene, dave) = try scene()
    let form = peer.hasPrefix("[") ? Fixture.longTrunks : Fixture.trunks
    let carrier = Party("carrier", at: peer, server: form)
    scene.world.add(carrier)
    var tenant = Fixture.snapshot
    tenant.revision += 1
    tenant.trunks[0].peers = [Fixture.endpoint(peer)]
    scene.world.perform(scene.world.exchange.install(tenant, at: scene.world.now))
    for phone in [scene.alice, dave] {
      let call = phone.call("07700900123")
      #expect(scene.world.run { call.state == .talking })
      let invite = try #require(carrier.requests.last { $0.method == .invite })
      #expect(invite.headers.contacts.addresses.first?.uri.endpoint == form)
      #expect(described(.request(invite))?.0 == form.address)
      scene.world.expectBridged(call, try #require(carrier.lastCall))
      call.hangUp()
      #expect(scene.world.run { call.state == .ended })
    }
  }

  @Test func aPhoneOfIPv6IsToldAnAddressOfItsFamilyWhenItsSiteDies() throws {
    let (scene, dave) = try scene()
    let call = dave.call("102")
    #expect(scene.world.run { call.state == .talking })
    let callee = try #require(scene.bob.lastCall)
    scene.world.run(for: .seconds(1))
    scene.world.loseSite()
    scene.world.run(for: .seconds(3))
    let told = try #require(
      dave.requests.first { $0.method == .invite && $0.headers.to.tag != nil })
    #expect(told.headers.contacts.addresses.first?.uri.endpoint == Fixture.otherLongPhones)
    #expect(call.theirSession?.audioEndpoint?.address == Fixture.otherLongPhones.address)
    #expect(callee.theirSession?.audioEndpoint?.address == Fixture.otherPhones.address)
    scene.world.expectBridged(call, callee)
    callee.hangUp()
    #expect(scene.world.run { call.state == .ended })
    scene.world.run(for: .seconds(150))
    scene.world.expectNothingLeft()
  }
}
