public import NodeContract

/// The day and the minute of the day that clocks on the wall show.
public struct LocalTime: Hashable, Sendable {
  public let date: CivilDate
  /// 0 to 1,439.
  public let minute: Int

  public init(_ date: CivilDate, minute: Int) {
    self.date = date
    self.minute = minute
  }

  public init(_ time: WallTime, by clock: ZoneClock) {
    let seconds = time.milliseconds.floorDivided(by: 1_000) + Int64(clock.offset(at: time))
    let days = seconds.floorDivided(by: 86_400)
    date = CivilDate(days: Int(days))
    minute = Int((seconds - days * 86_400) / 60)
  }

  /// 0: Monday, … 6: Sunday.
  public var weekday: Int { date.weekday }
}

extension ZoneClock {
  /// Seconds before UTC.
  public func offset(at time: WallTime) -> Int32 {
    changes.last { $0.at <= time }?.offset ?? offset
  }
}

extension WeeklyHours {
  public func contains(_ time: LocalTime) -> Bool {
    let calendar = holidays.flatMap { HolidayCalendar($0) }
    return contains(time) { calendar?.holiday(on: $0) != nil }
  }

  /// For whoever knows the holidays of many days.
  func contains(_ time: LocalTime, isHoliday: (CivilDate) -> Bool) -> Bool {
    spans.contains { $0.contains(time, isHoliday) } != isComplement
  }
}

extension WeeklyHours.Span {
  fileprivate func contains(_ time: LocalTime, _ isHoliday: (CivilDate) -> Bool) -> Bool {
    func begins(on date: CivilDate) -> Bool {
      days & 1 << UInt8(date.weekday) != 0 && !isHoliday(date)
    }
    guard from >= to else {
      return begins(on: time.date) && time.minute >= Int(from) && time.minute < Int(to)
    }
    return begins(on: time.date) && time.minute >= Int(from)
      || begins(on: time.date.advanced(by: -1)) && time.minute < Int(to)
  }
}
