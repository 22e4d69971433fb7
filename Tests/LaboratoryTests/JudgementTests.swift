import Foundation
import Support
import Testing

/// What a drill found is judged by `Infra/lab/lib/judge.jq`.
@Suite("How a drill is judged")
struct JudgementTests {
  @Test func aDrillThatFoundNothingWrongKeptItsPromise() async throws {
    let report = try await Findings().judged()
    #expect(report.verdict == "kept")
    #expect(report.broken.isEmpty && report.late.isEmpty)
    #expect(report.records.charged == 1_075)
    #expect(report.records.posted == 1_075)
  }

  @Test func percentilesAreOfOneKindAndOneDirectionByNearestRank() async throws {
    var findings = Findings()
    findings.streams = (1...200).map { Findings.Stream(silence: Double($0)) }
    let sound = try #require(try await findings.judged().sound.first)
    #expect(sound.silenceP50Ms == 100)
    #expect(sound.silenceP99Ms == 198)
    #expect(sound.silenceMaxMs == 200)
  }

  @Test func transportsAreNotAveragedWithEachOther() async throws {
    var findings = Findings()
    findings.streams = [
      Findings.Stream(silence: 20),
      Findings.Stream(transport: "TLS, SRTP", class: "R", silence: 400),
    ]
    let report = try await findings.judged()
    #expect(report.sound.map(\.transport) == ["TLS, SRTP", "UDP"])
    #expect(report.sound.map(\.class) == ["R", "M"])
    #expect(report.sound.map(\.streams) == [1, 1])
    #expect(
      report.late == [
        "to-carrier, TLS, SRTP, toward the phone: p99 of silence 400 ms, promised 300"
      ])
  }

  @Test func silenceDecidesOnlyWhereTheGeneratorWasInTime() async throws {
    var findings = Findings()
    findings.streams[0].silence = 301
    findings.lag = 19.9
    #expect(try await findings.judged().verdict == "broken")
    findings.lag = 20
    #expect(try await findings.judged().verdict == "inconclusive")
  }

  @Test func silenceDecidesOnlyWhereTheNodeHadItsTimeBeforeTheFault() async throws {
    var findings = Findings()
    findings.emissions = [
      Findings.Emission(node: "node-a1", beginMs: -4_000, endMs: -900),
      Findings.Emission(node: "node-a1", beginMs: -600, endMs: 4_000),
    ]
    #expect(try await findings.judged().verdict == "kept")
    findings.streams[0].silence = 301
    #expect(try await findings.judged().verdict == "inconclusive")
    findings.disturbed = -1_000
    #expect(try await findings.judged().verdict == "broken")
    findings.disturbed = 0
    findings.emissions.removeFirst()
    #expect(try await findings.judged().verdict == "broken")
  }

  @Test func aCallThatIsLostDecidesHoweverLateTheGeneratorWas() async throws {
    var findings = Findings()
    findings.lag = 500
    findings.calls[0].ended = "failed"
    findings.calls[0].why = 481
    let report = try await findings.judged()
    #expect(report.verdict == "broken")
    #expect(report.broken == ["1 calls (to-carrier, UDP) lost: BYE refused with 481"])
  }

  @Test func eachKindOfCallHasALineOfItsOwn() async throws {
    var findings = Findings()
    findings.calls.append(Findings.Call(kind: "to-carrier,held", id: "c0", ended: "failed"))
    findings.calls.append(Findings.Call(kind: "to-carrier,held", id: "c0"))
    findings.calls.append(Findings.Call(transport: "TCP", class: "R", id: "c0"))
    #expect(
      try await findings.judged().kinds == [
        Report.Kind(kind: "to-carrier", transport: "TCP", class: "R", calls: 1, lost: 0),
        Report.Kind(kind: "to-carrier", calls: 1, lost: 0),
        Report.Kind(kind: "to-carrier,held", calls: 2, lost: 1),
      ])
  }

  @Test func phonesThatCameBackTooLateOrNotAtAllBreakThePromise() async throws {
    var findings = Findings()
    findings.phones = Findings.Phones()
    #expect(try await findings.judged().verdict == "kept")
    findings.phones?.back[0].registered = 998
    findings.phones?.back[0].maxMs = 60_001
    #expect(
      try await findings.judged().broken == [
        "2 of 1000 phones by TLS are not back",
        "the last phone by TLS was back after 60001 ms, promised 60000",
      ])
  }

  @Test func somebodyTakesThePlaceOfALeaderThatIsKilledAndInTime() async throws {
    var findings = Findings()
    findings.successions = [Findings.Succession(successor: "postgres-b", ms: 45_000)]
    #expect(try await findings.judged().verdict == "kept")
    findings.successions[0].ms = 45_001
    let late = try await findings.judged()
    #expect(late.verdict == "broken")
    #expect(
      late.late == [
        "postgres-b took the place of postgres-a after 45001 ms, promised 45000"
      ])
    findings.lag = 20
    #expect(try await findings.judged().verdict == "inconclusive")
    findings.successions[0].successor = nil
    #expect(try await findings.judged().broken == ["nobody took the place of postgres-a"])
  }

  @Test func aStreamThatDoesNotComeBackBreaksThePromise() async throws {
    var findings = Findings()
    findings.streams[0].dead = true
    #expect(try await findings.judged().verdict == "broken")
  }

  @Test(
    "A record that is not as the call was breaks the promise",
    arguments: [
      "missing", "one leg", "lost", "longer", "charged twice", "charged too much", "posted less",
      "free leg charged", "nobody's call",
    ])
  func aWrongRecordBreaksThePromise(fault: String) async throws {
    var findings = Findings()
    switch fault {
    case "missing": findings.legs = []
    case "one leg": findings.legs.removeLast()
    case "lost": findings.legs[0].evidence = "node-lost"
    case "longer": findings.legs[0].talkMilliseconds += 1_500
    case "charged twice": findings.legs[1].postings = 2
    case "charged too much":
      findings.legs[1].charged = 1_076
      findings.legs[1].posted = 1_076
    case "posted less": findings.legs[1].posted = 1_074
    case "free leg charged": findings.legs[0].charged = 1
    default: findings.legs.append(Findings.Leg(leg: "3", call: "other", sipCallID: "x"))
    }
    #expect(try await findings.judged().verdict == "broken")
  }

  @Test func aCallThatWasHandedOverHasALegForEachParty() async throws {
    var findings = Findings()
    findings.calls[0].parties = 3
    findings.calls[0].left = "caller"
    findings.legs[0].talkMilliseconds = 9_000
    #expect(try await findings.judged().broken.count == 1)
    findings.legs.append(
      Findings.Leg(leg: "3", sipCallID: "c0-c", direction: "outgoing", talkMilliseconds: 3_000))
    #expect(try await findings.judged().verdict == "kept")
    findings.calls[0].left = "callee"
    #expect(
      try await findings.judged().broken == [
        "c0 (to-carrier, UDP): incoming leg talked 9000 ms, not 12 s"
      ])
  }

  @Test func whoTakesAParkedCallCallsInAndComesLate() async throws {
    var findings = Findings()
    findings.calls[0].state = "parked"
    findings.calls[0].parties = 3
    findings.calls[0].left = "callee"
    findings.legs.append(Findings.Leg(leg: "3", sipCallID: "taken", talkMilliseconds: 3_000))
    #expect(try await findings.judged().verdict == "kept")
    findings.legs[0].talkMilliseconds = 3_000
    #expect(try await findings.judged().verdict == "broken")
  }

  @Test func aParkedCallMayRemindWhoParkedItAndWaitsOn() async throws {
    var findings = Findings()
    findings.calls[0].state = "parked"
    findings.calls[0].parties = 3
    findings.calls[0].left = "callee"
    findings.legs += [
      Findings.Leg(leg: "3", sipCallID: "taken", talkMilliseconds: 3_000),
      Findings.Leg(
        leg: "4", sipCallID: "reminder", direction: "outgoing", outcome: "busy", talkMilliseconds: 0
      ),
    ]
    #expect(try await findings.judged().verdict == "kept")
    findings.legs[3].outcome = "answered"
    #expect(try await findings.judged().verdict == "broken")
  }

  @Test func whereAMenuLedHasALegOfItsOwn() async throws {
    var findings = Findings()
    findings.calls[0].exchange = true
    findings.legs.append(
      Findings.Leg(leg: "3", sipCallID: "menu", direction: "outgoing", outcome: "forwarded"))
    #expect(try await findings.judged().verdict == "kept")
    findings.calls[0].exchange = false
    #expect(try await findings.judged().verdict == "broken")
  }

  @Test func aCallOfTheExchangeItselfHasOneLegAndCostsNothing() async throws {
    var findings = Findings()
    findings.calls[0].parties = 1
    findings.calls[0].exchange = true
    #expect(try await findings.judged().verdict == "broken")
    findings.legs.removeLast()
    #expect(try await findings.judged().verdict == "kept")
    findings.legs[0].talkMilliseconds = 10_000
    #expect(try await findings.judged().verdict == "broken")
  }

  @Test func ofARecordedCallNoMoreIsMissingThanTheFaultTook() async throws {
    var findings = Findings()
    findings.calls[0].state = "recorded"
    #expect(try await findings.judged().broken == ["c0 (to-carrier, UDP) has 0 recordings"])
    // A file of 5 s, a second under way to it, what the fault may silence, and a second to begin with.
    for (milliseconds, verdict) in [
      (12_000, "kept"), (13_001, "broken"), (4_700, "kept"), (4_699, "broken"),
    ] {
      findings.sounds = [Findings.Sound(milliseconds: milliseconds)]
      #expect(try await findings.judged().verdict == verdict)
    }
    // Each process that dies takes a file.
    findings.deaths = 2
    findings.calls[0].seconds = 14
    findings.legs[0].talkMilliseconds = 13_000
    findings.legs[1].talkMilliseconds = 13_000
    for (milliseconds, verdict) in [(400, "kept"), (399, "broken")] {
      findings.sounds = [Findings.Sound(milliseconds: milliseconds)]
      #expect(try await findings.judged().verdict == verdict)
    }
    findings.adopts = false
    findings.sounds = [Findings.Sound(milliseconds: 10_999)]
    #expect(try await findings.judged().verdict == "broken")
  }

  @Test func aMessageIsThereOnceAndNobodyCutItShort() async throws {
    var findings = Findings()
    findings.calls[0].state = "speaking"
    findings.calls[0].parties = 1
    findings.calls[0].exchange = true
    findings.legs.removeLast()
    #expect(try await findings.judged().broken == ["c0 (to-carrier, UDP) has 0 messages"])
    findings.sounds = [Findings.Sound(kind: "message", milliseconds: 9_000, ending: "hung-up")]
    #expect(try await findings.judged().verdict == "kept")
    findings.sounds[0].ending = "cut"
    #expect(
      try await findings.judged().broken == ["c0 (to-carrier, UDP): the message ended by cut"])
  }

  @Test func whoIsAskedBeforeItTakesTheCallHasTalkedForLongerThanItsCaller() async throws {
    var findings = Findings()
    findings.calls[0].state = "following"
    findings.legs[0].talkMilliseconds = 12_000
    findings.legs[1].talkMilliseconds = 30_000
    findings.legs[1].billedSeconds = 30
    findings.legs[1].charged = 2_688
    findings.legs[1].posted = 2_688
    findings.legs.append(
      Findings.Leg(leg: "3", sipCallID: "step", direction: "outgoing", outcome: "forwarded"))
    #expect(try await findings.judged().broken == [])
    findings.legs[1].talkMilliseconds = 10_900
    findings.legs[1].billedSeconds = 11
    findings.legs[1].charged = 985
    findings.legs[1].posted = 985
    #expect(
      try await findings.judged().broken == [
        "c0 (to-carrier, UDP): outgoing leg talked 10900 ms, not 12 s"
      ])
  }

  @Test func whoIsAskedIsLetGoWhereTheSiteIsLostAndSomebodyElseTakesTheCall() async throws {
    var findings = Findings()
    findings.moves = .across
    findings.after = Findings.Holding(holder: "node-b1", epoch: "1.9")
    findings.calls[0].state = "following"
    findings.calls[0].letGo = true
    findings.calls[0].parties = 3
    findings.legs[1].outcome = "no-answer"
    findings.legs[1].evidence = "node-lost"
    findings.legs.append(
      Findings.Leg(leg: "3", sipCallID: "next", direction: "outgoing", talkMilliseconds: 12_000))
    #expect(try await findings.judged().broken == [])
    findings.legs[1].postings = 2
    #expect(try await findings.judged().verdict == "broken")
  }

  @Test(
    "Within the site nobody is let go who was asked, or heard a message",
    arguments: ["following", "hearing"])
  func withinTheSiteNobodyIsLetGo(state: String) async throws {
    var findings = Findings()
    findings.calls[0].state = state
    findings.calls[0].letGo = false
    #expect(try await findings.judged().broken == [])
    findings.calls[0].letGo = true
    #expect(
      try await findings.judged().broken == [
        "1 calls (to-carrier, UDP) were let go before anybody wanted that"
      ])
  }

  @Test func aCallBackHasALegOfTheQueueTheAgentAndWhoAskedForIt() async throws {
    var findings = Findings()
    findings.calls[0].state = "awaiting"
    findings.calls[0].exchange = true
    findings.legs = [
      Findings.Leg(leg: "1", sipCallID: "queue", talkMilliseconds: 11_000),
      Findings.Leg(leg: "2", sipCallID: "agent", direction: "outgoing", talkMilliseconds: 14_000),
      Findings.Leg(leg: "3", sipCallID: "c0", direction: "outgoing"),
    ]
    #expect(try await findings.judged().broken == [])
    findings.legs[2].talkMilliseconds = 10_000
    #expect(
      try await findings.judged().broken == [
        "c0 (to-carrier, UDP): outgoing leg talked 10000 ms, not 12 s"
      ])
    findings.legs.removeLast()
    #expect(try await findings.judged().broken == ["c0 has no record"])
  }

  @Test func halvesOfAMillionthAreRoundedToEven() async throws {
    var findings = Findings()
    // 6 s at 0.005375 a minute are 537.5 millionths.
    findings.calls[0].seconds = 6
    for leg in findings.legs.indices { findings.legs[leg].talkMilliseconds = 6_000 }
    findings.legs[1].billedSeconds = 6
    for (amount, verdict) in [(537, "broken"), (538, "kept")] {
      findings.legs[1].charged = amount
      findings.legs[1].posted = amount
      #expect(try await findings.judged().verdict == verdict)
    }
  }

  @Test func theHeirIsToHoldWhatMovesAndNobodyElseWhatStays() async throws {
    var findings = Findings()
    #expect(try await findings.judged().verdict == "kept")
    findings.moves = .toTheHeir
    #expect(try await findings.judged().verdict == "broken")
    findings.after = Findings.Holding(holder: "node-a2", heir: "node-a1", epoch: "1.9")
    #expect(try await findings.judged().verdict == "kept")
    findings.moves = .nowhere
    #expect(try await findings.judged().verdict == "broken")
  }

  @Test func whatALostSiteHeldIsToBeHeldByWhoeverStoodByElsewhere() async throws {
    var findings = Findings()
    findings.moves = .across
    findings.after = Findings.Holding(holder: "node-a2", epoch: "1.9")
    #expect(
      try await findings.judged().broken == [
        "phones-a is held by node-a2 under 1.9, not by node-b1"
      ])
    findings.after = Findings.Holding(holder: "node-b1", epoch: "1.9")
    #expect(try await findings.judged().verdict == "kept")
    findings.after = Findings.Holding(holder: "node-b1")
    #expect(try await findings.judged().verdict == "broken")
  }

  @Test func whoReturnsByItselfToAnotherSiteMayTakeItsTimeButHasToReturn() async throws {
    var findings = Findings()
    findings.moves = .across
    findings.after = Findings.Holding(holder: "node-b1", epoch: "1.9")
    findings.streams = [Findings.Stream(transport: "TCP", class: "R", silence: 9_000)]
    #expect(try await findings.judged().verdict == "kept")
    findings.streams[0].dead = true
    #expect(try await findings.judged().verdict == "broken")
    findings.streams = [Findings.Stream(silence: 9_000)]
    #expect(try await findings.judged().verdict == "broken")
  }

  @Test func whereNobodyCarriedOnThePromiseIsBroken() async throws {
    var findings = Findings()
    findings.adoption = nil
    #expect(try await findings.judged().broken == ["nobody carried on"])
  }

  @Test func whereNobodyHasToCarryOnNobodyIsMissed() async throws {
    var findings = Findings()
    findings.adoption = nil
    findings.adopts = false
    #expect(try await findings.judged().verdict == "kept")
  }

  @Test func twoMaySendFromOneAddressForASecondAndNoLonger() async throws {
    var findings = Findings()
    findings.emissions = [
      Findings.Emission(node: "node-a1", beginMs: -4_000, endMs: 1_500),
      Findings.Emission(node: "node-a2", beginMs: 500, endMs: 9_000),
      // Another address is another matter.
      Findings.Emission(node: "node-a2", address: "trunks-a", beginMs: -4_000, endMs: 9_000),
    ]
    #expect(try await findings.judged().verdict == "kept")
    findings.emissions[0].endMs = 1_501
    #expect(
      try await findings.judged().broken == [
        "node-a1 and node-a2 sent from phones-a for 1001 ms both"
      ])
  }

  @Test func whatASideCannotDoAfterwardsBreaksThePromise() async throws {
    var findings = Findings()
    findings.calls[0].by = "callee"
    findings.deeds = [
      Findings.Deed(side: "caller", deed: "hold", ms: 4), Findings.Deed(deed: "hold", ms: 8),
      Findings.Deed(deed: "hold", ms: 12),
    ]
    let report = try await findings.judged()
    #expect(report.verdict == "kept")
    #expect(
      report.deeds == [
        Report.Deed(side: "callee", deed: "bye", calls: 1, failed: 0),
        Report.Deed(side: "callee", deed: "hold", calls: 2, failed: 0, p50Ms: 8, maxMs: 12),
        Report.Deed(side: "caller", deed: "hold", calls: 1, failed: 0, p50Ms: 4, maxMs: 4),
      ])
    findings.deeds[2].why = 481
    #expect(
      try await findings.judged().broken == [
        "hold by the callee failed in 1 of 2 calls by UDP (to-carrier): 481"
      ])
  }

  @Test func whoWasAwaySendsNothingMoreFromWhatItLost() async throws {
    var findings = Findings()
    findings.silentOnceBack = true
    findings.returned = 8_000
    findings.emissions = [
      Findings.Emission(node: "node-a1", beginMs: -4_000, endMs: 7_999),
      Findings.Emission(node: "node-a2", beginMs: 7_500, endMs: 12_000),
    ]
    #expect(try await findings.judged().verdict == "kept")
    findings.emissions.append(Findings.Emission(node: "node-a1", beginMs: 8_040, endMs: 8_041))
    #expect(
      try await findings.judged().broken == [
        "node-a1 sent from phones-a until 41 ms after it was back"
      ])
    findings.silentOnceBack = nil
    #expect(try await findings.judged().verdict == "kept")
  }

  @Test func aDrillThatDoesNotExistIsRefusedWithThoseThatDo() async throws {
    let finished = try await ChildProcess.run(
      Repository.root.appending(path: "Infra/lab/drill").path, ["flood"])
    #expect(finished.status == 2)
    #expect(finished.output.contains("no drill flood"))
    #expect(finished.output.contains("node-machine"))
  }
}

