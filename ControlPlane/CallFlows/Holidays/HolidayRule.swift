/// When a holiday is, in any year.
enum HolidayRule: Hashable, Sendable {
  /// Month and day.
  case on(Int, Int)
  /// Month and day; where that is a Sunday, the day before.
  case onOrSaturdayBefore(Int, Int)
  /// The first Monday of a month, or the month's first day where that is a Friday.
  case firstMondayOrFridayTheFirst(of: Int)
  /// Days after Easter Sunday of the western churches.
  case easter(Int)
  /// The so-manieth such weekday of a month; -1: the last. 0: Monday.
  case nth(Int, Int, of: Int)
  /// The first such weekday on or after a day.
  case first(Int, from: Int, Int)

  func date(in year: Int) -> CivilDate {
    switch self {
    case .on(let month, let day): return CivilDate(year, month, day)
    case .onOrSaturdayBefore(let month, let day):
      let date = CivilDate(year, month, day)
      return date.weekday == 6 ? date.advanced(by: -1) : date
    case .firstMondayOrFridayTheFirst(let month):
      let date = CivilDate(year, month, 1)
      return date.weekday == 4 ? date : Self.first(0, from: date)
    case .easter(let days): return Self.easter(in: year).advanced(by: days)
    case .first(let weekday, let month, let day):
      return Self.first(weekday, from: CivilDate(year, month, day))
    case .nth(let count, let weekday, let month) where count > 0:
      return Self.first(weekday, from: CivilDate(year, month, 1)).advanced(by: (count - 1) * 7)
    case .nth(_, let weekday, let month):
      let end = month == 12 ? CivilDate(year + 1, 1, 1) : CivilDate(year, month + 1, 1)
      return Self.first(weekday, from: end.advanced(by: -7))
    }
  }

  private static func first(_ weekday: Int, from date: CivilDate) -> CivilDate {
    date.advanced(by: (weekday - date.weekday + 7) % 7)
  }

  /// The Sunday after the first full moon of spring, as the church reckons it.
  private static func easter(in year: Int) -> CivilDate {
    let (century, golden) = (year / 100, year % 19)
    let correction = (8 * century + 13) / 25
    let epact = (15 - correction + century - century / 4 + 19 * golden) % 30
    let moon = epact - (epact == 29 || epact == 28 && golden > 10 ? 1 : 0)
    return first(6, from: CivilDate(year, 3, 22).advanced(by: moon))
  }
}

/// A day on which people do not work.
struct Holiday: Sendable {
  /// What becomes of one that is on a weekend.
  enum Observance: Hashable, Sendable {
    case stays
    /// The next weekday that is free is one too.
    case nextWeekday
    /// Saturday's is on Friday too, Sunday's on Monday.
    case nearestWeekday
  }

  let name: String
  let rule: HolidayRule
  /// Parts of the country; none: all of it.
  var regions: Set<String> = []
  var observance = Observance.stays
  /// The years that have it.
  var years: ClosedRange<Int> = 1_900...9_999

  init(
    _ name: String, _ rule: HolidayRule, in regions: Set<String> = [],
    observed observance: Observance = .stays, years: ClosedRange<Int> = 1_900...9_999
  ) {
    self.name = name
    self.rule = rule
    self.regions = regions
    self.observance = observance
    self.years = years
  }
}
