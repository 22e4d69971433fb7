import CallFlows
import NodeContract
import Testing

private typealias F = FlowFixture

@Suite struct FlowWalkTests {
  private static let office = F.flow([
    "start": F.test(.night(of: nil), "box", or: "hours"),
    "hours": F.test(
      F.office(
        holidays: "GB-ENG",
        except: [
          FlowHours.Exception(
            from: CalendarDay(2026, 12, 24), through: CalendarDay(2026, 12, 24), isOpen: true)
        ]), "menu", or: "say"),
    "menu": F.menu(["1": "desk", "2": "mobile"], or: "desk"),
    "desk": F.ring(101, or: "mobile"),
    "mobile": CallFlow.Step(.outside("07700900123", for: .seconds(20)), otherwise: "box"),
    "say": F.say(then: "box"), "box": F.box,
  ])

  private func account(
    _ call: IncomingCall, pressing keys: [String] = [], nights: Set<ExtensionID> = []
  ) -> [FlowAccount.Entry] {
    FlowAccount(
      of: Self.office, in: F.circumstances(call, nights: nights), pressing: keys
    ).entries
  }

  @Test func whoRingsWhenItIsChristmasIsSaidWithItsReasons() {
    let call = F.call(from: "+442079460999", on: CivilDate(2026, 12, 25), at: 18 * 60 + 5)
    #expect(
      account(call) == [
        .init("start", .tested(false)), .init("hours", .tested(false)),
        .init("say", .left(.heard)), .init("box", .ends),
      ])
  }

  @Test func thoseWhoRingAreInTheirOrder() {
    #expect(
      account(F.call(from: "+442079460999")) == [
        .init("start", .tested(false)), .init("hours", .tested(true)),
        .init("menu", .left(.nobody)), .init("desk", .left(.nobody)),
        .init("mobile", .left(.nobody)), .init("box", .ends),
      ])
  }

  @Test func keysAreForMenusAndThoseThatMeanNothingAreNone() {
    let call = F.call(from: nil)
    #expect(account(call, pressing: ["2"]).map(\.step).suffix(3) == ["menu", "mobile", "box"])
    #expect(
      account(call, pressing: ["7"]).map(\.step).suffix(4) == ["menu", "desk", "mobile", "box"])
    let account = FlowAccount(
      of: Self.office, in: F.circumstances(call), pressing: ["1", "5"])
    #expect(account.keysLeft == ["5"])
  }

  @Test func theSwitchGoesBeforeTheHours() {
    #expect(account(F.call(from: nil), nights: [F.owner]).map(\.step) == ["start", "box"])
    #expect(account(F.call(from: nil), nights: [F.id(101)]).count == 6)
  }

  /// The first that has the day in it, whatever the holidays say.
  @Test func exceptionsGoBeforeHolidaysAndTheWeek() {
    let eve = CivilDate(2026, 12, 24)
    #expect(account(F.call(from: nil, on: eve, at: 3)).map(\.step).contains("desk"))
    let hours = FlowHours(
      WeeklyHours([WeeklyHours.Span(days: 0x7F, from: 0, to: 1_440)]),
      except: [
        .init(from: CalendarDay(2026, 12, 24), through: CalendarDay(2027, 1, 1), isOpen: false),
        .init(from: CalendarDay(2026, 12, 31), through: CalendarDay(2026, 12, 31), isOpen: true),
      ])
    #expect(hours.contains(LocalTime(eve.advanced(by: -1), minute: 5)))
    #expect(!hours.contains(LocalTime(eve, minute: 0)))
    #expect(!hours.contains(LocalTime(CivilDate(2026, 12, 31), minute: 720)))
    #expect(!hours.contains(LocalTime(CivilDate(2027, 1, 1), minute: 1_439)))
    #expect(hours.contains(LocalTime(CivilDate(2027, 1, 2), minute: 0)))
  }

  @Test func aFlowThatLeadsNowhereIsLeft() {
    let circle = F.flow([
      "start": F.test(F.office(), "again", or: "again"),
      "again": F.test(.caller(.vip), "start", or: "start"),
    ])
    #expect(circle.way(from: "start", in: F.circumstances(F.call(from: nil))).stop == nil)
    let rings = F.flow(["start": F.ring(101, or: "start")])
    let account = FlowAccount(of: rings, in: F.circumstances(F.call(from: nil)))
    #expect(account.entries.count == CallFlow.mostStops)
    #expect(
      FlowAccount(of: F.flow([:], from: "gone"), in: F.circumstances(F.call(from: nil))).entries
        .isEmpty)
  }

  @Test func aDifferenceNamesWhatIsOtherwise() {
    var other = Self.office
    other.steps["desk"] = F.ring(102, or: "mobile")
    other.steps["say"] = nil
    other.steps["end"] = F.end
    other.start = "hours"
    let difference = FlowDifference(from: Self.office, to: other)
    #expect(
      difference.added == ["end"] && difference.removed == ["say"]
        && difference.changed == ["desk"])
    #expect(difference.start?.from == "start" && difference.start?.to == "hours")
    let none = FlowDifference(from: other, to: other)
    #expect(none.start == nil && none.added + none.removed + none.changed == [])
  }
}

@Suite struct CalendarDayTests {
  @Test(arguments: ["2026-12-24", "2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"])
  func aDayIsReadAsItIsWritten(text: String) throws {
    let day = try #require(CalendarDay(text))
    #expect(day.description == text)
    #expect(CivilDate(day).day == day && CivilDate(day).text == text)
  }

  @Test(arguments: [
    "2026-02-29", "1900-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "26-1-1",
    "2026-12-32", "0000-01-01", "+026-12-24", "2026-12-24-", "",
  ])
  func whatIsNoDayIsNone(text: String) {
    #expect(CalendarDay(text) == nil)
  }
}