/// One call to the carrier that was as it should be, until a test changes it.
private struct Findings {
  struct Stream: Encodable {
    var kind = "to-carrier"
    var transport = "UDP"
    var `class` = "M"
    var toward = "phone"
    var silence = 20.0
    var lost = 0
    var dead = false
  }

  struct Call: Encodable {
    var kind = "to-carrier"
    var transport = "UDP"
    var `class` = "M"
    var id = "c0"
    var ended = "ok"
    var why = 0
    var seconds = 12.0
    var by: String?
    var byeMs: Double?
    /// Who handed the call over.
    var left: String?
    var parties = 2
    /// Whether it called the exchange itself.
    var exchange = false
    var state = "talking"
    var letGo: Bool?
  }

  /// What was recorded of a call, or left as a message.
  struct Sound: Encodable {
    var kind = "recording"
    var call = "call"
    var milliseconds: Int
    var ending = "call-ended"
  }

  struct Leg: Encodable {
    var leg: String
    var call = "call"
    var sipCallID: String
    var direction = "incoming"
    var carrier = false
    var outcome = "answered"
    var evidence = "signalled"
    var talkMilliseconds = 12_000
    var billedSeconds: Int?
    var charged: Int?
    var postings = 0
    var posted: Int?
  }

  /// Where addresses are to go.
  enum Moves: Encodable {
    case nowhere, toTheHeir, across

