import NodeContract
import SIP
import SeededRandom
import Testing

@testable import CallControl

/// People do as they please, and in the midst of it their site dies. Whatever was under way, nothing may be
/// left of it, and who still talks hears somebody, once phones have registered in the other site.
@Suite struct SiteDeathSimulation {
  /// A phone came back over the flow of another binding of its own. A BYE was under way to a phone that was
  /// away. A transferor was to be hung up after a NOTIFY that met nobody. An offer of ours went to a phone that
  /// was away, and ended its call.
  private static let formerFailures: [UInt64] = [46, 58, 214, 418]

  @Test(arguments: formerFailures + SimulationSeeds.range(usually: 40))
  func nothingIsLeftAfterASiteDied(seed: UInt64) throws {
    var fleet = try CallFleet(seed: seed)
    fleet.usesFeatures = seed % 2 == 0
    fleet.putAway()
    fleet.misbehave(for: .seconds(20))
    fleet.loseSite()
    fleet.misbehave(for: .seconds(40))
    fleet.heal()
    fleet.scene.world.run(for: .seconds(200))
    fleet.expectWhoIsLeft()
    fleet.expectBridged()
    fleet.hangUp()
    fleet.scene.world.run(for: .seconds(320))
    fleet.scene.world.expectNothingLeft("seed \(seed)")
  }

  /// The simulation is worth something only if calls live on in it.
  @Test func manyCallsLiveOn() throws {
    var (moved, returned, lost, rung) = (0, 0, 0, 0)
    for seed in UInt64(1)...20 {
      var fleet = try CallFleet(seed: seed)
      fleet.putAway()
      fleet.misbehave(for: .seconds(20))
      fleet.loseSite()
      fleet.scene.world.run(for: .milliseconds(950))
      let moves = fleet.scene.world.exchange.calls.values.flatMap(\.machine.moves.values)
      moved += moves.count { $0.mobility == .moves }
      returned += moves.count { $0.mobility == .returns }
      rung += fleet.scene.world.exchange.calls.values.count {
        if case .ringing = $0.machine.state { true } else { false }
      }
      fleet.misbehave(for: .seconds(40))
      lost += fleet.scene.world.facts.count { $0.event.outcome == .nodeLost }
    }
    #expect(moved > 10)
    #expect(returned > 5)
    #expect(lost > 0)
    #expect(rung > 3)
  }
}

extension CallFleet {
  /// One phone is behind a NAT, another one known by a connection.
  func putAway() {
    guard parties.count > 3 else { return }
    parties[2].privateEndpoint = Fixture.endpoint("10.0.0.7:5060")
    for phone in [parties[2], parties[3]] {
      if phone === parties[3] { phone.transport = .tcp }
      phone.register { _ in }
    }
    scene.world.run(for: .seconds(2))
  }

  /// Each phone finds the other site after a while of its own.
  mutating func loseSite() {
    scene.world.loseSite(for: .milliseconds(Int.random(in: 300...2000, using: &random)))
    for party in parties {
      let pause = Duration.milliseconds(Int.random(in: 2_500...18_000, using: &random))
      scene.world.after(pause) {
        party.server = party.isCarrier ? Fixture.otherTrunks : Fixture.otherPhones
        if !party.isCarrier { party.register { _ in } }
      }
    }
  }

  /// Whoever is in a call of ours talks; who talks and is in none could not be told, as its leg was lost.
  func expectWhoIsLeft() {
    let world = scene.world
    let open = world.exchange.calls.values.flatMap { $0.machine.legs }.filter {
      $0.phase == .answered
    }
    let talking = parties.flatMap(\.calls).filter { $0.state == .talking }
    for leg in open {
      let isTalking = talking.contains { $0.dialog?.id.localTag == leg.remoteTag }
      #expect(isTalking, "\(leg.number) hung up long ago, seed \(seed)")
    }
    guard !wasUnplugged else { return }
    for call in talking where !open.contains(where: { $0.remoteTag == call.dialog?.id.localTag }) {
      let outcomes = world.outcomes(ofDialogs: call.dialog?.id.callID)
      // Or it was lost while it was told that it had answered too late.
      #expect(
        !outcomes.isDisjoint(with: [.nodeLost, .answeredElsewhere]),
        "\(call.party.number) was not told, seed \(seed)")
    }
  }

  func expectBridged() {
    for call in scene.world.exchange.calls.values.map(\.machine) {
      #expect(call.moves.isEmpty, "seed \(seed)")
      guard case .talking(let other, _) = call.state else { continue }
      for leg in [call.caller, call[other]] where leg.isOpen {
        #expect(
          [Fixture.otherPhonesAddress, Fixture.otherTrunksAddress].contains(leg.address),
          "seed \(seed)")
      }
    }
  }
}

extension World {
  /// How the legs with that Call-ID ended.
  fileprivate func outcomes(ofDialogs callID: String?) -> Set<CallOutcome> {
    let legs = factsByLeg.filter { leg in
      leg.contains { fact in
        if case .offered(let offer) = fact.event { offer.sipCallID == callID } else { false }
      }
    }
    return Set(legs.flatMap { $0 }.compactMap(\.event.outcome))
  }
}
