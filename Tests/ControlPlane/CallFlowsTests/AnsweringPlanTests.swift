import CallFlows
import NodeContract
import Testing

@Suite struct AnsweringPlanTests {
  /// A Monday, 10:00 UTC.
  private static let monday = WallTime(milliseconds: 1_795_428_000_000)
  private static let evening = WallTime(milliseconds: 1_795_428_000_000 + 9 * 3_600_000)
  private static let office = WeeklyHours([.init(days: 0b001_1111, from: 540, to: 1_080)])

  private func call(
    from caller: String?, isInternal: Bool = false, to called: String = "+442079460101",
    at time: WallTime = monday
  ) -> IncomingCall {
    IncomingCall(caller: caller, isInternal: isInternal, called: called, time: time)
  }

  private func plan(_ rules: [AnsweringRule], _ call: IncomingCall) -> AnsweringPlan {
    AnsweringPlan(rules, for: call)
  }

  @Test func withoutRulesNothingIsDecided() {
    let plan = plan([], call(from: "+441632960001"))
    #expect(plan.arrival == nil && plan.offline == nil && plan.busy == nil && plan.noAnswer == nil)
    #expect(plan.patience == nil)
  }

  @Test func theFirstLineThatFitsDecides() {
    let rules = [
      AnsweringRule(name: "boss", on: .always, from: .numbers(["+441632960001"]), .ring),
      AnsweringRule(name: "abroad", on: .always, from: .numbers(["+49*", "+33*"]), .decline),
      AnsweringRule(name: "talking", on: .busy, .forward(to: "102")),
      AnsweringRule(name: "patience", on: .noAnswer(after: .seconds(12)), .forward(to: "103")),
      AnsweringRule(name: "late", on: .noAnswer(after: .seconds(5)), .forward(to: "104")),
    ]
    let boss = plan(rules, call(from: "+441632960001"))
    #expect(boss.arrival?.action == .ring)
    #expect(boss.busy == boss.arrival && boss.noAnswer == boss.arrival && boss.patience == nil)
    let german = plan(rules, call(from: "+4930123456"))
    #expect(german.arrival == .init(line: 1, action: .decline))
    let other = plan(rules, call(from: "+441632960002"))
    #expect(other.arrival == nil && other.offline == nil)
    #expect(other.busy == .init(line: 2, action: .forward(to: "102")))
    #expect(other.noAnswer == .init(line: 3, action: .forward(to: "103")))
    #expect(other.patience == .seconds(12))
  }

  @Test func whoIsKnownAndHowWellCounts() {
    func fits(_ callers: AnsweringRule.Callers, _ call: IncomingCall) -> Bool {
      plan([AnsweringRule(name: "", on: .always, from: callers, .busy)], call).arrival != nil
    }
    var friend = call(from: "+441632960001")
    friend.contact = ContactEntry(name: "Ann", numbers: ["+441632960001"], groups: ["friends"])
    var boss = call(from: "+441632960002")
    boss.contact = ContactEntry(name: "Boss", numbers: ["+441632960002"], isVIP: true)
    let calls = [
      friend, boss, call(from: "+441632960003"), call(from: nil),
      call(from: "102", isInternal: true),
    ]
    #expect(calls.map { fits(.contacts, $0) } == [true, true, false, false, false])
    #expect(calls.map { fits(.group("friends"), $0) } == [true, false, false, false, false])
    #expect(calls.map { fits(.group("Friends"), $0) } == [false, false, false, false, false])
    #expect(calls.map { fits(.vip, $0) } == [false, true, false, false, false])
    #expect(calls.map { fits(.strangers, $0) } == [false, false, true, false, false])
  }

  @Test func whoCallsIsJudgedAsTheCalledSeeIt() {
    func fits(_ callers: AnsweringRule.Callers, _ call: IncomingCall) -> Bool {
      plan([AnsweringRule(name: "", on: .always, from: callers, .busy)], call).arrival != nil
    }
    let hidden = call(from: nil)
    let colleague = call(from: "102", isInternal: true)
    let stranger = call(from: "+441632960001")
    #expect([hidden, colleague, stranger].map { fits(.anyone, $0) } == [true, true, true])
    #expect([hidden, colleague, stranger].map { fits(.colleagues, $0) } == [false, true, false])
    #expect([hidden, colleague, stranger].map { fits(.outside, $0) } == [true, false, true])
    #expect([hidden, colleague, stranger].map { fits(.withheld, $0) } == [true, false, false])
    #expect(
      [hidden, colleague, stranger].map { fits(.numbers(["10*"]), $0) } == [false, true, false])
  }

  @Test func timeAndTheNumberThatWasCalledCount() {
    let rules = [
      AnsweringRule(
        name: "sales at night", on: .always,
        during: WeeklyHours(Self.office.spans, isComplement: true),
        called: ["+442079460102"], .forward(to: "+447700900123"))
    ]
    #expect(plan(rules, call(from: "1", to: "+442079460102")).arrival == nil)
    #expect(plan(rules, call(from: "1", to: "+442079460102", at: Self.evening)).arrival != nil)
    #expect(plan(rules, call(from: "1", at: Self.evening)).arrival == nil)
  }
}