    func encode(to encoder: any Encoder) throws {
      var value = encoder.singleValueContainer()
      switch self {
      case .nowhere: try value.encode(false)
      case .toTheHeir: try value.encode(true)
      case .across: try value.encode("across")
      }
    }
  }

  struct Holding: Encodable {
    var address = "phones-a"
    var holder = "node-a1"
    var heir = "node-a2"
    var standby = "node-b1"
    var epoch = "1.4"
  }

  /// What a side did within a call after the fault.
  struct Deed: Encodable {
    var kind = "to-carrier"
    var transport = "UDP"
    var `class` = "M"
    var side = "callee"
    var deed: String
    var why = 0
    var ms: Double
  }

  /// How a transport's phones came back.
  struct Phones: Encodable {
    struct Back: Encodable {
      var transport = "tls"
      var phones = 1_000
      var registered = 1_000
      var maxMs = 60_000
    }
    var back = [Back()]
  }

  /// Who took the place of a leader that was killed.
  struct Succession: Encodable {
    var lost = "postgres-a"
    var successor: String?
    var ms: Int
    var promisedMs = 45_000
    var returnedAs = "replica"
  }

  /// A time in which a node sent from an address; ms after the fault.
  struct Emission: Encodable {
    var node: String
    var address = "phones-a"
    var beginMs: Int
    var endMs: Int
    var packets = 100
  }

