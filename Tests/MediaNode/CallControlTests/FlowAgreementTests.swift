import CallFlows
import NodeContract
import SIP
import SeededRandom
import Testing

@testable import CallControl

/// What is said of a call that nobody has made, and what becomes of it when it is made: a thousand flows,
/// callers and times.
@Suite struct FlowAgreementTests {
  static let cases = 1_000

  @Test func callsGoWhereTheirAccountsSay() throws {
    var (kinds, most) = (Set<String>(), 0)
    for block in 0..<20 {
      var bench = try FlowBench(seed: UInt64(block) + 1)
      for place in 0..<(Self.cases / 20) {
        let trial = bench.trial()
        let told = bench.told(of: trial)
        let found = try bench.run(trial)
        #expect(found == told, "block \(block), case \(place): \(trial)")
        kinds.formUnion(
          trial.flow.steps.values.map { "\($0.action)".prefix { $0 != "(" } }.map(String.init))
        most = max(most, told.rung.count)
      }
      bench.scene.calmDown("block \(block)")
    }
    // Every kind of step took part, and calls went far.
    #expect(kinds.count == 12, "\(kinds)")
    #expect(most >= 4)
  }
}

/// A flow, and a call to it.
private struct FlowTrial {
  let flow: CallFlow
  /// Nil: withheld.
  let caller: String?
  let isInternal: Bool
  let called: String
  let time: WallTime
  let keys: [String]
  let isNight: Bool
}

/// What can be seen of a call from without.
private struct FlowTrace: Equatable {
  enum End: Equatable {
    case refused(Int)
    /// We hung up.
    case hungUp
    case message
    case leftInFlow
  }

  /// Numbers, in their order.
  var rung: [String] = []
  /// Keys that were taken.
  var pressed: [String] = []
  var end = End.leftInFlow
}

private struct FlowBench {
  static let host = Fixture.extensionID("300")
  static let phones = ["101", "102", "103", "104"]
  static let sound = SoundReference(
    id: SoundID(UUIDv7(high: 8, low: 1)), digest: Array(repeating: 0xAB, count: 32))
  static let customer = "+447700900111"
  static let outside = "+447700900199"

  let scene: Scene
  private var random: SeededGenerator

  init(seed: UInt64) throws {
    random = SeededGenerator(seed: seed)
    scene = try Scene(seed: seed)
    var parties = [scene.alice, scene.bob]
    parties.append(try scene.device("103", at: "127.0.5.5:5065"))
    scene.world.change { $0.extensions.append(Fixture.entry("104", outside: nil)) }
    parties.append(try scene.device("104", at: "127.0.5.6:5066"))
    for party in parties + [scene.carrier] { party.habit = .ring }
    scene.world.announcementLength = .milliseconds(200)
    scene.world.checksEvery = 10
    scene.world.change { tenant in
      tenant.extensions[2].mailbox = VoiceMailbox(longestMessage: .seconds(60))
      tenant.extensions.append(Fixture.entry("300", outside: "+442079460300"))
      tenant.clock = ZoneClock(
        zone: "Europe/London", offset: 0,
        changes: [
          .init(at: WallTime(milliseconds: 1_774_746_000_000), offset: 3_600),
          .init(at: WallTime(milliseconds: 1_792_890_000_000), offset: 0),
        ])
      tenant.ringTimeout = .seconds(2)
      tenant.contacts = [
        ContactEntry(name: "Carl", numbers: [Self.customer], groups: ["Customers"], isVIP: true)
      ]
      for (place, number) in ["+442079460300", "+442079460301"].enumerated() {
        tenant.numbers.append(
          NumberEntry(
            id: NumberID(UUIDv7(high: 4, low: 10 + UInt64(place))), number: number,
            destination: .extension(Self.host)))
      }
    }
  }

  // MARK: - Flows, callers and times

