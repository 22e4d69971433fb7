import NodeContract
import SIP
import Testing

@testable import CallControl

/// A process dies, and the next one carries its calls on as if nothing had been.
@Suite struct ProcessDeathTests {
  @Test("Two who talk notice nothing, and either may hang up", arguments: [true, false])
  func talking(callerHangsUp: Bool) throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    scene.world.die()
    scene.world.run(for: .seconds(10))
    #expect(scene.world.exchange.census.calls == 1)
    #expect(scene.world.exchange.load.calls == 1)
    #expect(scene.world.openRelays == 1)
    (callerHangsUp ? caller : callee).hangUp()
    #expect(scene.world.run { caller.state == .ended && callee.state == .ended })
    scene.calmDown()
  }

  @Test("A relay leads where it led")
  func relay() throws {
    let scene = try Scene()
    _ = try scene.talking()
    let before = try #require(scene.world.relays.values.first)
    scene.world.die()
    scene.world.run(for: .seconds(1))
    let after = try #require(scene.world.relays.values.first?.plan)
    #expect(after.callerLocal == before.plan.callerLocal)
    #expect(after.calleeLocal == before.plan.calleeLocal)
    #expect(after.callerRemote == before.directed[.caller] ?? before.plan.callerRemote)
    #expect(after.calleeRemote == before.directed[.callee])
  }

  @Test("A phone that rings goes on ringing, and may be picked up")
  func ringing() throws {
    let scene = try Scene()
    scene.bob.habit = .ring
    let call = scene.alice.call("102")
    scene.world.run { call.heard.contains(180) }
    scene.world.die()
    scene.world.run(for: .seconds(2))
    scene.bob.lastCall?.pickUp()
    #expect(scene.world.run { call.state == .talking })
    #expect(scene.bob.calls.count == 1)
    call.hangUp()
    scene.calmDown()
  }

  @Test("A caller who gives up after it leaves no phone ringing")
  func cancelled() throws {
    let scene = try Scene()
    scene.bob.habit = .ring
    let call = scene.alice.call("102")
    scene.world.run { call.heard.contains(180) }
    scene.world.die()
    scene.world.run(for: .seconds(1))
    call.hangUp()
    #expect(scene.world.run { scene.bob.lastCall?.state == .ended })
    scene.calmDown()
  }

  @Test("A carrier's answer that was just written to disk reaches the caller")
  func settling() throws {
    let scene = try Scene()
    scene.world.diskDelay = nil
    let call = scene.alice.call("07700900123")
    scene.world.run { scene.carrier.lastCall?.isAcknowledged == true }
    #expect(call.state != .talking)
    scene.world.diskDelay = .milliseconds(5)
    scene.world.die()
    #expect(scene.world.run { call.state == .talking })
    call.hangUp()
    scene.calmDown()
  }

  @Test("A transfer under way comes to its end")
  func transfer() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    carol.habit = .ring
    let referring = Referring(caller, to: "103")
    scene.world.run { carol.lastCall != nil && referring.status == 202 }
    scene.world.die()
    scene.world.run(for: .seconds(1))
    carol.lastCall?.pickUp()
    #expect(scene.world.run { carol.lastCall?.state == .talking && caller.state == .ended })
    #expect(callee.state == .talking)
    callee.hangUp()
    scene.calmDown()
  }

  @Test("A process may die again and again")
  func oftener() throws {
    let scene = try Scene()
    let (caller, _) = try scene.talking()
    for _ in 1...5 {
      scene.world.die()
      scene.world.run(for: .seconds(3))
    }
    #expect(scene.world.lives == 5)
    caller.offer(direction: "sendonly")
    #expect(scene.world.run { caller.renegotiations == [200] })
    caller.hangUp()
    scene.calmDown()
  }

  @Test("A call in which processes die is hung up by the next one, and no other is")
  func deadlyCall() throws {
    let scene = try Scene()
    let (caller, callee) = try scene.talking()
    let (other, _) = try scene.talking()
    scene.world.die()
    scene.world.run(for: .seconds(1))
    let dialog = try #require(
      scene.world.exchange.dialogs.first { $0.key.callID == caller.invite.headers.callID }?.key)
    scene.world.perform(
      scene.world.exchange.endCalls(with: [dialog.callID, "nobody's"], at: scene.world.now))
    #expect(scene.world.run { caller.state == .ended && callee.state == .ended })
    #expect(other.state == .talking)
    #expect(scene.world.exchange.census.calls == 1)
    other.hangUp()
    scene.calmDown()
  }

  @Test("Each call is in hand while it is looked at, the last time alone")
  func taken() throws {
    let scene = try Scene()
    _ = try scene.talking()
    _ = try scene.talking()
    let garbage = LeftCall(number: 1, contents: [1, 2, 3], writtenAt: scene.world.now.boot)
    let left = scene.world.left + [garbage]
    let world = World()
    var taken: [LeftCall] = []
    world.perform(world.exchange.resume(left, at: world.now) { taken.append($0) })
    #expect(taken.prefix(3) == left[...])
    #expect(Set(taken.dropFirst(3)) == Set(left.dropLast()))
  }

  @Test("A call whose address is not ours any more is left to its facts")
  func addressLost() throws {
    let scene = try Scene()
    _ = try scene.talking()
    let left = scene.world.checkpoints.values.map {
      LeftCall(number: $0.number, contents: $0.contents, writtenAt: scene.world.now.boot)
    }
    let world = World()
    world.perform(world.exchange.release(Fixture.phonesAddress, at: world.now))
    world.perform(world.exchange.resume(left, at: world.now))
    #expect(world.exchange.census.calls == 0)
    #expect(world.exchange.census.portsInUse == 0)
    #expect(world.exchange.legs.isEmpty)
  }

  @Test("What is no checkpoint ends in a line of the log")
  func garbage() throws {
    let world = World()
    let left = LeftCall(number: 1, contents: [1, 2, 3], writtenAt: world.now.boot)
    world.perform(world.exchange.resume([left], at: world.now))
    #expect(world.notes.map(\.level) == [.error])
    #expect(world.exchange.census.calls == 0)
  }
}
