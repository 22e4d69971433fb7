import NodeContract
import Tenancy
import Testing

struct AnsweringRuleTests {
  private func problem(_ line: NewAnsweringRule) -> String? {
    let good = NewAnsweringRule(occasion: "always", action: "ring")
    do {
      _ = try AnsweringRule.lines([good, line])
      return nil
    } catch {
      return error.field
    }
  }

  @Test func aLineThatIsWrongIsNamedWithWhatIsWrongInIt() {
    #expect(problem(.init(occasion: "sometimes", action: "ring")) == "items.1.when")
    #expect(problem(.init(occasion: "busy", after: 3, action: "ring")) == "items.1.after")
    #expect(problem(.init(occasion: "no-answer", after: 0, action: "ring")) == "items.1.after")
    #expect(problem(.init(occasion: "busy", callers: "boss", action: "ring")) == "items.1.from")
    #expect(
      problem(.init(occasion: "busy", callers: "numbers", action: "ring")) == "items.1.numbers")
    #expect(problem(.init(occasion: "busy", numbers: ["1"], action: "ring")) == "items.1.numbers")
    #expect(problem(.init(occasion: "busy", action: "forward")) == "items.1.to")
    #expect(problem(.init(occasion: "busy", action: "ring", target: "102")) == "items.1.to")
    #expect(problem(.init(occasion: "busy", action: "forward", target: "sip:a@b")) == "items.1.to")
    #expect(problem(.init(occasion: "busy", action: "explode")) == "items.1.then")
    #expect(
      problem(.init(occasion: "busy", outsideHours: true, action: "ring")) == "items.1.hours")
    let name = String(repeating: "x", count: 65)
    #expect(problem(.init(name: name, occasion: "busy", action: "ring")) == "items.1.name")
    #expect(
      problem(.init(occasion: "busy", called: ["+44 1"], action: "ring")) == "items.1.called")
  }

  @Test(arguments: ["1*2", "*", "", "+", "44+", "12345678901234567", "a"])
  func whatNobodyShowsIsNoNumber(text: String) {
    let line = NewAnsweringRule(
      occasion: "busy", callers: "numbers", numbers: [text], action: "ring")
    #expect(problem(line) == "items.1.numbers")
  }

  @Test(arguments: ["9:00", "24:01", "09:60", "0900", "", "٠٩:00", "-1:00"])
  func whatNoClockShowsIsNoTime(text: String) {
    for hours in [("08:00", text), (text, "08:00")] {
      let line = NewAnsweringRule(
        occasion: "busy", hours: [.init(days: ["mon"], from: hours.0, to: hours.1)],
        action: "ring")
      #expect(problem(line) == "items.1.hours")
    }
  }

  @Test func thereAreOnlySoManyLines() {
    let line = NewAnsweringRule(occasion: "busy", action: "ring")
    #expect(throws: Never.self) {
      try AnsweringRule.lines(Array(repeating: line, count: AnsweringRule.mostLines))
    }
    #expect(throws: InvalidField.self) {
      try AnsweringRule.lines(Array(repeating: line, count: AnsweringRule.mostLines + 1))
    }
  }

  @Test func aLineIsShownAsItWasGiven() throws {
    let lines = [
      NewAnsweringRule(
        name: "at night", occasion: "always", callers: "outside",
        hours: [.init(days: ["mon", "fri", "sun"], from: "09:05", to: "24:00")],
        outsideHours: true, holidays: "GB-SCT", called: ["+442079460102"], action: "forward",
        target: "07700900123"),
      NewAnsweringRule(
        occasion: "no-answer", after: 7, callers: "numbers", numbers: ["+44*", "102"],
        action: "decline"),
      NewAnsweringRule(occasion: "offline", callers: "withheld", action: "busy"),
      NewAnsweringRule(occasion: "busy", callers: "colleagues", action: "ring"),
    ]
    #expect(try AnsweringRule.lines(lines).map(NewAnsweringRule.init) == lines)
  }
}