  var streams = [Stream()]
  var calls = [Call()]
  var legs = [
    Leg(leg: "1", sipCallID: "c0"),
    Leg(
      leg: "2", sipCallID: "c0-b", direction: "outgoing", carrier: true, billedSeconds: 12,
      charged: 1_075, postings: 1, posted: 1_075),
  ]
  var sounds: [Sound] = []
  var lag = 1.0
  var moves = Moves.nowhere
  var after = Holding()
  var adoption: Double? = 90
  var adopts: Bool?
  /// Processes that carried the calls and died; nil: one.
  var deaths: Int?
  var emissions: [Emission] = []
  var deeds: [Deed] = []
  var silentOnceBack: Bool?
  var phones: Phones?
  var successions: [Succession] = []
  /// When something was done first, before the fault from which times count.
  var disturbed = 0
  /// When the node that the fault was made at was back.
  var returned: Int?

  func judged() async throws -> Report {
    let file = FileManager.default.temporaryDirectory
      .appending(path: "tandem-findings-\(UUID().uuidString).json")
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    try encoder.encode(Measures(self)).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let judge = Repository.root.appending(path: "Infra/lab/lib/judge.jq")
    let finished = try await ChildProcess.run("jq", ["--from-file", judge.path, file.path])
    try #require(finished.status == 0, "\(finished.output)")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Report.self, from: Data(finished.output.utf8))
  }
}

