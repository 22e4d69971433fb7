import NodeContract
import Tenancy
import Testing

@Suite struct NewCallFlowTests {
  private static let desk = ExtensionID(UUIDv7(high: 1, low: 101))
  private static let sound = SoundReference(
    id: SoundID(UUIDv7(high: 2, low: 1)), digest: Array(repeating: 1, count: 32))

  private func step(
    _ action: String, then: String? = nil, otherwise: String? = nil,
    _ edit: (inout NewCallFlow.Step) -> Void = { _ in }
  ) -> NewCallFlow.Step {
    var step = NewCallFlow.Step(action, then: then, otherwise: otherwise)
    edit(&step)
    return step
  }

  private var whole: NewCallFlow {
    NewCallFlow(
      start: "night",
      steps: [
        "night": step("night", then: "box", otherwise: "open") { $0.extension = Self.desk },
        "open": step("hours", then: "who", otherwise: "say") {
          $0.hours = [.init(days: ["mon", "tue"], from: "09:00", to: "17:30")]
          $0.holidays = "GB-ENG"
          $0.exceptions = [
            .init(first: "2026-12-24", last: "2026-12-26"),
            .init(first: "2027-01-02", isOpen: true),
          ]
        },
        "who": step("caller", then: "queue", otherwise: "which") {
          $0.callers = "numbers"
          $0.numbers = ["+4420*", "101"]
        },
        "which": step("called", then: "menu", otherwise: "desk") {
          $0.numbers = ["+442079460200"]
        },
        "desk": step("ring", otherwise: "mobile") {
          $0.extension = Self.desk
          $0.seconds = 20
        },
        "mobile": step("outside", otherwise: "box") { $0.number = "07700900123" },
        "menu": step("menu", otherwise: "desk") {
          $0.sound = Self.sound.id
          $0.language = "de"
          $0.choices = ["1": "desk", "#": "end"]
          $0.patience = 7
          $0.repeats = 1
        },
        "queue": step("queue", otherwise: "hand") { $0.extension = Self.desk },
        "say": step("announcement", then: "box") { $0.sound = Self.sound.id },
        "box": step("mailbox") {
          $0.extension = Self.desk
          $0.sound = Self.sound.id
        },
        "hand": step("extension") { $0.extension = Self.desk },
        "end": step("hang-up") { $0.cause = "busy" },
      ])
  }

  private func read(_ new: NewCallFlow) throws -> CallFlow {
    try CallFlow(checking: new, sounds: [Self.sound.id: Self.sound])
  }

  @Test func aFlowIsGivenBackAsItWasWritten() throws {
    let flow = try read(whole)
    #expect(NewCallFlow(flow) == whole)
    #expect(Set(flow.steps.values.map(\.action.word)) == Set(CallFlow.Action.words))
    #expect(flow.extensions == [Self.desk] && flow.sounds == [Self.sound])
    #expect(try CallFlow(parsingBody: flow.encodedBody()) == flow)
  }

  private func mistakes(_ steps: [String: NewCallFlow.Step], start: String = "a") -> [String] {
    do throws(InvalidFlow) {
      _ = try CallFlow(checking: NewCallFlow(start: start, steps: steps))
      return []
    } catch {
      return error.fields.map(\.description)
    }
  }

  @Test func everyMistakeIsNamedByItsPlaceWithWhatWouldDo() {
    #expect(
      mistakes([
        "a": step("rong"),
        "b": step("ring", then: "a") { $0.extension = Self.desk },
        "c": step("ring") {
          $0.extension = Self.desk
          $0.seconds = 301
        },
        "d": step("queue"),
        "e": step("hang-up") { $0.cause = "answered" },
        "f": step("menu") { $0.choices = ["A": "b"] },
        "g": step("hours") { $0.hours = [.init(days: ["mo"], from: "09:00", to: "17:00")] },
        "h": step("hours") { $0.exceptions = [.init(first: "2026-02-30")] },
        "i": step("caller") { $0.callers = "friends" },
        "j": step("announcement") { $0.sound = Self.sound.id },
        "k": step("mailbox") {
          $0.extension = Self.desk
          $0.number = "102"
        },
        "l": step("outside") { $0.number = "call me" },
        "m": step("menu") { $0.language = "xx" },
      ]) == [
        "steps.a.do must be one of hours, night, caller, called, ring, outside, menu, queue, "
          + "announcement, mailbox, extension, hang-up.",
        "steps.b.then must be absent with ring.",
        "steps.c.seconds must be between 1 and 300.",
        "steps.d.extension must not be empty.",
        "steps.e.cause must be one of busy, rejected, no-answer, offline, unknown-number.",
        "steps.f.choices must be by a key, 0 to 9, * or #.",
        "steps.g.hours must be on mon, tue, wed, thu, fri, sat or sun.",
        "steps.h.except must be days like 2026-12-24, the first not after the last.",
        "steps.i.from must be anyone, colleagues, outside, withheld, numbers, contacts, group, vip "
          + "or strangers.",
        "steps.j.sound names something that does not exist.",
        "steps.k.number must be absent with mailbox.",
        "steps.l.number must be 2 to 32 digits, +, * or #.",
        "steps.m.language must be one of de, en, es, fr, it, ru.",
      ])
  }

  @Test func aFlowHasStepsAndNotTooMany() {
    #expect(mistakes([:], start: "") == ["steps must not be empty.", "start must not be empty."])
    let many = Dictionary(
      uniqueKeysWithValues: (0...CallFlow.mostSteps).map { ("s\($0)", step("hang-up")) })
    #expect(mistakes(many) == ["steps must be 100 at most."])
    let name = String(repeating: "n", count: 33)
    #expect(mistakes([name: step("hang-up")]) == ["steps must be names of 32 characters at most."])
  }
}
