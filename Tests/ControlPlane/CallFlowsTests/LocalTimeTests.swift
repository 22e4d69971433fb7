import CallFlows
import NodeContract
import Testing

extension LocalTime {
  /// In the second week of 1970.
  init(weekday: Int, minute: Int) { self.init(CivilDate(days: 4 + weekday), minute: minute) }

  fileprivate var shown: [Int] { [weekday, minute] }
}

@Suite struct LocalTimeTests {
  /// Berlin in 2026: summer from 29 March to 25 October, 1:00 UTC.
  static let berlin = ZoneClock(
    zone: "Europe/Berlin", offset: 3_600,
    changes: [
      .init(at: WallTime(milliseconds: 1_774_746_000_000), offset: 7_200),
      .init(at: WallTime(milliseconds: 1_792_890_000_000), offset: 3_600),
    ])

  private func berlin(_ seconds: Int64) -> LocalTime {
    LocalTime(WallTime(milliseconds: seconds * 1_000), by: Self.berlin)
  }

  @Test func clocksGoForwardAndBack() {
    // Sunday, 29 March 2026, 0:59:59 UTC, and a second later.
    #expect(berlin(1_774_745_999).shown == [6, 119])
    #expect(berlin(1_774_746_000).shown == [6, 180])
    // Sunday, 25 October: the hour from two to three comes twice.
    #expect(berlin(1_792_889_999).shown == [6, 179])
    #expect(berlin(1_792_890_000).shown == [6, 120])
  }

  @Test func daysBeforeTheEpochHaveTheirNamesToo() {
    let utc = ZoneClock.utc
    #expect(LocalTime(WallTime(milliseconds: 0), by: utc).shown == [3, 0])
    #expect(LocalTime(WallTime(milliseconds: -1), by: utc).shown == [2, 1_439])
    let west = ZoneClock(zone: "", offset: -4 * 3_600, changes: [])
    #expect(LocalTime(WallTime(milliseconds: 0), by: west).shown == [2, 1_200])
  }

  @Test func officeHoursEndOnTheMinute() {
    let office = WeeklyHours([.init(days: 0b001_1111, from: 540, to: 1_080)])
    #expect(!office.contains(LocalTime(weekday: 0, minute: 539)))
    #expect(office.contains(LocalTime(weekday: 0, minute: 540)))
    #expect(office.contains(LocalTime(weekday: 4, minute: 1_079)))
    #expect(!office.contains(LocalTime(weekday: 4, minute: 1_080)))
    #expect(!office.contains(LocalTime(weekday: 5, minute: 600)))
  }

  @Test func aNightBelongsToTheDayThatItBeginsOn() {
    // From Friday 22:00 to Saturday 6:00.
    let night = WeeklyHours([.init(days: 0b001_0000, from: 1_320, to: 360)])
    #expect(night.contains(LocalTime(weekday: 4, minute: 1_320)))
    #expect(night.contains(LocalTime(weekday: 5, minute: 0)))
    #expect(night.contains(LocalTime(weekday: 5, minute: 359)))
    #expect(!night.contains(LocalTime(weekday: 5, minute: 360)))
    #expect(!night.contains(LocalTime(weekday: 4, minute: 100)))
    #expect(!night.contains(LocalTime(weekday: 5, minute: 1_400)))
  }

  @Test func everyMinuteIsWithinTheHoursOrOutside() {
    let spans = [
      WeeklyHours.Span(days: 0b100_0001, from: 0, to: 1_440),
      WeeklyHours.Span(days: 0b000_0110, from: 700, to: 700),
    ]
    let (within, outside) = (WeeklyHours(spans), WeeklyHours(spans, isComplement: true))
    for weekday in 0..<7 {
      for minute in 0..<1_440 {
        let time = LocalTime(weekday: weekday, minute: minute)
        #expect(within.contains(time) != outside.contains(time))
      }
    }
    // The same minute twice: a whole day.
    #expect(within.contains(LocalTime(weekday: 1, minute: 700)))
    #expect(within.contains(LocalTime(weekday: 2, minute: 699)))
    #expect(!within.contains(LocalTime(weekday: 3, minute: 700)))
  }
}
