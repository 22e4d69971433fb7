import NodeContract
import SIP
import SeededRandom
import Testing

@testable import CallControl

/// Phones and a carrier that do as they please over a network that loses, repeats and reorders.
/// Whatever happens, nothing may be left once the network has healed and everybody hung up.
@Suite struct CallSimulation {
  /// A refresh was due while our 2xx was not acknowledged, and stayed due for ever. The callee sent a
  /// call on whose caller was to hear of the answer later.
  private static let formerFailures: [UInt64] = [52_569, 34_125, 76_102]

  @Test(arguments: formerFailures + SimulationSeeds.range(usually: 60))
  func nothingIsLeftAfterTheNetworkHeals(seed: UInt64) throws {
    var fleet = try CallFleet(seed: seed)
    fleet.misbehave(for: .seconds(45))
    fleet.heal()
    fleet.scene.world.run(for: .seconds(200))
    fleet.expectAgreement()
    fleet.hangUp()
    fleet.scene.world.run(for: .seconds(200))
    fleet.scene.world.expectNothingLeft("seed \(seed)")
    fleet.expectQuietParties()
  }

  /// The simulation is worth something only if things happen in it.
  @Test func manyKindsOfEndsAreSeen() throws {
    var words: Set<String> = []
    var outcomes: Set<CallOutcome> = []
    var faxes: Set<String> = []
    for seed in UInt64(1)...30 {
      var fleet = try CallFleet(seed: seed)
      fleet.misbehave(for: .seconds(45))
      words.formUnion(fleet.scene.world.facts.map(\.event.word))
      outcomes.formUnion(fleet.scene.world.facts.compactMap(\.event.outcome))
      faxes.formUnion(fleet.scene.world.faxes)
    }
    #expect(words == ["offered", "rung", "answered", "held", "resumed", "adopted", "ended"])
    #expect(faxes == ["began", "ended"])
    let expected: Set<CallOutcome> = [
      .answered, .answeredElsewhere, .busy, .cancelled, .noAnswer, .rejected, .unknownNumber,
    ]
    #expect(outcomes.isSuperset(of: expected))
  }
}

/// Three devices of two extensions, one more phone and the carrier, driven by chance.
struct CallFleet {
  let scene: Scene
  let parties: [Party]
  var random: SeededGenerator
  let seed: UInt64
  /// Whether people do more than call and hold: see `CallFleet.useFeature`.
  var usesFeatures = false
  var watches: [Watch] = []
  private(set) var wasUnplugged = false

  /// Every fourth time with a carrier that wants passwords and lets its nonces grow old, a second
  /// address of it, and a phone with two flows.
  init(seed: UInt64) throws {
    self.seed = seed
    random = SeededGenerator(seed: seed)
    var limits = ExchangeLimits()
    // Every third time sessions are so short that they are refreshed again and again.
    if seed % 3 == 0 { limits.sessionInterval = limits.shortestSession }
    scene = try Scene(limits: limits, seed: seed)
    scene.world.checksEvery = 8
    let second = try scene.device("102", at: "127.0.5.3:5063")
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    scene.world.change { tenant in
      for index in tenant.extensions.indices { tenant.extensions[index].maySupervise = true }
    }
    let guarded = seed % 4 == 0 ? try scene.guarded() : []
    parties = [scene.alice, scene.bob, second, carol, scene.carrier] + guarded
    for party in parties where Bool.random(using: &random) {
      party.adorns = { $0.headers["Allow"] = "INVITE, ACK, BYE, CANCEL, UPDATE" }
    }
    for party in parties where Int.random(in: 0..<3, using: &random) == 0 {
      party.adorns = { response in
        guard (101..<200).contains(response.status) else { return }
        response.headers["Require"] = "100rel"
        response.headers["RSeq"] = "\(party.count())"
      }
    }
    scene.world.network.lost = Int.random(in: 0...30, using: &random)
    scene.world.network.repeated = Int.random(in: 0...20, using: &random)
    scene.world.network.longest = .milliseconds(Int.random(in: 10...600, using: &random))
  }

  mutating func misbehave(for duration: Duration) {
    let end = scene.world.now.boot.advanced(by: duration)
    while scene.world.now.boot < end {
      act()
      scene.world.run(for: .milliseconds(Int.random(in: 1...2000, using: &random)))
    }
  }

  private mutating func act() {
    guard let party = parties.randomElement(using: &random) else { return }
    party.habit = habit()
    if usesFeatures, Bool.random(using: &random) { return useFeature(party) }
    let call = party.calls.randomElement(using: &random)
    call?.thinks = .milliseconds(Int.random(in: 0...800, using: &random))
    switch Int.random(in: 0..<18, using: &random) {
    case 0..<4: begin(from: party)
    case 4, 5: call?.hangUp()
    case 6: party.lastCall?.hangUp()
    case 7: call?.offer(direction: direction())
    case 8: call?.offer(withoutOffer: true)
    case 9: call?.pickUp()
    case 10: call?.send(.info, body: .other(contentType: "text/plain", bytes: [33])) { _ in }
    case 11: unplug(party)
    case 12: call?.forgetsACK = Int.random(in: 0..<8, using: &random) == 0
    case 13: refer(call)
    case 16: die()
    case 17: fax()
    case 14: party.calls.first(where: \.isHolding)?.offer(direction: "sendrecv")
    default: if !party.isCarrier { party.register { _ in } }
    }
  }

