import CallFlows
import NodeContract
import Testing

/// A flow with one fault, and what must be found.
struct PlantedFault: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let kind: FlowFinding.Kind
  let step: String?
  let flow: CallFlow

  init(
    _ name: String, _ kind: FlowFinding.Kind, at step: String?, _ steps: [String: CallFlow.Step],
    start: String = "start"
  ) {
    testDescription = name
    self.kind = kind
    self.step = step
    flow = CallFlow(start: start, steps: steps)
  }
}

private typealias F = FlowFixture

@Suite struct FlowCheckTests {
  static let faults = [
    PlantedFault("begins nowhere", .unknownStep, at: nil, ["box": F.box], start: "strat"),
    PlantedFault(
      "a test leads nowhere", .unknownStep, at: "start",
      ["start": F.test(F.office(), "desk", or: "box"), "box": F.box]),
    PlantedFault(
      "a key leads nowhere", .unknownStep, at: "start",
      ["start": F.menu(["1": "sales"], or: "box"), "box": F.box]),
    PlantedFault(
      "nobody answers, and then?", .deadEnd, at: "start", ["start": F.ring(101, or: nil)]),
    PlantedFault("said, and then?", .deadEnd, at: "start", ["start": F.say(then: nil)]),
    PlantedFault(
      "a test with one way", .deadEnd, at: "start",
      ["start": F.test(F.office(), nil, or: "box"), "box": F.box]),
    PlantedFault(
      "the queue has no way out", .deadEnd, at: "start",
      ["start": CallFlow.Step(.queue(F.id(110)))]),
    PlantedFault(
      "a menu waits for ever", .menuWithoutTimeout, at: "start",
      ["start": F.menu(["1": "box"], or: nil), "box": F.box]),
    PlantedFault(
      "a menu without keys", .menuWithoutKeys, at: "start",
      ["start": F.menu([:], or: "box"), "box": F.box]),
    PlantedFault(
      "two ring in turn for ever", .loop, at: "other",
      ["start": F.ring(101, or: "other"), "other": F.ring(102, or: "start")]),
    PlantedFault("it says so for ever", .loop, at: "start", ["start": F.say(then: "start")]),
    PlantedFault(
      "tests ask one another", .loop, at: "again",
      [
        "start": F.test(F.office(), "box", or: "again"),
        "again": F.test(.caller(.vip), "box", or: "start"), "box": F.box,
      ]),
    PlantedFault(
      "a menu asks itself until somebody presses", .loop, at: "start",
      ["start": F.menu(["1": "box"], or: "start"), "box": F.box]),
    PlantedFault(
      "nothing leads there", .unreachable, at: "attic",
      ["start": F.ring(101, or: "box"), "attic": F.ring(102, or: "box"), "box": F.box]),
    PlantedFault(
      "asked twice, the second time in vain", .unreachable, at: "desk",
      [
        "start": F.test(F.office(), "box", or: "again"),
        "again": F.test(F.office(), "desk", or: "box"), "desk": F.ring(101, or: "box"),
        "box": F.box,
      ]),
    PlantedFault(
      "a colleague who shows no number", .unreachable, at: "desk",
      [
        "start": F.test(.caller(.colleagues), "hidden", or: "box"),
        "hidden": F.test(.caller(.withheld), "desk", or: "box"),
        "desk": F.ring(101, or: "box"), "box": F.box,
      ]),
    PlantedFault(
      "rings who is gone", .unknownTarget, at: "start",
      ["start": F.ring(999, or: "box"), "box": F.box]),
    PlantedFault(
      "waits where no queue is", .unknownTarget, at: "start",
      ["start": CallFlow.Step(.queue(F.id(101)), otherwise: "box"), "box": F.box]),
    PlantedFault(
      "speaks to where no mailbox is", .unknownTarget, at: "start",
      ["start": CallFlow.Step(.mailbox(F.id(101), greeting: nil))]),
    PlantedFault(
      "rings a menu", .unknownTarget, at: "start",
      ["start": F.ring(120, or: "box"), "box": F.box]),
    PlantedFault(
      "rings whoever is paged", .unknownTarget, at: "start",
      ["start": F.ring(150, or: "box"), "box": F.box]),
    PlantedFault(
      "hands over to whoever is paged", .unknownTarget, at: "start",
      ["start": CallFlow.Step(.extension(F.id(150)))]),
    PlantedFault(
      "rings itself", .unknownTarget, at: "start",
      ["start": F.ring(200, or: "box"), "box": F.box]),
    PlantedFault(
      "asks whether it is night at nobody's", .unknownTarget, at: "start",
      ["start": F.test(.night(of: F.id(999)), "box", or: "box"), "box": F.box]),
    PlantedFault(
      "calls for help", .unknownTarget, at: "start",
      ["start": CallFlow.Step(.outside("999", for: nil), otherwise: "box"), "box": F.box]),
    PlantedFault(
      "calls what nobody can dial", .unknownTarget, at: "start",
      ["start": CallFlow.Step(.outside("42", for: nil), otherwise: "box"), "box": F.box]),
    PlantedFault(
      "calls a colleague outside", .unknownTarget, at: "start",
      ["start": CallFlow.Step(.outside("101", for: nil), otherwise: "box"), "box": F.box]),
    PlantedFault(
      "calls its own number outside", .unknownTarget, at: "start",
      [
        "start": CallFlow.Step(.outside("02079460201", for: nil), otherwise: "box"), "box": F.box,
      ]),
    PlantedFault(
      "keeps holidays of nowhere", .unknownTarget, at: "start",
      [
        "start": F.test(F.office(holidays: "XX"), "desk", or: "box"),
        "desk": F.ring(101, or: "box"), "box": F.box,
      ]),
    PlantedFault(
      "hands over to itself", .loop, at: "start", ["start": CallFlow.Step(.extension(F.owner))]),
    PlantedFault(
      "hands over to who hands back", .loop, at: "start",
      ["start": CallFlow.Step(.extension(F.id(130)))]),
    PlantedFault(
      "hands over to a queue that sends back", .loop, at: "start",
      ["start": CallFlow.Step(.extension(F.id(140)))]),
    PlantedFault(
      "hours of no day", .emptyHours, at: "start",
      [
        "start": F.test(.hours(FlowHours(WeeklyHours([]))), "desk", or: "box"),
        "desk": F.ring(101, or: "box"), "box": F.box,
      ]),
    PlantedFault(
      "hours that overlap", .overlappingHours, at: "start",
      [
        "start": F.test(
          .hours(
            FlowHours(
              WeeklyHours([
                WeeklyHours.Span(days: 0b1, from: 540, to: 1_020),
                WeeklyHours.Span(days: 0b11, from: 1_000, to: 1_200),
              ]))), "desk", or: "box"),
        "desk": F.ring(101, or: "box"), "box": F.box,
      ]),
    PlantedFault(
      "Sunday's night goes on into Monday's", .overlappingHours, at: "start",
      [
        "start": F.test(
          .hours(
            FlowHours(
              WeeklyHours([
                WeeklyHours.Span(days: 0b100_0000, from: 1_320, to: 360),
                WeeklyHours.Span(days: 0b1, from: 300, to: 600),
              ]))), "desk", or: "box"),
        "desk": F.ring(101, or: "box"), "box": F.box,
      ]),
    PlantedFault(
      "a group of nobody", .pointlessTest, at: "start",
      ["start": F.test(.caller(.group("Pilots")), "box", or: "box"), "box": F.box]),
    PlantedFault(
      "asks for a number that leads elsewhere", .pointlessTest, at: "start",
      ["start": F.test(.called(["+442079460999"]), "box", or: "box"), "box": F.box]),
    PlantedFault(
      "open day and night", .pointlessTest, at: "start",
      [
        "start": F.test(
          .hours(FlowHours(WeeklyHours([WeeklyHours.Span(days: 0x7F, from: 0, to: 1_440)]))),
          "box", or: "box"), "box": F.box,
      ]),
    PlantedFault(
      "at night everybody is cut off", .reachesNobody, at: "end",
      ["start": F.test(F.office(), "box", or: "end"), "box": F.box, "end": F.end]),
    PlantedFault(
      "strangers hear a menu of goodbyes", .reachesNobody, at: "end",
      [
        "start": F.test(.caller(.contacts), "box", or: "menu"),
        "menu": F.menu(["1": "say"], or: "end"), "say": F.say(then: "end"), "box": F.box,
        "end": F.end,
      ]),
  ]

