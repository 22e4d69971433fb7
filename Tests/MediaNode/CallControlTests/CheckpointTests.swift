import Digits
import NodeContract
import SIP
import SeededRandom
import Testing

@testable import CallControl

/// Calls in every state, caught while scenes play.
private func callsInEveryState() throws -> [(call: CallMachine, at: BootInstant)] {
  var caught: [(CallMachine, BootInstant)] = []
  func capture(_ scene: Scene) {
    let calls = scene.world.exchange.calls.values.map(\.machine)
    caught += calls.map { ($0, scene.world.now.boot) }
  }
  func play(_ act: (Scene) throws -> Void) throws {
    let scene = try Scene()
    try act(scene)
    capture(scene)
  }
  try play { scene in  // ringing on two devices
    let second = try scene.device("102", at: "127.0.5.3:5063")
    (scene.bob.habit, second.habit) = (.ring, .ring)
    let call = scene.alice.call("102")
    scene.world.run { call.heard.contains(180) }
  }
  try play { scene in  // settling
    scene.world.diskDelay = nil
    scene.alice.call("07700900123")
    scene.world.run { scene.carrier.lastCall?.isAcknowledged == true }
  }
  try play { scene in  // answered, not acknowledged by the caller
    scene.alice.call("102").forgetsACK = true
    scene.world.run { scene.bob.lastCall?.isAcknowledged == true }
  }
  try play { scene in _ = try scene.talking() }
  try play { scene in  // an offer and an INFO on their way
    let (caller, callee) = try scene.talking()
    callee.thinks = .seconds(5)
    caller.offer(direction: "sendonly")
    caller.send(.info, body: .none) { _ in }
    scene.world.run(for: .milliseconds(12))
  }
  try play { scene in  // an offer left to the other party, its answer on its way
    let (caller, _) = try scene.talking()
    scene.world.run(for: .seconds(1))
    caller.forgetsACK = true
    caller.offer(withoutOffer: true)
    scene.world.run { caller.renegotiations == [200] }
  }
  try play { scene in  // no offer from the caller
    scene.alice.call("102", offer: false).forgetsACK = true
    scene.world.run { scene.alice.lastCall?.state == .talking }
  }
  for (agents, habit) in [
    ([], Party.Habit.ring), (["102"], .ring), (["102"], .answer(after: .milliseconds(100))),
  ] {
    try play { scene in  // waiting in a queue, ringing its agent, served
      scene.bob.habit = habit
      scene.world.change {
        $0.extensions[2].queue = CallQueue(
          strategy: .together, agents: agents.map { .init(Fixture.extensionID($0)) },
          longestWait: .seconds(60), needsAgents: false, last: .outside("07700900123"))
      }
      scene.alice.call("103")
      scene.world.run(for: .seconds(1))
    }
  }
  for keys in ["", "1", "2"] {
    try play { scene in  // in a flow's menu, ringing from there, and hearing an announcement
      let sound = SoundReference(
        id: SoundID(UUIDv7(high: 8, low: 1)), digest: Array(repeating: 0xAB, count: 32))
      scene.bob.habit = .ring
      scene.world.change {
        $0.extensions[2].flow = CallFlow(
          start: "menu",
          steps: [
            "menu": .init(.menu(.init(choices: ["1": "desk", "2": "say"])), otherwise: "desk"),
            "desk": .init(
              .ring(Fixture.extensionID("102"), for: .seconds(30)), otherwise: "end"),
            "say": .init(.announcement(sound), then: "end"), "end": .init(.hangUp(.busy)),
          ])
      }
      scene.alice.call("103")
      scene.world.run(for: .seconds(1))
      for key in keys { scene.world.pressKeyInMenu(key) }
      scene.world.run(for: .seconds(1))
    }
  }
  try play { scene in  // handed on, the target rings
    let (caller, _) = try scene.talking()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    carol.habit = .ring
    let referring = Referring(caller, to: "103")
    scene.world.run { carol.lastCall != nil && referring.status == 202 }
  }
  try play { scene in  // handed on, the stayer thinks over the target's session
    let (caller, callee) = try scene.talking()
    let carol = try scene.device("103", at: "127.0.5.5:5065")
    callee.thinks = .seconds(5)
    _ = Referring(caller, to: "103")
    scene.world.run { carol.lastCall?.isAcknowledged == true }
  }
  try play { scene in  // handed on to a carrier whose answer is not on disk
    let (caller, _) = try scene.talking()
    scene.world.run(for: .seconds(1))
    scene.world.diskDelay = nil
    _ = Referring(caller, to: "07700900123")
    scene.world.run { scene.carrier.lastCall?.isAcknowledged == true }
  }
  try play { scene in  // the exchange says why the call goes nowhere
    scene.alice.call("199")
    scene.world.run { scene.world.relays.values.contains { !$0.playing.isEmpty } }
  }
  for seconds in [1, 3, 6] {
    try play { scene in  // a message is left: greeting, tone, recording
      scene.world.announcementLength = .seconds(2)
      scene.world.change { $0.extensions[1].mailbox = VoiceMailbox(longestMessage: .seconds(60)) }
      scene.bob.habit = .refuse(486)
      scene.alice.call("102")
      scene.world.run(for: .seconds(seconds))
    }
  }
  try play { scene in  // a phone rings whose user has a mailbox
    scene.world.change { $0.extensions[1].mailbox = VoiceMailbox(longestMessage: .seconds(60)) }
    scene.bob.habit = .ring
    let call = scene.alice.call("102")
    scene.world.run { call.heard.contains(180) }
  }
  for keys in ["", "1", "17", "#", "18", "1810", "12"] {
    try play { scene in  // a mailbox is heard, in each of its stages
      scene.world.mailboxes = .filled(3)
      if keys.contains("8") { scene.world.mailboxes.messages[1].forwardedBy = "102" }
      scene.carrier.habit = .ring
      scene.world.change { $0.extensions[0].mailbox = VoiceMailbox(longestMessage: .seconds(60)) }
      let call = scene.alice.call("*97")
      scene.world.run { call.state == .talking }
      if !keys.isEmpty { scene.world.run(for: .milliseconds(100)) }
      for key in keys.compactMap(Digit.init) {
        guard let relay = scene.world.relays.values.first(where: \.isOpen) else { return }
        scene.world.press(key, on: .caller, of: relay.plan.id)
        scene.world.run(for: .milliseconds(100))
      }
    }
  }
  for dialled in ["*98", "*98102"] {
    try play { scene in  // whose mailbox it is, and the PIN
      let call = scene.alice.call(dialled)
      scene.world.run { call.state == .talking }
    }
  }
  try play { scene in  // somebody is asked where calls are to go
    let call = scene.alice.call("*72")
    scene.world.run { call.state == .talking }
  }
  try play { scene in  // and hears how it stands
    let call = scene.alice.call("*72102")
    scene.world.run { call.state == .talking }
  }
  for seconds in [1, 3] {
    try play { scene in  // a page, one member hears it and one is called
      let second = try scene.device("103", at: "127.0.5.5:5065")
      (scene.bob.habit, second.habit) = (.answer(after: .seconds(2)), .ring)
      scene.world.change {
        $0.extensions += [Fixture.entry("104", outside: nil)]
        $0.extensions[3].paging = PagingGroup(
          members: ["102", "103"].map(Fixture.extensionID), talksBack: true)
      }
      scene.alice.call("104")
      scene.world.run(for: .seconds(seconds))
    }
  }
  try play { scene in  // parked
    let (_, callee) = try scene.talking()
    _ = Referring(callee, to: "*70")
    scene.world.run { callee.state == .ended }
    scene.world.run(for: .seconds(1))
  }
  try play { scene in  // back to the parker, which rings
    let (_, callee) = try scene.talking()
    _ = Referring(callee, to: "*70")
    scene.world.run { callee.state == .ended }
    scene.bob.habit = .ring
    scene.world.run(for: .seconds(65))
  }
  try play { scene in  // ending
    let (caller, _) = try scene.talking()
    caller.hangUp()
    scene.world.run(for: .seconds(1))
  }
  return caught
}

