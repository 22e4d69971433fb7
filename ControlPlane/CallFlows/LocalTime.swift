public import NodeContract

/// The day of the week and the minute of the day that clocks on the wall show.
public struct LocalTime: Hashable, Sendable {
  /// 0: Monday, … 6: Sunday.
  public let weekday: Int
  /// 0 to 1,439.
  public let minute: Int

  public init(weekday: Int, minute: Int) {
    self.weekday = weekday
    self.minute = minute
  }

  public init(_ time: WallTime, by clock: ZoneClock) {
    let seconds = time.milliseconds.floorDivided(by: 1_000) + Int64(clock.offset(at: time))
    let days = seconds.floorDivided(by: 86_400)
    // The first of January 1970 was a Thursday.
    weekday = Int((days + 3) - (days + 3).floorDivided(by: 7) * 7)
    minute = Int((seconds - days * 86_400) / 60)
  }
}

extension ZoneClock {
  /// Seconds before UTC.
  public func offset(at time: WallTime) -> Int32 {
    changes.last { $0.at <= time }?.offset ?? offset
  }
}

extension WeeklyHours {
  public func contains(_ time: LocalTime) -> Bool {
    spans.contains { $0.contains(time) } != isComplement
  }
}

extension WeeklyHours.Span {
  func contains(_ time: LocalTime) -> Bool {
    guard from >= to else {
      return begins(on: time.weekday) && time.minute >= Int(from) && time.minute < Int(to)
    }
    return begins(on: time.weekday) && time.minute >= Int(from)
      || begins(on: (time.weekday + 6) % 7) && time.minute < Int(to)
  }

  private func begins(on weekday: Int) -> Bool { days & 1 << UInt8(weekday) != 0 }
}

extension Int64 {
  /// Towards minus infinity.
  fileprivate func floorDivided(by divisor: Int64) -> Int64 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