  mutating func trial() -> FlowTrial {
    let names = (0..<Int.random(in: 2...9, using: &random)).map { "s\($0)" }
    var steps: [String: CallFlow.Step] = [:]
    for (place, name) in names.enumerated() {
      // Ways lead on, so that no call goes round.
      steps[name] = step(leadingTo: Array(names[(place + 1)...]))
    }
    let isInternal = Int.random(in: 0..<5, using: &random) == 0
    let callers = [nil, Self.customer, "+441632960001", "+442079469999"]
    let called = isInternal ? ["300"] : ["+442079460300", "+442079460301"]
    return FlowTrial(
      flow: CallFlow(start: "s0", steps: steps),
      caller: isInternal ? "101" : callers.randomElement(using: &random) ?? nil,
      isInternal: isInternal, called: called.randomElement(using: &random) ?? "300",
      // Within 2026, to the minute.
      time: WallTime(
        milliseconds: 1_767_225_600_000
          + Int64.random(in: 0..<525_600, using: &random) * 60_000),
      keys: (0..<3).map { _ in "12379".randomElement(using: &random).map(String.init) ?? "1" },
      isNight: Bool.random(using: &random))
  }

  private mutating func step(leadingTo names: [String]) -> CallFlow.Step {
    guard !names.isEmpty else { return last() }
    let (then, otherwise) = (
      names.randomElement(using: &random), names.randomElement(using: &random)
    )
    let phone = Fixture.extensionID(Self.phones.randomElement(using: &random) ?? "101")
    let action: CallFlow.Action
    switch Int.random(in: 0..<13, using: &random) {
    case 0: action = .hours(hours())
    case 1: action = .hours(hours())
    case 2: action = .night(of: nil)
    case 3: action = .caller(callers())
    case 4: action = .called(["+442079460301", "300"])
    case 5, 6, 7: action = .ring(phone, for: .seconds(Int.random(in: 1...2, using: &random)))
    case 8: action = .ring(phone, for: nil)
    case 9: action = .outside("07700900199", for: .seconds(1))
    case 10: action = .announcement(Self.sound)
    case 11: action = .queue(phone)
    default:
      let keys = ["1", "2", "3"].map { ($0, names.randomElement(using: &random) ?? names[0]) }
      action = .menu(
        CallFlow.Menu(
          prompt: Self.sound, choices: Dictionary(uniqueKeysWithValues: keys),
          patience: .seconds(1), repeats: 0))
    }
    return CallFlow.Step(action, then: then, otherwise: otherwise)
  }

  private mutating func last() -> CallFlow.Step {
    switch Int.random(in: 0..<4, using: &random) {
    case 0: CallFlow.Step(.mailbox(Fixture.extensionID("103"), greeting: nil))
    case 1: CallFlow.Step(.extension(Fixture.extensionID("104")))
    default:
      CallFlow.Step(
        .hangUp(
          [.busy, .rejected, .noAnswer, .unknownNumber].randomElement(using: &random) ?? .busy))
    }
  }

  private mutating func hours() -> FlowHours {
    let from = UInt16.random(in: 0..<1_440, using: &random)
    let span = WeeklyHours.Span(
      days: UInt8.random(in: 1..<128, using: &random), from: from,
      to: UInt16.random(in: 0...1_440, using: &random))
    let month = Int.random(in: 1...12, using: &random)
    return FlowHours(
      WeeklyHours([span], holidays: Bool.random(using: &random) ? "GB-ENG" : nil),
      except: [
        .init(
          from: CalendarDay(2026, month, 1), through: CalendarDay(2026, month, 28),
          isOpen: Bool.random(using: &random))
      ])
  }

  private mutating func callers() -> AnsweringRule.Callers {
    let callers: [AnsweringRule.Callers] = [
      .colleagues, .outside, .withheld, .numbers(["+4420*", "101"]), .contacts,
      .group("Customers"), .vip, .strangers,
    ]
    return callers.randomElement(using: &random) ?? .anyone
  }

  // MARK: - What is told

