import CallFlows
import NodeContract
import SIP
import SeededRandom
import Testing

@testable import CallControl

/// Whoever asks what would become of a call is told what becomes of it.
@Suite(.timeLimit(.minutes(5))) struct ForetoldCalls {
  /// Who talks in the end.
  private enum Taker: Hashable {
    case colleague(String)
    case outside, nobody
  }

  private enum Device: CaseIterable {
    case answers, busy, rings, offline
  }

  /// A tenant's afternoon: what its users said, and how their phones are.
  private struct Afternoon {
    var rules: [String: [AnsweringRule]] = [:]
    var devices: [String: Device] = [:]
    var clock = ZoneClock.utc
    var isFromOutside = false
    var isWithheld = false
    var contacts: [ContactEntry] = []

    static let users = ["102", "103"]
    private static let targets = ["102", "103", "07700900123", "199"]
    private static let callers: [AnsweringRule.Callers] = [
      .anyone, .colleagues, .outside, .withheld, .numbers(["101"]), .numbers(["+4477*"]),
      .contacts, .group("friends"), .vip, .strangers,
    ]

    init(seed: UInt64) {
      var random = SeededGenerator(seed: seed)
      for user in Self.users {
        rules[user] = (0..<Int.random(in: 0...4, using: &random)).map { _ in
          Self.rule(using: &random)
        }
        devices[user] = Device.allCases.randomElement(using: &random)
      }
      // Any hour of the week, by clocks that are that far off.
      let quarter = Int32.random(in: 0..<7 * 96, using: &random)
      clock = ZoneClock(zone: "Test/Anywhere", offset: quarter * 900 + 300, changes: [])
      isFromOutside = Bool.random(using: &random)
      isWithheld = isFromOutside && Bool.random(using: &random)
      if isFromOutside, Bool.random(using: &random) {
        contacts = [
          ContactEntry(
            name: "Ann", numbers: ["+447700900111"],
            groups: Bool.random(using: &random) ? ["friends"] : [],
            isVIP: Bool.random(using: &random))
        ]
      }
    }

    private static func rule(using random: inout SeededGenerator) -> AnsweringRule {
      let occasions: [AnsweringRule.Occasion] = [
        .always, .offline, .busy, .noAnswer(after: .seconds(5)),
      ]
      let target = targets.randomElement(using: &random) ?? ""
      let actions: [AnsweringRule.Action] = [
        .ring, .forward(to: target), .forward(to: target), .busy, .decline,
      ]
      let called = [[], ["+442079460102"], ["102"], ["103"]]
      return AnsweringRule(
        name: "", on: occasions.randomElement(using: &random) ?? .always,
        from: callers.randomElement(using: &random) ?? .anyone,
        during: Bool.random(using: &random) ? hours(using: &random) : nil,
        called: Bool.random(using: &random) ? called.randomElement(using: &random) ?? [] : [],
        actions.randomElement(using: &random) ?? .ring)
    }

    private static func hours(using random: inout SeededGenerator) -> WeeklyHours {
      WeeklyHours(
        [
          WeeklyHours.Span(
            days: UInt8.random(in: 1..<128, using: &random),
            from: UInt16.random(in: 0..<48, using: &random) * 30,
            to: UInt16.random(in: 0...48, using: &random) * 30)
        ], isComplement: Bool.random(using: &random))
    }
  }

  // MARK: - What is foretold

  /// What the plans of everybody asked say, one after the other.
  private struct Foretelling {
    enum Way {
      case ring(String, AnsweringPlan?)
      case outside, nowhere, unknown
    }

    let afternoon: Afternoon
    let time: WallTime
    private var rung: Set<String> = []
    private var redirections = 0

    init(_ afternoon: Afternoon, at time: WallTime) {
      self.afternoon = afternoon
      self.time = time
    }

    mutating func taker(of called: String) -> Taker {
      var way = way(to: "102", called: called, passed: [])
      while case .ring(let user, let plan) = way {
        guard rung.insert(user).inserted else { return .nobody }
        let action: AnsweringRule.Action?
        switch afternoon.devices[user] {
        case .answers: return .colleague(user)
        case .busy: action = plan?.busy?.action
        case .rings: action = plan?.noAnswer?.action
        case .offline, nil: return .nobody
        }
        guard case .forward(let target)? = action else { return .nobody }
        way = self.way(to: target, called: target, passed: [])
      }
      if case .outside = way { return .outside }
      return .nobody
    }

    private func way(to target: String, called: String, passed: [String]) -> Way {
      if target == "07700900123" { return .outside }
      guard Afternoon.users.contains(target) else { return .unknown }
      let plan = plan(of: target, called: called)
      let isOffline = afternoon.devices[target] == .offline
      let itself = isOffline ? Way.nowhere : .ring(target, nil)
      switch (isOffline ? plan.offline : plan.arrival)?.action {
      case .forward(let next):
        guard !passed.contains(target) else { return itself }
        let onward = way(to: next, called: next, passed: passed + [target])
        if case .unknown = onward { return itself }
        return onward
      case .busy, .decline: return .nowhere
      case .ring, .followMe, .voicemail, nil: return isOffline ? .nowhere : .ring(target, plan)
      }
    }

    private func plan(of user: String, called: String) -> AnsweringPlan {
      let shown = afternoon.isFromOutside ? "+447700900111" : "101"
      return AnsweringPlan(
        afternoon.rules[user] ?? [],
        for: IncomingCall(
          caller: afternoon.isWithheld ? nil : shown, isInternal: !afternoon.isFromOutside,
          contact: afternoon.isWithheld ? nil : ContactIndex(afternoon.contacts)[shown],
          called: called, time: time), by: afternoon.clock)
    }
  }

  // MARK: - What happens

  /// A thousand by `Tests/run simulate`.
  @Test func callsGoWhereTheirPlansSay() throws {
    var takers: [Taker: Int] = [:]
    for seed in SimulationSeeds.range(usually: 150) {
      let afternoon = Afternoon(seed: seed)
      let (scene, carol) = try scene(of: afternoon)
      var foretelling = Foretelling(afternoon, at: scene.world.now.wall)
      let foretold = foretelling.taker(
        of: afternoon.isFromOutside ? "+442079460102" : "102")
      let happened = call(in: scene, afternoon, carol)
      #expect(happened == foretold, "seed \(seed): \(afternoon)")
      takers[happened, default: 0] += 1
    }
    #expect(takers.count == 4 || takers.values.reduce(0, +) < 1_000, "no end is missing: \(takers)")
  }

  private func scene(of afternoon: Afternoon) throws -> (Scene, carol: Party) {
    let scene = try Scene()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    scene.world.change { tenant in
      tenant.clock = afternoon.clock
      tenant.contacts = afternoon.contacts
      for index in tenant.extensions.indices {
        tenant.extensions[index].answering =
          afternoon.rules[tenant.extensions[index].number] ?? []
      }
    }
    for (user, phone) in [("102", scene.bob), ("103", carol)] {
      switch afternoon.devices[user] {
      case .answers: phone.habit = .answer(after: .seconds(1))
      case .busy: phone.habit = .refuse(486)
      case .rings: phone.habit = .ring
      case .offline, nil: phone.register(expires: 0) { _ in }
      }
    }
    scene.world.run(for: .seconds(1))
    return (scene, carol)
  }

  private func call(in scene: Scene, _ afternoon: Afternoon, _ carol: Party) -> Taker {
    let call =
      afternoon.isFromOutside
      ? scene.carrier.call("+442079460102") {
        $0.headers.from.uri =
          afternoon.isWithheld
          ? SIPURI(user: "anonymous", host: "anonymous.invalid")
          : SIPURI(user: "+447700900111", host: "carrier.example")
      } : scene.alice.call("102")
    scene.world.run(within: .seconds(180)) { call.state == .talking || call.state == .ended }
    guard call.state == .talking else { return .nobody }
    for (user, phone) in [("102", scene.bob), ("103", carol)]
    where phone.lastCall?.state == .talking && phone.lastCall?.isCaller == false {
      return .colleague(user)
    }
    return .outside
  }
}
