public import NodeContract
public import Postgres

/// `timestamptz` and back, in UTC with milliseconds. Clocks are peers' clocks: a time outside the
/// years 1 to 9999 is brought to the nearer end, so that it can never make a statement fail.
extension WallTime: PostgresEncodable, PostgresDecodable {
  private static let earliest: Int64 = -62_135_596_800_000
  private static let latest: Int64 = 253_402_300_799_999
  private static let millisecondsOfDay: Int64 = 86_400_000

  public var postgresText: String? {
    let clamped = max(WallTime.earliest, min(milliseconds, WallTime.latest))
    let (day, rest) = WallTime.floored(clamped, by: WallTime.millisecondsOfDay)
    let (year, month, date) = CivilDate.from(daysSinceEpoch: day)
    func padded(_ value: Int64, _ width: Int) -> String {
      let digits = String(value)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(date, 2))T"
      + "\(padded(rest / 3_600_000, 2)):\(padded(rest / 60_000 % 60, 2)):"
      + "\(padded(rest / 1000 % 60, 2)).\(padded(rest % 1000, 3))Z"
  }

  private static func floored(_ value: Int64, by unit: Int64) -> (quotient: Int64, rest: Int64) {
    let rest = (value % unit + unit) % unit
    return ((value - rest) / unit, rest)
  }

  /// Reads `2026-11-21 02:16:44.123456+00`, as a session in UTC writes it; what is finer than a
  /// millisecond is cut.
  public init?(postgresText: String) {
    let text = Array(postgresText.utf8)
    func number(_ range: Range<Int>) -> Int64? {
      range.upperBound <= text.count ? Int64(String(decoding: text[range], as: UTF8.self)) : nil
    }
    guard let year = number(0..<4), let month = number(5..<7), let date = number(8..<10),
      let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
      text.suffix(3).elementsEqual("+00".utf8)
    else { return nil }
    let fraction = text.dropFirst(19).dropLast(3).dropFirst().prefix(3)
    let digits = String(decoding: fraction, as: UTF8.self)
    let padded = digits + String(repeating: "0", count: 3 - digits.utf8.count)
    guard let millisecond = Int64(padded) else { return nil }
    let day = CivilDate.daysSinceEpoch(year: year, month: month, date: date)
    let seconds = (hour * 60 + minute) * 60 + second
    self.init(milliseconds: day * WallTime.millisecondsOfDay + seconds * 1000 + millisecond)
  }
}

/// The Gregorian calendar by days since 1970-01-01, in whole numbers: years are counted from March,
/// so that the leap day is the last of its year, in eras of 400 years or 146,097 days.
enum CivilDate {
  static func from(daysSinceEpoch days: Int64) -> (year: Int64, month: Int64, date: Int64) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let date = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, date)
  }

  static func daysSinceEpoch(year: Int64, month: Int64, date: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let monthFromMarch = month > 2 ? month - 3 : month + 9
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + date - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}