/// As `measures` of `Infra/lab/lib/measures.sh` prints it.
private struct Measures: Encodable {
  struct Promise: Encodable {
    var silenceP99Ms = 300
    var moves: Findings.Moves
    var adopts: Bool?
    var deaths: Int?
    var silentOnceBack: Bool?
    var backMs = 60_000
  }
  struct Generator: Encodable { var lagMs: Double }
  struct Stages: Encodable {
    var detectionMs = 5.0
    var decisionMs = 6.0
    var adoptionMs: Double?
  }
  struct Holdings: Encodable {
    var before = [Findings.Holding()]
    var after: [Findings.Holding]
  }
  struct Load: Encodable {
    var before = "0.1"
    var after = "0.1"
  }

  let drill = "test"
  let about = "nothing"
  let begun = "2026-01-01T00:00:00Z"
  let promise: Promise
  let calls: [Findings.Call]
  let streams: [Findings.Stream]
  let legs: [Findings.Leg]
  let sounds: [Findings.Sound]
  let price = 5_375_000
  let generator: Generator
  let stages: Stages
  let holdings: Holdings
  let emissions: [Findings.Emission]
  let deeds: [Findings.Deed]
  let phones: Findings.Phones?
  let successions: [Findings.Succession]
  let victim = "node-a1"
  let disturbedMs: Int
  let returnedMs: Int?
  let remarks: [String] = []
  let load = Load()

