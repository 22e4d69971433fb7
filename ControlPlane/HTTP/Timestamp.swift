/// A time as the API writes it: RFC 3339, UTC, milliseconds: `2026-01-02T03:04:05.678Z`.
public struct Timestamp: Hashable, Sendable, Codable, CustomStringConvertible {
  /// Since 1970-01-01T00:00:00Z.
  public let milliseconds: Int64

  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let time = Timestamp(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "not a time of RFC 3339: \(text)")
    }
    self = time
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  public var description: String {
    let days = milliseconds.flooredQuotient(86_400_000)
    let rest = milliseconds - days * 86_400_000
    let (year, month, day) = Timestamp.civil(fromDays: days)
    let date = "\(Timestamp.padded(year, 4))-\(Timestamp.padded(month))-\(Timestamp.padded(day))"
    let hours = Timestamp.padded(rest / 3_600_000)
    let minutes = Timestamp.padded(rest / 60_000 % 60)
    let seconds = Timestamp.padded(rest / 1_000 % 60)
    return "\(date)T\(hours):\(minutes):\(seconds).\(Timestamp.padded(rest % 1_000, 3))Z"
  }

  private static func padded(_ number: Int64, _ width: Int = 2) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  /// Howard Hinnant's algorithm: days since 1970-01-01 in the proleptic Gregorian calendar.
  private static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = shifted.flooredQuotient(146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = shiftedYear.flooredQuotient(400)
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }
}

extension Timestamp {
  /// Parses RFC 3339 section 5.6 with any offset; finer fractions than milliseconds are cut.
  public init?(_ text: some StringProtocol) {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes[4] == .hyphen, bytes[7] == .hyphen,
      bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: "t"),
      bytes[13] == .colon, bytes[16] == .colon,
      let year = bytes.number(0..<4), let month = bytes.number(5..<7),
      let day = bytes.number(8..<10), let hour = bytes.number(11..<13),
      let minute = bytes.number(14..<16), let second = bytes.number(17..<19),
      (1...12).contains(month), (1...Timestamp.length(of: month, in: year)).contains(day),
      hour < 24, minute < 60, second < 60,
      let (fraction, offset) = Timestamp.fractionAndOffset(bytes[19...])
    else { return nil }
    let days = Timestamp.days(year: year, month: month, day: day)
    let minutes = (days * 24 + hour) * 60 + minute - offset
    self.init(milliseconds: (minutes * 60 + second) * 1_000 + fraction)
  }

  private static func length(of month: Int64, in year: Int64) -> Int64 {
    switch month {
    case 4, 6, 9, 11: 30
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    default: 31
    }
  }

  /// Milliseconds, and minutes east of UTC.
  private static func fractionAndOffset(
    _ bytes: ArraySlice<UInt8>
  ) -> (fraction: Int64, offset: Int64)? {
    var rest = bytes
    var fraction: Int64 = 0
    if rest.first == UInt8(ascii: ".") {
      let digits = rest.dropFirst().prefix { (48...57).contains($0) }
      guard (1...9).contains(digits.count) else { return nil }
      fraction = (digits + [48, 48, 48]).prefix(3).reduce(0) { $0 * 10 + Int64($1 - 48) }
      rest = rest.dropFirst(1 + digits.count)
    }
    return offset(Array(rest)).map { (fraction, $0) }
  }

  private static func offset(_ bytes: [UInt8]) -> Int64? {
    if bytes == [UInt8(ascii: "Z")] || bytes == [UInt8(ascii: "z")] { return 0 }
    guard bytes.count == 6, bytes[3] == .colon, let hours = bytes.number(1..<3),
      let minutes = bytes.number(4..<6), hours < 24, minutes < 60
    else { return nil }
    switch bytes[0] {
    case UInt8(ascii: "+"): return hours * 60 + minutes
    case .hyphen: return -(hours * 60 + minutes)
    default: return nil
    }
  }
}

extension UInt8 {
  fileprivate static let hyphen = UInt8(ascii: "-")
  fileprivate static let colon = UInt8(ascii: ":")
}

extension [UInt8] {
  /// The number that the digits of `range` write; `nil` where other characters stand.
  fileprivate func number(_ range: Range<Int>) -> Int64? {
    guard self[range].allSatisfy({ (48...57).contains($0) }) else { return nil }
    return self[range].reduce(0) { $0 * 10 + Int64($1 - 48) }
  }
}

extension Int64 {
  /// The quotient rounded towards minus infinity.
  fileprivate func flooredQuotient(_ divisor: Int64) -> Int64 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
