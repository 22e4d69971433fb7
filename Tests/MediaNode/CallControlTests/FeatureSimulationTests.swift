import NodeContract
import SIP
import Testing

@testable import CallControl

/// The same people with all that the exchange can do: they hand calls on in every way, two at once,
/// forward them, pick them up, take them over, watch each other and write to each other.
@Suite struct FeatureSimulation {
  @Test(arguments: SimulationSeeds.range(usually: 40))
  func nothingIsLeftWhateverPeopleDo(seed: UInt64) throws {
    var fleet = try CallFleet(seed: seed)
    fleet.usesFeatures = true
    fleet.misbehave(for: .seconds(60))
    fleet.heal()
    fleet.scene.world.run(for: .seconds(200))
    fleet.expectAgreement()
    // Nobody is owed a call any more.
    fleet.scene.world.change { $0.extensions[2].queue = nil }
    fleet.hangUp()
    // Queues rang phones until now, also those that say nothing and forget it after five minutes.
    fleet.scene.world.run(for: .seconds(320))
    fleet.scene.world.expectNothingLeft("seed \(seed)")
    fleet.expectDarkLamps()
    fleet.expectQuietParties()
    // Nobody refreshes any more.
    fleet.scene.world.run(for: .seconds(4_000))
    #expect(fleet.scene.world.exchange.census.subscriptions == 0, "seed \(seed)")
    #expect(fleet.scene.world.remembered.isEmpty, "seed \(seed)")
    #expect(fleet.scene.world.exchange.hasNoLeftovers, "seed \(seed)")
  }

  /// The simulation is worth something only if things happen in it.
  @Test func everyFeatureIsUsedWithSuccess() throws {
    var sent: Set<String> = []
    for seed in UInt64(1)...28 {
      var fleet = try CallFleet(seed: seed)
      fleet.usesFeatures = true
      fleet.misbehave(for: .seconds(60))
      for (message, _) in fleet.scene.world.sent { sent.formUnion(fleet.features(in: message)) }
      sent.formUnion(fleet.scene.world.soundsUsed)
      if fleet.hasTakenFromPlace { sent.insert("taken") }
      if fleet.hasServedFromQueue { sent.insert("served from a queue") }
      if fleet.isInFlow { sent.insert("in a flow") }
    }
    #expect(
      sent == [
        "202", "transferred", "notify", "message", "forwarded", "replaced", "prack", "announced",
        "conference", "supervised", "recorded", "parked", "taken", "message left",
        "mailbox called", "asked", "menu", "chosen in a menu", "served from a queue", "in a flow",
      ])
  }
}

extension CallFleet {
  mutating func useFeature(_ party: Party) {
    let call = party.calls.filter { $0.state == .talking }.randomElement(using: &random)
    switch Int.random(in: 0..<30, using: &random) {
    case 0: handOn(call, quietly: Bool.random(using: &random))
    case 1, 2: joinBoth(of: party)
    case 3: handOnTogether(call)
    case 4: sendElsewhere(party)
    case 5: watch(party)
    case 6: watches.randomElement(using: &random)?.refresh(expires: expiry())
    case 7: write(party)
    case 8: if !party.isCarrier { party.call("*8\(colleague())") }
    case 9: takeOver(from: party)
    case 10: call?.repeatOffer()
    case 11: call?.send(.update, body: .none) { _ in }
    case 12: if !party.isCarrier { party.call("*6\(Int.random(in: 1...2, using: &random))") }
    case 13: handOnToRoom(call)
    case 14: if !party.isCarrier { party.call("\(supervision())\(colleague())") }
    case 15: scene.world.pressKeys(using: &random)
    case 16: record(call)
    case 17: leaveMessage(as: party)
    case 18: hearMessages(as: party)
    case 19: park(call)
    case 20, 21: if !party.isCarrier { party.call(place()) }
    case 22: if !party.isCarrier { party.call(switching()) }
    case 23: chooseInMenu(as: party)
    case 24: handOnToMenu(call)
    case 25: queueUp(as: party)
    case 26: if !party.isCarrier { party.call(work()) }
    case 27: goThroughFlow(as: party)
    case 28: beLookedFor(as: party)
    default: registerWithPreference(party)
    }
  }

  private mutating func colleague() -> String {
    ["101", "102", "103"].randomElement(using: &random) ?? "102"
  }

  private mutating func supervision() -> String {
    ["*51", "*52", "*53"].randomElement(using: &random) ?? "*51"
  }

  private mutating func record(_ call: PartyCall?) {
    guard var info = call?.request(.info) else { return }
    info.headers["Record"] = Bool.random(using: &random) ? "on" : "off"
    call?.party.send(info) { _ in }
  }