  private mutating func refer(_ call: PartyCall?) {
    let target = ["101", "102", "103", "07700900123", "199"].randomElement(using: &random) ?? "103"
    guard var request = call?.request(.refer) else { return }
    request.headers["Refer-To"] = "<sip:\(target)@\(Fixture.domain)>"
    call?.party.send(request) { _ in }
  }

  /// Machines find each other in a call, or are done. Most know T.38.
  private mutating func fax() {
    let talking = parties.flatMap(\.calls).filter { $0.state == .talking }
    for call in talking { call.isFaxMachine = Int.random(in: 0..<8, using: &random) > 0 }
    let faxing = talking.filter(\.faxes)
    let call =
      Bool.random(using: &random) && !faxing.isEmpty
      ? faxing.randomElement(using: &random) : talking.randomElement(using: &random)
    call?.offerFax(call?.faxes == false)
  }

  /// Every fifth time a process is followed by another, again and again.
  private mutating func die() {
    // Between a site's loss and the takeover there is no process to die.
    guard seed % 5 == 0, !scene.world.isDead || scene.world.openedPaths == nil else { return }
    scene.world.die(
      for: .milliseconds(Int.random(in: 0...400, using: &random)),
      withMachine: scene.world.lives % 2 == 1)
  }

  private mutating func unplug(_ party: Party) {
    party.isUnplugged = seed % 2 == 0 && Int.random(in: 0..<6, using: &random) == 0
    wasUnplugged = wasUnplugged || party.isUnplugged
  }

  private mutating func begin(from party: Party) {
    let dialled =
      party.isCarrier
      ? "+442079460102"
      : ["101", "102", "102", "103", "07700900123", "199"].randomElement(using: &random)
    let knowsReliability = Int.random(in: 0..<4, using: &random) == 0
    let call = party.call(dialled ?? "102", offer: Int.random(in: 0..<5, using: &random) > 0) {
      if knowsReliability { $0.headers["Supported"] = "100rel" }
    }
    call.acknowledgesProgress = knowsReliability
  }

  private mutating func habit() -> Party.Habit {
    let delay = Duration.milliseconds(Int.random(in: 0...4000, using: &random))
    return switch Int.random(in: 0..<10, using: &random) {
    case 0..<5: .answer(after: delay)
    case 5, 6: .play(thenAnswerAfter: delay)
    case 7: .ring
    case 8: .refuse([486, 603, 480, 503, 302, 430].randomElement(using: &random) ?? 486)
    default: .ignore
    }
  }

  private mutating func direction() -> String {
    ["sendonly", "sendrecv", "inactive"].randomElement(using: &random) ?? "sendrecv"
  }

  /// The network works and everybody is there.
  func heal() {
    scene.world.network.heal()
    for party in parties { party.isUnplugged = false }
  }

  /// Who thinks that he talks does, and with us, unless he was away when he was told otherwise.
  func expectAgreement() {
    guard !wasUnplugged else { return }
    let talking = parties.flatMap(\.calls).count { $0.state == .talking }
    #expect(talking == scene.world.exchange.census.openDialogs, "seed \(seed)")
    expectFaxesAmongMachines()
  }

  /// We have nothing to say in UDPTL: whoever faxes does so with another machine. A machine may stay with
  /// voice that was offered it in vain, where it takes nothing else any more.
  private func expectFaxesAmongMachines() {
    for call in scene.world.exchange.calls.values.map(\.machine) where call.passage == .fax {
      #expect(!call.isAttended, "a fax to ourselves, seed \(seed)")
    }
  }

  func hangUp() {
    for call in parties.flatMap(\.calls) { call.hangUp() }
  }

  func expectQuietParties() {
    for party in parties {
      #expect(party.openTransactions == 0, "\(party.number), seed \(seed)")
    }
  }
}

extension Scene {
  /// Puts a door before the carrier, gives it a second address, and 103 a phone with two flows.
  fileprivate func guarded() throws -> [Party] {
    let other = Party("carrier", at: "127.0.9.10:5060", server: Fixture.trunks)
    let flows = (1...2).map { Party("103", at: "127.0.5.31:507\($0)") }
    for party in flows + [other] { world.add(party) }
    world.change {
      $0.trunks[0].peers.append(other.endpoint)
      $0.trunks[0].account = TrunkAccount(
        username: "tandem", realm: "carrier.example",
        credentials: CarrierDoor.credentials("tandem", "carrier.example", "open"))
    }
    for carrier in [carrier, other] { carrier.door = CarrierDoor(nonceLifetime: .seconds(20)) }
    carrier.door?.status = 407
    for (index, flow) in flows.enumerated() { try register(flow, flow: index + 1) }
    return flows + [other]
  }

  private func register(_ phone: Party, flow: Int) throws {
    let contact = NameAddress(
      uri: SIPURI(user: phone.number, host: "10.0.0.5"),
      parameters: [
        SIPParameter("+sip.instance", "<urn:uuid:1>"), SIPParameter("reg-id", "\(flow)"),
      ])
    var status: Int?
    phone.register(
      contacts: .addresses([contact]), change: { $0.headers["Supported"] = "outbound" },
      then: { status = $0?.status ?? 408 })
    world.run(within: .seconds(40)) { status != nil }
    try #require(status == 200)
  }
}
