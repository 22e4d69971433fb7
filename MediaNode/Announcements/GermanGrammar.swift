/// All by the synthesiser: numbers to 99 are words of their own, "einundzwanzig".
struct GermanGrammar: Grammar {
  var minus: Prompt { .spoken("minus") }
  var star: Prompt { .spoken("Stern") }
  var pound: Prompt { .spoken("Raute") }

  private static let small = [
    "null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn",
    "elf", "zwölf", "dreizehn", "vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn",
    "neunzehn",
  ]
  private static let tens = [
    "", "", "zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig",
  ]
  private static let weekdays = [
    "Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag",
  ]
  private static let months = [
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September",
    "Oktober", "November", "Dezember",
  ]

  private func word(_ value: Int) -> String {
    guard value >= 20 else { return Self.small[value] }
    let (tens, ones) = value.quotientAndRemainder(dividingBy: 10)
    let before = ones == 0 ? "" : (ones == 1 ? "ein" : Self.small[ones]) + "und"
    return before + Self.tens[tens]
  }

  func number(_ value: Int, _ gender: Gender) -> [Prompt] {
    switch value {
    case 0...99: return [.spoken(word(value))]
    case 100...999: return counted(value, 100, "hundert")
    case 1_000...999_999: return counted(value, 1_000, "tausend")
    case 1_000_000...999_999_999: return named(value, 1_000_000, ("Million", "Millionen"))
    default: return named(value, 1_000_000_000, ("Milliarde", "Milliarden"))
    }
  }

  private func counted(_ value: Int, _ unit: Int, _ name: String) -> [Prompt] {
    attributive(value / unit) + [.spoken(name)] + rest(value % unit)
  }

  private func named(_ value: Int, _ unit: Int, _ names: (String, String)) -> [Prompt] {
    let count = value / unit
    let said: [Prompt] =
      count == 1
      ? [.spoken("eine"), .spoken(names.0)] : number(count, .feminine) + [.spoken(names.1)]
    return said + rest(value % unit)
  }

  /// "ein" before what it counts.
  private func attributive(_ value: Int) -> [Prompt] {
    value == 1 ? [.spoken("ein")] : number(value, .masculine)
  }

  private func rest(_ value: Int) -> [Prompt] { value == 0 ? [] : number(value, .masculine) }

  func time(hour: Int, minute: Int) -> [Prompt] {
    attributive(hour) + [.spoken("Uhr")] + rest(minute)
  }

  func date(_ day: CalendarDay) -> [Prompt] {
    [
      .spoken(Self.weekdays[day.weekday]), .spoken("der"), .spoken(ordinal(day.day)),
      .spoken(Self.months[day.month - 1]),
    ] + year(day.year)
  }

  private func ordinal(_ day: Int) -> String {
    switch day {
    case 1: "erste"
    case 3: "dritte"
    case 7: "siebte"
    case 8: "achte"
    default: word(day) + (day < 20 ? "te" : "ste")
    }
  }

  private func year(_ year: Int) -> [Prompt] {
    guard 1_100...1_999 ~= year else { return number(year, .masculine) }
    return [.spoken(word(year / 100)), .spoken("hundert")] + rest(year % 100)
  }

  func amount(_ count: Int, _ currency: Currency, isMinor: Bool) -> [Prompt] {
    let name =
      switch (currency, isMinor) {
      case (.euro, false): "Euro"
      case (.dollar, false): "Dollar"
      case (.pound, false): "Pfund"
      case (.pound, true): count == 1 ? "Penny" : "Pence"
      case (_, true): "Cent"
      }
    return attributive(count) + [.spoken(name)]
  }
}