  /// From now on callers may leave a message there, and some must; some hear that there is no room.
  private mutating func leaveMessage(as party: Party) {
    let place = Int.random(in: 0..<3, using: &random)
    let mailbox = VoiceMailbox(
      longestMessage: .seconds(20), isFull: Int.random(in: 0..<4, using: &random) == 0)
    let rule = AnsweringRule(name: "", on: .always, .voicemail())
    let rules = Bool.random(using: &random) ? [rule] : []
    scene.world.change {
      $0.extensions[place].mailbox = mailbox
      $0.extensions[place].answering = rules
    }
    if !party.isCarrier { party.call("10\(place + 1)") }
  }

  /// Keys that are pressed elsewhere lead through its menus.
  private mutating func hearMessages(as party: Party) {
    let count = Int.random(in: 1...3, using: &random)
    scene.world.mailboxes = .filled(count)
    scene.world.mailboxes.isAway = Int.random(in: 0..<6, using: &random) == 0
    scene.world.change { tenant in
      for index in 0..<3 {
        tenant.extensions[index].mailbox = VoiceMailbox(longestMessage: .seconds(20))
      }
    }
    let codes = ["*97", "*97", "*98", "*98101"]
    if !party.isCarrier { party.call(codes.randomElement(using: &random) ?? "*97") }
  }

  /// 103 has a menu for a while; keys that are pressed elsewhere choose in it.
  private mutating func chooseInMenu(as party: Party) {
    let menu = VoiceMenu(
      choices: [
        "1": .extension(Fixture.extensionID("102")), "6": .room("1"),
        "7": .mailbox(Fixture.extensionID("101")), "9": .outside("07700900123"),
        "*": .extension(Fixture.extensionID("101")),
      ], takesExtensions: Bool.random(using: &random),
      repeats: UInt8.random(in: 0...2, using: &random), last: .extension(Fixture.extensionID("102"))
    )
    let isThere = Int.random(in: 0..<4, using: &random) > 0
    scene.world.change { tenant in
      tenant.extensions[2].menu = isThere ? menu : nil
      tenant.extensions[2].queue = nil
      tenant.extensions[2].flow = nil
      if isThere { tenant.extensions[2].answering = [] }
    }
    if !party.isCarrier { party.call("103") }
    for delay in 1...4 {
      scene.world.after(.seconds(2 * delay)) { [world = scene.world] in
        world.pressKeyInMenu(["1", "9", "*", "6"][delay - 1])
      }
    }
  }

  /// The users of 102 and 103 are looked for from now on, or no more; who answers elsewhere says that it takes the
  /// call, or does not.
  private mutating func beLookedFor(as party: Party) {
    let place = Int.random(in: 1...2, using: &random)
    let targets: [FollowMe.Target] = [
      .own, .colleague(Fixture.extensionID("101")), .outside("07700900123"),
    ]
    let steps = (0..<Int.random(in: 1...3, using: &random)).map { _ in
      FollowMe.Step(
        Array(targets.shuffled(using: &random).prefix(Int.random(in: 1...3, using: &random))),
        ringsFor: .seconds(Int.random(in: 1...8, using: &random)),
        confirms: Int.random(in: 0..<4, using: &random) > 0)
    }
    let occasion: AnsweringRule.Occasion =
      Bool.random(using: &random) ? .always : .noAnswer(after: .seconds(3))
    let rules = [
      AnsweringRule(name: "", on: occasion, .followMe),
      AnsweringRule(name: "", on: .always, .forward(to: "101")),
    ]
    let isThere = Int.random(in: 0..<4, using: &random) > 0
    scene.world.change { tenant in
      tenant.extensions[place].followMe = isThere ? FollowMe(steps: steps) : nil
      tenant.extensions[place].answering = isThere ? rules : []
    }
    if !party.isCarrier { party.call("10\(place + 1)") }
    for (delay, key) in zip(2..., ["1", "2", "1", "1"] as [Character]) {
      scene.world.after(.seconds(2 * delay)) { [world = scene.world] in
        world.pressKeyIfAsked(key)
      }
    }
  }

