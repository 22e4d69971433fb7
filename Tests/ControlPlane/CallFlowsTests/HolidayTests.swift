import CallFlows
import NodeContract
import Testing

@Suite struct HolidayTests {
  private func name(_ code: String, _ year: Int, _ month: Int, _ day: Int) throws -> String? {
    try #require(HolidayCalendar(code)).holiday(on: CivilDate(year, month, day))
  }

  @Test(arguments: [
    (1954, 4, 18), (1981, 4, 19), (2008, 3, 23), (2019, 4, 21), (2024, 3, 31), (2025, 4, 20),
    (2026, 4, 5), (2027, 3, 28), (2028, 4, 16), (2038, 4, 25), (2076, 4, 19),
  ])
  func easterIsWhereTheChurchHasIt(year: Int, month: Int, day: Int) throws {
    #expect(try name("IT", year, month, day) == "Easter Sunday")
    #expect(CivilDate(year, month, day).weekday == 6)
  }

  @Test func datesComeAndGo() {
    #expect(CivilDate(1970, 1, 1).days == 0 && CivilDate(2000, 3, 1).days == 11_017)
    for days in stride(from: -800_000, to: 800_000, by: 97) {
      let date = CivilDate(days: days)
      #expect(CivilDate(date.year, 1, 1) <= date && date < CivilDate(date.year + 1, 1, 1))
    }
  }

  @Test func whoseHolidayFallsOnAWeekendIsFreeLater() throws {
    // Christmas 2021 was a Saturday, 2022 a Sunday.
    #expect(try name("GB-ENG", 2021, 12, 27) == "Christmas Day")
    #expect(try name("GB-ENG", 2021, 12, 28) == "Boxing Day")
    #expect(try name("GB-ENG", 2022, 12, 26) == "Boxing Day")
    #expect(try name("GB-ENG", 2022, 12, 27) == "Christmas Day")
    #expect(try name("GB-ENG", 2022, 12, 28) == nil)
    #expect(try name("GB-SCT", 2023, 1, 3) == "New Year's Day")
    #expect(try name("GB-ENG", 2023, 1, 3) == nil)
    // The fourth of July 2026 is a Saturday, the first of January 2028 one too.
    #expect(try name("US", 2026, 7, 3) == "Independence Day")
    #expect(try name("US", 2027, 12, 31) == "New Year's Day")
    #expect(try name("DE", 2026, 10, 3) == "Day of German Unity")
    #expect(try name("DE", 2026, 10, 5) == nil)
  }

  @Test func partsOfACountryHaveTheirOwn() throws {
    #expect(try name("DE-BY", 2026, 1, 6) == "Epiphany" && name("DE", 2026, 1, 6) == nil)
    #expect(try name("DE-SN", 2026, 11, 18) == "Day of Repentance")
    #expect(try name("DE-BE", 2018, 3, 8) == nil && name("DE-BE", 2019, 3, 8) != nil)
    #expect(try name("FR-67", 2026, 4, 3) == "Good Friday" && name("FR", 2026, 4, 3) == nil)
    #expect(try name("GB-SCT", 2026, 8, 3) != nil && name("GB-ENG", 2026, 8, 31) != nil)
    #expect(try name("GB-ENG", 2026, 8, 3) == nil && name("GB-SCT", 2026, 8, 31) == nil)
  }

  @Test func lawsThatChangedHoldFromTheirYear() throws {
    #expect(try name("DK", 2023, 5, 5) != nil && name("DK", 2024, 4, 26) == nil)
    #expect(try name("PL", 2024, 12, 24) == nil && name("PL", 2025, 12, 24) != nil)
    #expect(try name("IT", 2025, 10, 4) == nil && name("IT", 2026, 10, 4) != nil)
    #expect(try name("NL", 2025, 4, 26) == "King's Day" && name("NL", 2025, 4, 27) == nil)
    #expect(try name("IE", 2026, 2, 2) != nil && name("IE", 2030, 2, 1) != nil)
    #expect(try name("IE", 2030, 2, 4) == nil)
    #expect(try name("SE", 2026, 6, 20) == "Midsummer Day")
    #expect(try name("SE", 2026, 10, 31) == "All Saints' Day")
    #expect(try name("US", 2026, 11, 26) == "Thanksgiving")
  }

  @Test func thereAreCalendarsForManyAndForNobodyElse() {
    #expect(HolidayCalendar.codes.filter { !$0.contains("-") }.count >= 14)
    for code in HolidayCalendar.codes { #expect(HolidayCalendar(code)?.code == code) }
    for code in ["", "XX", "de", "DE-XX", "DE-", "DE-BY-1"] {
      #expect(HolidayCalendar(code) == nil)
    }
    for code in HolidayCalendar.codes {
      let calendar = HolidayCalendar(code)
      let free = (0..<365).count { calendar?.holiday(on: CivilDate(2027, 1, 1 + $0)) != nil }
      #expect((4...16).contains(free), "\(code): \(free)")
    }
  }

  @Test func anOfficeIsClosedOnAHolidayUntilTheMorningAfterItsNight() {
    let spans = [
      WeeklyHours.Span(days: 0b001_1111, from: 540, to: 1_080),
      WeeklyHours.Span(days: 0b001_1111, from: 1_320, to: 120),
    ]
    let hours = WeeklyHours(spans, holidays: "DE")
    // Friday, 1 May 2026.
    let (before, holiday, after) = (
      CivilDate(2026, 4, 30), CivilDate(2026, 5, 1), CivilDate(2026, 5, 2)
    )
    #expect(hours.contains(LocalTime(before, minute: 600)))
    #expect(!hours.contains(LocalTime(holiday, minute: 600)))
    // What began the evening before goes on; what would begin on the holiday does not.
    #expect(hours.contains(LocalTime(holiday, minute: 60)))
    #expect(!hours.contains(LocalTime(holiday, minute: 1_400)))
    #expect(!hours.contains(LocalTime(after, minute: 60)))
    let closed = WeeklyHours(spans, isComplement: true, holidays: "DE")
    #expect(closed.contains(LocalTime(holiday, minute: 600)))
    #expect(WeeklyHours(spans).contains(LocalTime(holiday, minute: 600)))
  }
}