  init(_ findings: Findings) {
    promise = Promise(
      moves: findings.moves, adopts: findings.adopts, deaths: findings.deaths,
      silentOnceBack: findings.silentOnceBack)
    (emissions, returnedMs) = (findings.emissions, findings.returned)
    disturbedMs = findings.disturbed
    (deeds, phones) = (findings.deeds, findings.phones)
    successions = findings.successions
    (calls, streams, legs) = (findings.calls, findings.streams, findings.legs)
    sounds = findings.sounds
    generator = Generator(lagMs: findings.lag)
    stages = Stages(adoptionMs: findings.adoption)
    holdings = Holdings(after: [findings.after])
  }
}

private struct Report: Decodable {
  struct Sound: Decodable {
    var transport: String
    var `class`: String
    var streams: Int
    var silenceP50Ms: Double
    var silenceP99Ms: Double
    var silenceMaxMs: Double
  }
  struct Kind: Decodable, Equatable {
    var kind: String
    var transport = "UDP"
    var `class` = "M"
    var calls: Int
    var lost: Int
  }
  struct Deed: Decodable, Equatable {
    var transport = "UDP"
    var `class` = "M"
    var side: String
    var deed: String
    var calls: Int
    var failed: Int
    var p50Ms: Double?
    var maxMs: Double?
  }
  struct Records: Decodable {
    var charged: Int
    var posted: Int
  }

  var verdict: String
  var broken: [String]
  var late: [String]
  var sound: [Sound]
  var kinds: [Kind]
  var deeds: [Deed]
  var records: Records
}