  /// 103 has a queue for a while, whose agents come and go.
  private mutating func queueUp(as party: Party) {
    let queue = CallQueue(
      strategy: CallQueue.Strategy.allCases.randomElement(using: &random) ?? .together,
      agents: [.init(Fixture.extensionID("101")), .init(Fixture.extensionID("102"), tier: 2)],
      ringsFor: .seconds(Int.random(in: 1...8, using: &random)),
      wrapUp: .seconds(Int.random(in: 0...5, using: &random)), restsFor: .seconds(3),
      pausesAfter: Bool.random(using: &random) ? 4 : nil,
      mostWaiting: UInt16.random(in: 1...4, using: &random), longestWait: .seconds(20),
      needsAgents: Bool.random(using: &random), announcesEvery: .seconds(6), announcesWait: true,
      last: [.hangUp, .room("1"), .extension(Fixture.extensionID("102"))]
        .randomElement(using: &random) ?? .hangUp,
      callback: Bool.random(using: &random)
        ? .init(
          key: "5", offeredAfter: .seconds(1), attempts: 2, pause: .seconds(10),
          keepsFor: .seconds(60)) : nil)
    let isThere = Int.random(in: 0..<6, using: &random) > 0
    scene.world.change { tenant in
      tenant.extensions[2].queue = isThere ? queue : nil
      tenant.extensions[2].menu = nil
      tenant.extensions[2].flow = nil
      if isThere { tenant.extensions[2].answering = [] }
    }
    if !party.isCarrier { party.call("103") }
    for delay in 1...6 {
      scene.world.after(.seconds(2 * delay)) { [world = scene.world] in
        world.pressKeyInQueue(delay.isMultiple(of: 2) ? "1" : "5")
      }
    }
  }

  /// 103 has a flow for a while, whose steps are drawn.
  private mutating func goThroughFlow(as party: Party) {
    let names = (0..<6).map { "s\($0)" }
    let sound = SoundReference(
      id: SoundID(UUIDv7(high: 8, low: 1)), digest: Array(repeating: 0xAB, count: 32))
    var steps: [String: CallFlow.Step] = [:]
    for name in names {
      let phone = Fixture.extensionID(["101", "102"].randomElement(using: &random) ?? "101")
      let next = names.randomElement(using: &random)
      let actions: [CallFlow.Action] = [
        .ring(phone, for: .seconds(4)), .ring(phone, for: nil), .announcement(sound),
        .menu(.init(prompt: sound, choices: ["1": names[0], "2": names[3]], repeats: 1)),
        .night(of: nil), .outside("07700900123", for: .seconds(5)),
        .mailbox(phone, greeting: nil), .extension(phone), .hangUp(.busy),
      ]
      steps[name] = CallFlow.Step(
        actions.randomElement(using: &random) ?? .hangUp(.busy), then: next,
        otherwise: names.randomElement(using: &random))
    }
    let isThere = Int.random(in: 0..<5, using: &random) > 0
    scene.world.change { [steps] tenant in
      tenant.extensions[2].flow = isThere ? CallFlow(start: "s0", steps: steps) : nil
      if isThere { tenant.extensions[2].answering = [] }
    }
    if !party.isCarrier { party.call("103") }
    let key = Character(["1", "2", "#"].randomElement(using: &random) ?? "1")
    scene.world.after(.seconds(Int.random(in: 1...6, using: &random))) { [world = scene.world] in
      world.pressKeyInMenu(key)
    }
  }

  private mutating func work() -> String {
    ["*45", "*45", "*46", "*471", "*48"].randomElement(using: &random) ?? "*45"
  }

  private func handOnToMenu(_ call: PartyCall?) {
    guard let call else { return }
    _ = Referring(call, to: "103")
  }

  private mutating func place() -> String {
    ["*70", "*701", "*702"].randomElement(using: &random) ?? "*70"
  }

  private mutating func switching() -> String {
    ["*78", "*79", "*72103", "*72", "*73", "*90", "*91"].randomElement(using: &random) ?? "*79"
  }

  private mutating func park(_ call: PartyCall?) {
    guard let call else { return }
    _ = Referring(call, to: place())
  }

  private mutating func handOnToRoom(_ call: PartyCall?) {
    guard let call else { return }
    _ = Referring(call, to: "*6\(Int.random(in: 1...2, using: &random))")
  }

  private mutating func expiry() -> Int { [0, 60, 600].randomElement(using: &random) ?? 0 }

  private mutating func handOn(_ call: PartyCall?, quietly: Bool) {
    guard let call else { return }
    _ = Referring(call, to: colleague()) {
      if quietly { $0.headers["Refer-Sub"] = "false" }
    }
  }

  /// Attended transfer of two calls of one party, where it has two.
  private mutating func joinBoth(of party: Party) {
    let calls = party.calls.filter { $0.state == .talking }.shuffled(using: &random)
    guard calls.count > 1 else { return }
    _ = Referring(calls[0], replacing: calls[1])
  }

  /// Two who talk with each other hand one another on at the same time.
  private mutating func handOnTogether(_ call: PartyCall?) {
    guard let call,
      let machine = scene.world.exchange.calls.values.first(where: { entry in
        entry.machine.legs.contains { $0.remoteTag == call.dialog?.id.localTag }
      })?.machine
    else { return }
    let tags = machine.legs.compactMap(\.remoteTag)
    for one in parties.flatMap(\.calls) where one.state == .talking {
      guard let tag = one.dialog?.id.localTag, tags.contains(tag) else { continue }
      _ = Referring(one, to: colleague())
    }
  }

