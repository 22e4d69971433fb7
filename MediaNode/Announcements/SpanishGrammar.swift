/// "treinta y uno", but "veintiuno" as one word; "cien", but "ciento uno"; "un millón".
struct SpanishGrammar: Grammar {
  func number(_ value: Int, _ gender: Gender) -> [Prompt] {
    switch value {
    case 1: return [.digit(gender == .feminine ? "1F" : "1")]
    case 0...30, 40, 50, 60, 70, 80, 90: return [.digit(value)]
    case 31...99: return [.digit(value / 10 * 10), .digit("and")] + number(value % 10, gender)
    case 100: return [.digit("hundred")]
    case 101...199: return [.digit("100-and")] + number(value - 100, gender)
    case 200...999: return [.digit(value / 100 * 100)] + rest(value % 100, gender)
    case 1_000...1_999: return [.digit("thousand")] + rest(value % 1_000, gender)
    case 2_000...999_999:
      return number(value / 1_000, .masculine) + [.digit("thousand")] + rest(value % 1_000, gender)
    case 1_000_000...1_999_999:
      return [.digit("1M"), .digit("million")] + rest(value % 1_000_000, gender)
    default:
      return number(value / 1_000_000, .masculine) + [.digit("millions")]
        + rest(value % 1_000_000, gender)
    }
  }

  private func rest(_ value: Int, _ gender: Gender) -> [Prompt] {
    value == 0 ? [] : number(value, gender)
  }

  func time(hour: Int, minute: Int) -> [Prompt] {
    let hours = number(hour, .feminine)
    return minute == 0
      ? hours + [.spoken(hour == 1 ? "hora" : "horas")]
      : hours + [.digit("and")] + number(minute, .masculine)
  }

  func date(_ day: CalendarDay) -> [Prompt] {
    [weekday(day)] + number(day.day, .masculine) + [.digit("es-de"), month(day), .digit("es-de")]
      + number(day.year, .masculine)
  }

  func amount(_ count: Int, _ currency: Currency, isMinor: Bool) -> [Prompt] {
    let names: (String, String) =
      switch (currency, isMinor) {
      case (.euro, false): ("un euro", "euros")
      case (.dollar, false): ("un dólar", "dólares")
      case (.pound, false): ("una libra", "libras")
      case (.euro, true): ("un céntimo", "céntimos")
      case (.dollar, true): ("un centavo", "centavos")
      case (.pound, true): ("un penique", "peniques")
      }
    return count == 1 ? [.spoken(names.0)] : number(count, .masculine) + [.spoken(names.1)]
  }
}
