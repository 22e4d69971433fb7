/// The public holidays of a country, or of a part of it that has some of its own: `DE`, `DE-BY`.
public struct HolidayCalendar: Sendable {
  /// The codes of ISO 3166-1 and 3166-2.
  public let code: String
  private let holidays: [Holiday]

  /// Nil: no such calendar.
  public init?(_ code: String) {
    let parts = code.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
      .map(String.init)
    guard let first = parts.first, let country = Self.countries[first] else { return nil }
    if parts.count > 1 {
      guard country.contains(where: { $0.regions.contains(parts[1]) }) else { return nil }
    }
    self.code = code
    holidays = country.filter { holiday in
      holiday.regions.isEmpty || parts.count > 1 && holiday.regions.contains(parts[1])
    }
  }

  /// Every calendar that there is.
  public static let codes: [String] = countries.flatMap { country, holidays in
    [country] + Set(holidays.flatMap(\.regions)).map { "\(country)-\($0)" }
  }.sorted()

  /// The name of the holiday that the day is; nil: it is none.
  public func holiday(on date: CivilDate) -> String? { holidays(of: date.year)[date] }

  /// Those from one day to another.
  func days(from first: CivilDate, through last: CivilDate) -> [CivilDate] {
    (first.year...last.year).flatMap { holidays(of: $0).keys }
      .filter { first <= $0 && $0 <= last }
  }

  /// A holiday's substitute may fall into the next year, or the year before.
  private func holidays(of year: Int) -> [CivilDate: String] {
    var days: [CivilDate: String] = [:]
    for year in year - 1...year + 1 {
      let there = holidays.filter { $0.years.contains(year) }
        .map { ($0, $0.rule.date(in: year)) }.sorted { $0.1 < $1.1 }
      for (holiday, date) in there where days[date] == nil { days[date] = holiday.name }
      for (holiday, date) in there where date.weekday > 4 {
        if let other = substitute(for: date, holiday.observance, besides: days) {
          days[other] = holiday.name
        }
      }
    }
    return days
  }

  private func substitute(
    for date: CivilDate, _ observance: Holiday.Observance, besides known: [CivilDate: String]
  ) -> CivilDate? {
    switch observance {
    case .stays: return nil
    case .nearestWeekday: return date.advanced(by: date.weekday == 5 ? -1 : 1)
    case .nextWeekday:
      var day = date
      while day.weekday > 4 || known[day] != nil { day = day.advanced(by: 1) }
      return day
    }
  }
}