  func told(of trial: FlowTrial) -> FlowTrace {
    let contact =
      trial.caller == Self.customer
      ? scene.world.exchange.directory[Fixture.tenant]?.snapshot.contacts.first : nil
    let call = IncomingCall(
      caller: trial.caller, isInternal: trial.isInternal, contact: contact, called: trial.called,
      time: trial.time)
    let clock = scene.world.exchange.directory[Fixture.tenant]?.snapshot.clock ?? .utc
    let account = FlowAccount(
      of: trial.flow,
      in: FlowCircumstances(
        call, by: clock, to: Self.host, nights: trial.isNight ? [Self.host] : []),
      pressing: trial.keys)
    var (trace, isAnswered) = (FlowTrace(), false)
    func ring(_ id: ExtensionID) {
      let number = Self.phones.first { Fixture.extensionID($0) == id } ?? ""
      // Nobody is rung for its own call.
      if number != trial.caller { trace.rung.append(number) }
    }
    for entry in account.entries {
      switch (trial.flow.steps[entry.step]?.action, entry.event) {
      case (.ring(let id, _), _): ring(id)
      case (.outside, _): trace.rung.append(Self.outside)
      case (.announcement, _): isAnswered = true
      case (.menu, let event):
        isAnswered = true
        if case .left(.key(let key)) = event { trace.pressed.append(key) }
      case (.mailbox, _): trace.end = .message
      case (.extension(let id), _):
        ring(id)
        trace.end = isAnswered ? .hungUp : .refused(480)
      case (.hangUp(let outcome), _): trace.end = isAnswered ? .hungUp : .refused(outcome.sipStatus)
      case (.hours, _), (.night, _), (.caller, _), (.called, _), (.queue, _), (nil, _): break
      }
    }
    return trace
  }

  // MARK: - What is found

  mutating func run(_ trial: FlowTrial) throws -> FlowTrace {
    let world = scene.world
    world.set(trial.time)
    world.change { tenant in
      tenant.extensions[4].flow = trial.flow
      tenant.extensions[4].switches = AnsweringSwitches([
        .night: .init(
          isOn: trial.isNight, target: nil, patience: nil, changedAt: WallTime(milliseconds: 0))
      ])
    }
    let before = world.offers.count
    let call = trial.isInternal ? scene.alice.call("300") : comes(trial)
    var (trace, asked) = (FlowTrace(), Set<String>())
    let isOver = world.run(within: .seconds(90)) {
      let machine = world.exchange.calls.values.map(\.machine).first { !$0.isEnding }
      if let key = keyToPress(machine, trial, &asked) {
        if key.means { trace.pressed.append(key.text) }
        world.pressKeyInMenu(Character(key.text))
      }
      if case .message? = machine?.attendance?.purpose { return true }
      return call.state == .ended
    }
    try #require(isOver, "\(trial)")
    if call.state == .ended {
      trace.end = call.finalStatus == 200 ? .hungUp : .refused(call.finalStatus ?? 0)
    } else {
      trace.end = .message
      call.hangUp()
    }
    trace.rung = world.offers[before...].filter { $0.direction == .outgoing }.compactMap { offer in
      switch offer.party {
      case .extension(let id, let number): id == Self.host ? nil : number
      case .trunk: offer.to
      }
    }
    world.run(for: .seconds(1))
    return trace
  }

  private func comes(_ trial: FlowTrial) -> PartyCall {
    scene.carrier.call(trial.called) { invite in
      invite.headers.from.uri.user = trial.caller ?? "anonymous"
      if trial.caller == nil { invite.headers["Privacy"] = "id" }
    }
  }

  /// The next key, once in each menu.
  private func keyToPress(
    _ machine: CallMachine?, _ trial: FlowTrial, _ asked: inout Set<String>
  ) -> (text: String, means: Bool)? {
    guard let machine, let visit = machine.flow,
      case .menu(let menu)? = machine.attendance?.purpose,
      menu.stage == .listening, case .attended = machine.state, asked.count < trial.keys.count,
      asked.insert(visit.stop).inserted
    else { return nil }
    let key = trial.keys[asked.count - 1]
    return (key, menu.flowKeys?.contains(key) == true)
  }
}
