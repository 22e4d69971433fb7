/// "one thousand two hundred thirty four"; "three oh five p m"; "Monday, January first, nineteen
/// ninety nine".
struct EnglishGrammar: Grammar {
  func number(_ value: Int, _ gender: Gender) -> [Prompt] {
    switch value {
    case 0...20: return [.digit(value)]
    case 21...99: return [.digit(value / 10 * 10)] + rest(value % 10, gender)
    case 100...999:
      return [.digit(value / 100), .digit("hundred")] + rest(value % 100, gender)
    default:
      let unit =
        value < 1_000_000
        ? (1_000, "thousand")
        : value < 1_000_000_000 ? (1_000_000, "million") : (1_000_000_000, "billion")
      return number(value / unit.0, gender) + [.digit(unit.1)] + rest(value % unit.0, gender)
    }
  }

  private func rest(_ value: Int, _ gender: Gender) -> [Prompt] {
    value == 0 ? [] : number(value, gender)
  }

  func time(hour: Int, minute: Int) -> [Prompt] {
    let shown = hour % 12 == 0 ? 12 : hour % 12
    let minutes: [Prompt] =
      switch minute {
      case 0: []
      case 1...9: [.digit("oh"), .digit(minute)]
      default: number(minute, .masculine)
      }
    return [.digit(shown)] + minutes + [.digit(hour < 12 ? "a-m" : "p-m")]
  }

  func date(_ day: CalendarDay) -> [Prompt] {
    [weekday(day), month(day)] + ordinal(day.day) + year(day.year)
  }

  private func ordinal(_ day: Int) -> [Prompt] {
    switch day {
    case 1...20, 30: [.digit("h-\(day)")]
    default: [.digit(day / 10 * 10), .digit("h-\(day % 10)")]
    }
  }

  private func year(_ year: Int) -> [Prompt] {
    guard !(2_000...2_009 ~= year), year % 1_000 >= 10 else { return number(year, .masculine) }
    let (century, rest) = year.quotientAndRemainder(dividingBy: 100)
    let end: [Prompt] =
      switch rest {
      case 0: [.digit("hundred")]
      case 1...9: [.digit("oh"), .digit(rest)]
      default: number(rest, .masculine)
      }
    return number(century, .masculine) + end
  }

  func amount(_ count: Int, _ currency: Currency, isMinor: Bool) -> [Prompt] {
    let names: (String, String) =
      switch (currency, isMinor) {
      case (.euro, false): ("euro", "euros")
      case (.dollar, false): ("dollar", "dollars")
      case (.pound, false): ("pound", "pounds")
      case (.pound, true): ("penny", "pence")
      case (_, true): ("cent", "cents")
      }
    return number(count, .masculine) + [.spoken(count == 1 ? names.0 : names.1)]
  }
}