  private mutating func sendElsewhere(_ party: Party) {
    let target = [colleague(), "07700900123", "199"].randomElement(using: &random) ?? "103"
    let host =
      party.isCarrier ? Fixture.carrier.description : Fixture.domain
    party.habit = .refuse(302)
    let adorns = party.adorns
    party.adorns = { response in
      adorns(&response)
      guard response.status == 302 else { return }
      response.headers.contacts = .addresses(
        [NameAddress("<sip:\(target)@\(host)>")].compactMap { $0 })
    }
    guard !party.isCarrier else { return }
    parties.filter { !$0.isCarrier && $0.number != party.number }.randomElement(using: &random)?
      .call(party.number)
  }

  private mutating func watch(_ party: Party) {
    guard !party.isCarrier else { return }
    let watched = ["101", "102", "103", "*701"].randomElement(using: &random) ?? "101"
    watches.append(Watch(party, watched, expires: "\(expiry())"))
  }

  private mutating func write(_ party: Party) {
    guard !party.isCarrier else { return }
    let message = party.request(
      .message, to: SIPURI(user: colleague(), host: Fixture.domain),
      body: .other(contentType: "text/plain", bytes: Array("Hello".utf8)))
    party.sendWithPassword(message) { _ in }
  }

  /// Another device of the same extension goes on with a call that is up there.
  private mutating func takeOver(from party: Party) {
    let others = parties.filter { $0 !== party && $0.number == party.number }
    guard let other = others.randomElement(using: &random),
      let dialog = party.calls.first(where: { $0.state == .talking })?.dialog?.id
    else { return }
    other.call(party.number) {
      $0.headers["Replaces"] =
        "\(dialog.callID);to-tag=\(dialog.localTag);from-tag=\(dialog.remoteTag)"
    }
  }

  private mutating func registerWithPreference(_ party: Party) {
    guard !party.isCarrier else { return }
    var contact = party.contact
    contact.parameters["q"] = ["0.2", "0.7", "1.0"].randomElement(using: &random) ?? "1.0"
    party.register(contacts: .addresses([contact])) { _ in }
  }

  /// Everybody hung up: no watcher is left with a lamp that burns.
  func expectDarkLamps() {
    let alive = Set(scene.world.exchange.subscriptions.all.keys)
    for watch in watches {
      guard let dialog = watch.dialog?.id,
        alive.contains(DialogKey(callID: dialog.callID, localTag: dialog.remoteTag))
      else { continue }
      let states = watch.states.last ?? []
      #expect(states.allSatisfy { $0 == "terminated" }, "seed \(seed): \(states)")
    }
  }

  func features(in message: SIPMessage) -> Set<String> {
    switch message {
    case .request(let request):
      switch request.method {
      case .notify where request.headers["Event"]?.hasPrefix("refer") == true:
        if case .other(_, let bytes) = request.body,
          String(decoding: bytes, as: UTF8.self).contains("200 OK")
        {
          return ["transferred"]
        }
        return []
      case .notify: return isBurningPlace(request) ? ["notify", "parked"] : ["notify"]
      case .message: return ["message"]
      case .prack: return ["prack"]
      case .invite where request.headers["Diversion"] != nil: return ["forwarded"]
      default: return []
      }
    case .response(let response):
      if response.status == 202 { return ["202"] }
      let isTaken = response.status == 200 && response.headers.cseq.method == .invite
      return isTaken && isAnswerToReplaces(response) ? ["replaced"] : []
    }
  }

  /// Tells a lamp that somebody waits at its parking place.
  private func isBurningPlace(_ request: SIPRequest) -> Bool {
    guard case .other(_, let bytes) = request.body else { return false }
    let text = String(decoding: bytes, as: UTF8.self)
    return text.contains("entity=\"sip:*701@") && text.contains("<state>confirmed")
  }

  var isInFlow: Bool {
    scene.world.exchange.calls.values.contains { $0.machine.flow != nil }
  }

  var hasServedFromQueue: Bool {
    let agents = scene.world.exchange.agents
    return agents.ids.contains { agents[$0]?.record.calls ?? 0 > 0 }
  }

  /// Somebody dialled a place and stands in another's call.
  var hasTakenFromPlace: Bool {
    let dialled = parties.flatMap(\.calls).filter {
      $0.isCaller && $0.invite.uri.user?.hasPrefix("*70") == true
    }
    let ids = Set(dialled.map(\.invite.headers.callID))
    return scene.world.offers.contains { ids.contains($0.sipCallID) && !$0.to.hasPrefix("*70") }
  }

  private func isAnswerToReplaces(_ response: SIPResponse) -> Bool {
    parties.flatMap(\.calls).contains {
      $0.isCaller && $0.invite.headers["Replaces"] != nil
        && $0.invite.headers.callID == response.headers.callID
    }
  }
}