@Suite struct Checkpoints {
  @Test func everyStateSurvivesWritingAndReading() throws {
    let calls = try callsInEveryState()
    #expect(
      Set(calls.map(\.call.stateWord))
        == ["ringing", "settling", "talking", "attended", "ending"])
    #expect(calls.contains { $0.call.renegotiation?.owedSequence != nil })
    #expect(calls.contains { !$0.call.relayedRequests.isEmpty })
    for (call, now) in calls {
      let bytes = call.checkpoint(at: now)
      let read = try CallMachine(checkpoint: bytes, limits: call.limits, at: now)
      #expect(read == call, "\(call.summary)")
      #expect(bytes.count < 8_000, "\(call.summary): \(bytes.count) bytes")
    }
  }

  @Test func anotherMachinesClockCountsFromTheSameElapsedTime() throws {
    let (call, now) = try #require(try callsInEveryState().first)
    let bytes = call.checkpoint(at: now)
    let elsewhere = BootInstant(nanoseconds: 5_000_000_000)
    let read = try CallMachine(checkpoint: bytes, limits: call.limits, at: elsewhere)
    #expect(elsewhere.duration(to: read.nextDeadline) == now.duration(to: call.nextDeadline))
  }

  @Test func everyTruncationIsRefused() throws {
    for (call, now) in try callsInEveryState() {
      let bytes = call.checkpoint(at: now)
      for length in stride(from: 0, to: bytes.count, by: 7) {
        #expect(throws: CheckpointError.self) {
          try CallMachine(
            checkpoint: Array(bytes.prefix(length)), limits: call.limits, at: now)
        }
      }
      #expect(throws: CheckpointError.leftover(1)) {
        try CallMachine(checkpoint: bytes + [0], limits: call.limits, at: now)
      }
    }
  }

  @Test(arguments: UInt64(1)...200)
  func garbageIsReadOrRefusedButNeverTraps(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let (call, now) = try #require(try Self.sample())
    var bytes = call.checkpoint(at: now)
    for _ in 0..<Int.random(in: 1...20, using: &random) {
      bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
        in: 0...255, using: &random)
    }
    for candidate in [bytes, bytes.shuffled(using: &random)] {
      guard
        var read = try? CallMachine(checkpoint: candidate, limits: call.limits, at: now)
      else { continue }
      // What was read must also be of use.
      let moment = Moment(boot: now, wall: WallTime(milliseconds: 0))
      _ = read.deadlinePassed(at: moment)
      _ = read.addressLost(at: moment)
    }
  }

  private static func sample() throws -> (CallMachine, BootInstant)? {
    let scene = try Scene()
    _ = try scene.talking()
    return scene.world.exchange.calls.values.first.map { ($0.machine, scene.world.now.boot) }
  }

  /// One whose parties do not know yet where it goes on.
  @Test(arguments: UInt64(1)...100)
  func garbageOfAMovingCallIsReadOrRefusedToo(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let scene = try Scene()
    let (_, callee) = try scene.talking()
    callee.thinks = .seconds(5)
    scene.world.loseSite()
    scene.world.run(for: .seconds(2))
    let now = scene.world.now
    let call = try #require(scene.world.exchange.calls.values.first?.machine)
    try #require(call.moves.count == 1)
    var bytes = call.checkpoint(at: now.boot)
    #expect(try CallMachine(checkpoint: bytes, limits: call.limits, at: now.boot) == call)
    let place = Int.random(in: max(0, bytes.count - 60)..<bytes.count, using: &random)
    bytes[place] = UInt8.random(in: 0...255, using: &random)
    guard var read = try? CallMachine(checkpoint: bytes, limits: call.limits, at: now.boot) else {
      return
    }
    _ = read.deadlinePassed(at: now)
    _ = read.addressLost(at: now)
  }

  @Test func everyKindOfStepOfAFlowIsReadAsItWasWritten() throws {
    let sound = SoundReference(
      id: SoundID(UUIDv7(high: 8, low: 1)), digest: Array(repeating: 0xAB, count: 32))
    let someone = Fixture.extensionID("102")
    let hours = FlowHours(
      WeeklyHours(
        [.init(days: 0b1_1111, from: 480, to: 1_020)], isComplement: true, holidays: "DE-BY"),
      except: [
        .init(from: CalendarDay(2026, 12, 24), through: CalendarDay(2027, 1, 1), isOpen: true)
      ])
    let menu = CallFlow.Menu(
      prompt: sound, language: "de", choices: ["1": "a", "#": "b"], patience: .seconds(3),
      repeats: 1)
    let callers: [AnsweringRule.Callers] = [
      .anyone, .colleagues, .outside, .withheld, .numbers(["+4420*", "101"]), .contacts,
      .group("family"), .vip, .strangers,
    ]
    let actions: [CallFlow.Action] =
      [
        .hours(hours), .night(of: nil), .night(of: someone), .called(["+442079460102"]),
        .ring(someone, for: .seconds(20)), .ring(someone, for: nil),
        .outside("07700900123", for: nil), .menu(menu), .queue(someone), .announcement(sound),
        .mailbox(someone, greeting: sound),
        .mailbox(someone, greeting: nil), .extension(someone), .hangUp(.busy),
      ] + callers.map { .caller($0) }
    let steps = actions.enumerated().map { number, action in
      ("step \(number)", CallFlow.Step(action, then: "a", otherwise: number % 2 == 0 ? "b" : nil))
    }
    let flow = CallFlow(start: "step 0", steps: Dictionary(uniqueKeysWithValues: steps))
    let now = BootInstant(nanoseconds: 1)
    var writer = CheckpointWriter(at: now)
    writer.write(flow)
    let bytes = writer.bytes
    var reader = CheckpointReader(bytes, at: now)
    #expect(try reader.read(CallFlow.self) == flow && reader.left == 0)
    for count in 0..<bytes.count {
      var short = CheckpointReader(Array(bytes[..<count]), at: now)
      #expect(throws: CheckpointError.self) { try short.read(CallFlow.self) }
    }
  }

  @Test func anUnknownVersionIsNamed() throws {
    #expect(throws: CheckpointError.unknownVersion(255)) {
      try CallMachine(
        checkpoint: [255, 1, 2, 3], limits: ExchangeLimits(), at: BootInstant(nanoseconds: 0))
    }
  }

  @Test func aCheckpointComesBeforeTheMessageThatItDescribes() throws {
    let scene = try Scene()
    var actions: [ExchangeAction] = []
    let invite = try invite(of: scene)
    actions = scene.world.exchange.receive(
      .request(invite), over: Flow(local: Fixture.trunks, remote: Fixture.carrier),
      at: scene.world.now)
    let checkpoint = try #require(actions.firstIndex { $0.isCheckpoint })
    let sent = try #require(actions.firstIndex { $0.isSend })
    #expect(checkpoint < sent)
    let offered = try #require(actions.firstIndex { $0.isRecord })
    #expect(offered < sent)
  }

  private func invite(of scene: Scene) throws -> SIPRequest {
    var invite = scene.carrier.request(
      .invite, to: SIPURI(user: "+442079460102", host: "127.0.1.10"))
    invite.headers.vias = [
      Via(
        transport: "UDP", host: "127.0.9.9", port: 5060,
        parameters: [SIPParameter("branch", "z9hG4bKx")])
    ]
    return invite
  }

  @Test func theSummaryIsForPeople() throws {
    let scene = try Scene()
    let call = scene.alice.call("07700900123")
    #expect(scene.world.run { call.state == .talking })
    scene.world.run(for: .seconds(1))
    let envelope = try #require(scene.world.checkpoints.values.first)
    #expect(envelope.summary == "101 → +447700900123, talking")
    #expect(envelope.address == Fixture.phonesAddress)
    #expect(envelope.epoch == Fixture.epoch)
    call.hangUp()
    scene.world.run(for: .seconds(1))
    #expect(scene.world.checkpoints.isEmpty)
  }
}

extension CallMachine {
  fileprivate var stateWord: String {
    switch state {
    case .ringing: "ringing"
    case .settling: "settling"
    case .holdingBack: "holding back"
    case .talking: "talking"
    case .attended: "attended"
    case .ending: "ending"
    }
  }
}

extension ExchangeAction {
  fileprivate var isCheckpoint: Bool { if case .checkpoint = self { true } else { false } }
  fileprivate var isSend: Bool { if case .send = self { true } else { false } }
  fileprivate var isRecord: Bool { if case .record = self { true } else { false } }
}
