import NodeContract
import SIP
import Testing

@testable import CallControl

/// A machine dies, and a node of another one carries its calls on among its own.
@Suite struct MachineDeathTests {
  @Test("Two who talk notice nothing, and either may hang up", arguments: [true, false])
  func talking(callerHangsUp: Bool) throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    scene.world.die(withMachine: true)
    scene.world.run(for: .seconds(10))
    #expect(scene.world.exchange.census.calls == 1)
    #expect(scene.world.openRelays == 1)
    (callerHangsUp ? caller : callee).hangUp()
    #expect(scene.world.run { caller.state == .ended && callee.state == .ended })
    scene.calmDown()
  }

  @Test("A call to a carrier has legs at two addresses, and waits for both")
  func twoAddresses() throws {
    let scene = try Scene()
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run { call.state == .talking })
    scene.world.die(withMachine: true)
    scene.world.run(for: .seconds(5))
    #expect(scene.world.exchange.census.calls == 1)
    scene.carrier.lastCall?.hangUp()
    #expect(scene.world.run { call.state == .ended })
    scene.calmDown()
  }

  @Test("A phone that rings goes on ringing, and may be picked up")
  func ringing() throws {
    let scene = try Scene()
    scene.bob.habit = .ring
    let call = scene.alice.call("102")
    scene.world.run { call.heard.contains(180) }
    scene.world.die(withMachine: true)
    scene.world.run(for: .seconds(2))
    scene.bob.lastCall?.pickUp()
    #expect(scene.world.run { call.state == .talking })
    call.hangUp()
    scene.calmDown()
  }

  /// The phone answers where the INVITE came from, although another node called it off.
  @Test("Who was only cut off does not take it for a refusal that another calls its phone off")
  func calledOffByAnother() throws {
    let scene = try Scene()
    scene.bob.habit = .ring
    let call = scene.alice.call("102")
    scene.world.run { call.heard.contains(180) }
    scene.bob.lastCall?.refuse(487)
    scene.world.run(for: .seconds(5))
    #expect(call.state == .calling && call.finalStatus == nil)
    #expect(!scene.world.facts.contains { $0.event.word == "ended" })
    // Should nobody have called it off, it has rung for as long as phones do.
    #expect(scene.world.run(within: .seconds(30)) { call.state == .ended })
    scene.calmDown()
  }

  /// Whoever carries the call on at another site calls the carrier off, and anew.
  @Test("A carrier says that a call was called off: that counts while the address is ours")
  func calledOffAtACarrier() throws {
    for isOrphaned in [true, false] {
      let scene = try Scene()
      scene.carrier.habit = .ring
      let call = scene.alice.call("07700900123")
      scene.world.run { call.heard.contains(180) }
      if isOrphaned {
        scene.world.exchange.standAlone(at: [Fixture.phonesAddress, Fixture.trunksAddress])
      }
      scene.carrier.lastCall?.refuse(487)
      scene.world.run(for: .seconds(5))
      #expect(call.finalStatus == (isOrphaned ? nil : 480))
      #expect(scene.world.facts.contains { $0.event.word == "ended" } == !isOrphaned)
      if isOrphaned { call.hangUp() }
      #expect(scene.world.run(within: .seconds(30)) { call.state == .ended })
      scene.calmDown()
    }
  }

  @Test("Who registered with it is called by the heir")
  func bindings() throws {
    let scene = try Scene()
    scene.world.die(withMachine: true)
    scene.world.run(for: .seconds(1))
    let (caller, _) = try scene.talking()
    caller.hangUp()
    scene.calmDown()
  }

  @Test("Phones on connections are told that it died, those that talk first")
  func connections() throws {
    let scene = try Scene()
    let phones = ["127.0.5.8:5068", "127.0.5.9:5069"].map { Party("103", at: $0) }
    for phone in phones {
      phone.transport = .tcp
      scene.world.add(phone)
      try scene.register(phone)
    }
    let call = phones[1].call("102")
    #expect(scene.world.run { call.state == .talking })
    scene.world.die(withMachine: true)
    scene.world.run(for: .seconds(1))
    #expect(scene.world.reminded.map(\.remote) == [phones[1].endpoint, phones[0].endpoint])
    #expect(scene.world.reminded.allSatisfy { $0.transport == .tcp })
  }

  @Test("A process that follows another on the machine has nobody to tell")
  func sameMachine() throws {
    let scene = try Scene()
    let phone = Party("103", at: "127.0.5.8:5068")
    phone.transport = .tcp
    scene.world.add(phone)
    try scene.register(phone)
    scene.world.die()
    scene.world.run(for: .seconds(1))
    #expect(scene.world.reminded.isEmpty)
  }

  @Test("The heir's own calls go on, and no relay is taken for another")
  func amongOthers() throws {
    let (dead, heir) = (try Scene(), try Scene(seed: 2))
    // The dead node's second call, so that the two calls' ports are not the same.
    let first = dead.alice.call("102")
    #expect(dead.world.run { first.state == .talking })
    let before = dead.world.exchange.serial
    let (_, callee) = try dead.talking()
    let call = try #require(dead.world.exchange.relays.keys.max())
    heir.world.exchange.serial = before
    _ = try heir.talking()
    #expect(heir.world.exchange.relays.keys.contains(call))
    let left = dead.world.left
    let known = try #require(left.first { $0.call == dead.world.exchange.relays[call] })

    let epoch = Epoch(generation: 1, revision: 99)
    heir.world.perform(
      heir.world.exchange.inherit(
        Fixture.phonesAddress, epoch: epoch, calls: [known], bindings: [], subscriptions: [],
        at: heir.world.now))

    #expect(heir.world.exchange.census.calls == 2)
    #expect(heir.world.openRelays == 2)
    #expect(callee.state == .talking)
    let adopted = heir.world.facts.filter { $0.event == .adopted }
    #expect(adopted.count == 2)
    #expect(adopted.allSatisfy { $0.epoch == epoch && $0.call == known.call })
    // Told once more by another replica, it is the same call.
    heir.world.perform(
      heir.world.exchange.inherit(
        Fixture.phonesAddress, epoch: epoch, calls: [known], bindings: [], subscriptions: [],
        at: heir.world.now))
    #expect(heir.world.exchange.census.calls == 2)
  }

  @Test("Whoever loses an address says nothing more, and writes no end")
  func losing() throws {
    let scene = try Scene()
    _ = try scene.talking()
    scene.world.run(for: .seconds(1))
    let (said, written) = (scene.world.sent.count, scene.world.facts.count)
    scene.world.perform(scene.world.exchange.freeze(Fixture.phonesAddress, at: scene.world.now))
    scene.world.run(for: .seconds(60))
    #expect(scene.world.sent.count == said)
    #expect(scene.world.facts.count == written)
    #expect(scene.world.openRelays == 0)
    #expect(scene.world.exchange.census.calls == 0)
    #expect(scene.world.exchange.census.portsInUse == 0)
  }
}
