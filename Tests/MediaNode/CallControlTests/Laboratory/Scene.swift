import Announcements
import Digits
import NodeContract
import SIP
import Testing

@testable import CallControl

/// Registered phones and a carrier around an exchange.
struct Scene {
  let world: World
  let alice = Party("101", at: "127.0.5.1:5061")
  let bob = Party("102", at: "127.0.5.2:5062")
  let carrier = Party.carrier()

  init(
    limits: ExchangeLimits = ExchangeLimits(), seed: UInt64 = 1,
    relayPorts: ClosedRange<UInt16> = 20_000...20_999
  ) throws {
    world = World(limits: limits, seed: seed, relayPorts: relayPorts)
    for party in [alice, bob, carrier] { world.add(party) }
    try register(alice)
    try register(bob)
  }

  func register(_ phone: Party) throws {
    var status = 0
    phone.register { status = $0?.status ?? 408 }
    world.run(within: .seconds(40)) { status != 0 }
    try #require(status == 200)
  }

  /// Another device of an extension.
  func device(
    _ number: String, at endpoint: String, over transport: SIPTransport = .udp,
    with media: PartyMedia? = nil
  ) throws -> Party {
    let phone = Party(number, at: endpoint)
    phone.transport = transport
    phone.media = media
    world.add(phone)
    try register(phone)
    return phone
  }

  /// Alice and Bob talk.
  func talking() throws -> (caller: PartyCall, callee: PartyCall) {
    let call = alice.call("102")
    #expect(world.run { call.state == .talking && bob.lastCall?.isAcknowledged == true })
    return (call, try #require(bob.lastCall))
  }

  /// Everything that may still come has come.
  func calmDown(_ comment: String = "") {
    world.network.heal()
    world.run(for: .seconds(150))
    world.expectNothingLeft(comment)
    for party in [alice, bob, carrier] { #expect(party.openTransactions == 0, "\(party.number)") }
  }
}

/// The one call that hears the exchange itself.
extension Scene {
  func press(_ keys: String) throws {
    for key in keys {
      let relay = try #require(world.relays.values.first { $0.isOpen })
      world.press(try #require(Digit(key)), on: .caller, of: relay.plan.id)
      world.run(for: .milliseconds(100))
    }
  }

  var prompts: [Prompt] {
    world.relays.values.first { $0.isOpen }?.playing[.caller]?.announcement.prompts ?? []
  }
}