  @Test(arguments: faults) func aPlantedFaultIsFound(_ fault: PlantedFault) throws {
    let findings = FlowFixture.check(fault.flow)
    let finding = try #require(
      findings.first { $0.kind == fault.kind && $0.step == fault.step }, "\(findings)")
    #expect(!finding.text.isEmpty && !finding.remedy.isEmpty)
    // Nothing is called an error that is none.
    let others = findings.filter { $0.kind.isError && $0 != finding }
    #expect(
      fault.kind.isError || others.isEmpty, "\(others)")
  }

  @Test func everyKindOfFaultIsPlanted() {
    let planted = Set(Self.faults.map(\.kind)).union([.tooManyCases])
    #expect(planted == Set(FlowFinding.Kind.allCases))
  }

  static let sound: [CallFlow] = [
    F.flow(["start": F.box]),
    F.flow(["start": F.ring(101, or: "box"), "box": F.box]),
    F.flow([
      "start": F.test(.night(of: nil), "box", or: "hours"),
      "hours": F.test(
        F.office(
          holidays: "GB-ENG",
          except: [
            FlowHours.Exception(
              from: CalendarDay(2026, 12, 24), through: CalendarDay(2026, 12, 24), isOpen: false)
          ]), "vip", or: "box"),
      "vip": F.test(.caller(.group("Customers")), "queue", or: "menu"),
      "queue": CallFlow.Step(.queue(F.id(110)), otherwise: "box"),
      "menu": F.menu(["1": "desk", "2": "mobile", "9": "menu"], or: "desk"),
      "desk": F.ring(101, or: "mobile"),
      "mobile": CallFlow.Step(.outside("07700900123", for: .seconds(20)), otherwise: "box"),
      "box": F.box,
    ]),
    F.flow([
      "start": F.test(.called(["+442079460200"]), "say", or: "hand"), "say": F.say(then: "desk"),
      "desk": F.ring(102, or: "box"), "hand": CallFlow.Step(.extension(F.id(120))),
      "box": F.box,
    ]),
    F.flow([
      "start": F.test(.caller(.numbers(["+4420*", "101"])), "desk", or: "box"),
      "desk": F.ring(102, or: "box"), "box": F.box,
    ]),
  ]

  @Test(arguments: sound) func inASoundFlowNothingIsFound(_ flow: CallFlow) {
    #expect(FlowFixture.check(flow).isEmpty)
  }

  @Test func whoReachesNobodyIsNamedWithATime() throws {
    let finding = try #require(
      FlowFixture.check(
        F.flow([
          "start": F.test(.caller(.withheld), "hours", or: "box"),
          "hours": F.test(F.office(), "box", or: "end"), "box": F.box, "end": F.end,
        ])
      ).first)
    #expect(finding.kind == .reachesNobody && finding.step == "end")
    let example = try #require(finding.example)
    #expect(example.caller == nil && example.called == "+442079460200")
    // The first minute of the year's first day that is no hour.
    #expect(example.time == LocalTime(F.today, minute: 0))
    #expect(
      finding.text.contains("somebody without a number")
        && finding.text.contains("mon 2026-11-23 at 00:00"))
  }

  @Test func moreCasesThanAreTriedAreTold() {
    let switches = [101, 102, 110, 120, 130, 140, 200].map { F.id($0) }
    var steps = ["box": F.box]
    for (place, id) in switches.enumerated() {
      let next = place + 1 < switches.count ? "s\(place + 1)" : "box"
      steps["s\(place)"] = F.test(.night(of: id), next, or: next)
    }
    let findings = FlowFixture.check(F.flow(steps, from: "s0"))
    #expect(findings.contains { $0.kind == .tooManyCases })
  }
}
