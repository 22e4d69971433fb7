/// "ventuno" and "ventotto" are words of their own; "mille", but "duemila"; "un milione".
struct ItalianGrammar: Grammar {
  func number(_ value: Int, _ gender: Gender) -> [Prompt] {
    switch value {
    case 0...20: return [.digit(value)]
    case 21...99:
      let ones = value % 10
      if ones == 0 || ones == 1 || ones == 8 { return [.digit(value)] }
      return [.digit(value - ones), .digit(ones)]
    case 100...999:
      let count: [Prompt] = value < 200 ? [] : [.digit(value / 100)]
      return count + [.digit("hundred")] + rest(value % 100)
    case 1_000...1_999: return [.digit("thousand")] + rest(value % 1_000)
    case 2_000...999_999:
      return number(value / 1_000, .masculine) + [.digit("thousands")] + rest(value % 1_000)
    case 1_000_000...1_999_999:
      return [.digit("un"), .digit("million")] + rest(value % 1_000_000)
    case 2_000_000...999_999_999:
      return number(value / 1_000_000, .masculine) + [.digit("millions")] + rest(value % 1_000_000)
    case 1_000_000_000...1_999_999_999:
      return [.digit("un"), .digit("billion")] + rest(value % 1_000_000_000)
    default:
      return number(value / 1_000_000_000, .masculine) + [.spoken("miliardi")]
        + rest(value % 1_000_000_000)
    }
  }

  private func rest(_ value: Int) -> [Prompt] { value == 0 ? [] : number(value, .masculine) }

  func time(hour: Int, minute: Int) -> [Prompt] {
    let hours: [Prompt] =
      switch hour {
      case 0: [.digit("ore-mezzanotte")]
      case 1: [.digit("ore-una")]
      default: [.digit("hours")] + number(hour, .masculine)
      }
    return minute == 0 ? hours : hours + [.digit("e")] + number(minute, .masculine)
  }

  func date(_ day: CalendarDay) -> [Prompt] {
    let number = day.day == 1 ? [Prompt.digit("h-1")] : self.number(day.day, .masculine)
    return [weekday(day)] + number + [month(day)] + self.number(day.year, .masculine)
  }

  func amount(_ count: Int, _ currency: Currency, isMinor: Bool) -> [Prompt] {
    let names: (String, String) =
      switch (currency, isMinor) {
      case (.euro, false): ("un euro", "euro")
      case (.dollar, false): ("un dollaro", "dollari")
      case (.pound, false): ("una sterlina", "sterline")
      case (.pound, true): ("un penny", "penny")
      case (_, true): ("un centesimo", "centesimi")
      }
    return count == 1 ? [.spoken(names.0)] : number(count, .masculine) + [.spoken(names.1)]
  }
}
