/// "vingt et un", "soixante et onze", "quatre-vingt-douze"; "cent" and "mille" without a one before
/// them.
struct FrenchGrammar: Grammar {
  func number(_ value: Int, _ gender: Gender) -> [Prompt] {
    switch value {
    case 0...20, 30, 40, 50, 60, 70, 80, 90: return [.digit(value)]
    case 21...69: return joined(value / 10 * 10, value % 10)
    case 71...79: return joined(60, value - 60)
    case 81...99: return [.digit(80), .digit(value - 80)]
    case 100...999: return counted(value, by: 100, "hundred", gender)
    case 1_000...999_999: return counted(value, by: 1_000, "thousand", gender)
    case 1_000_000...999_999_999:
      return number(value / 1_000_000, .masculine) + [.digit("million")]
        + rest(value % 1_000_000, gender)
    case 1_000_000_000...1_999_999_999:
      return [.spoken("un milliard")] + rest(value % 1_000_000_000, gender)
    default:
      return number(value / 1_000_000_000, .masculine) + [.spoken("milliards")]
        + rest(value % 1_000_000_000, gender)
    }
  }

  private func joined(_ tens: Int, _ ones: Int) -> [Prompt] {
    let and: [Prompt] = ones == 1 || ones == 11 ? [.digit("et")] : []
    return [.digit(tens)] + and + [.digit(ones)]
  }

  private func counted(_ value: Int, by unit: Int, _ name: String, _ gender: Gender) -> [Prompt] {
    let count = value / unit == 1 ? [] : number(value / unit, .masculine)
    return count + [.digit(name)] + rest(value % unit, gender)
  }

  private func rest(_ value: Int, _ gender: Gender) -> [Prompt] {
    value == 0 ? [] : number(value, gender)
  }

  func time(hour: Int, minute: Int) -> [Prompt] {
    let hours: [Prompt] =
      hour == 1 ? [.spoken("une heure")] : number(hour, .masculine) + [.digit("oclock")]
    return hours + rest(minute, .masculine)
  }

  func date(_ day: CalendarDay) -> [Prompt] {
    let number = day.day == 1 ? [Prompt.digit("h-1")] : self.number(day.day, .masculine)
    return [weekday(day)] + number + [month(day)] + self.number(day.year, .masculine)
  }

  func amount(_ count: Int, _ currency: Currency, isMinor: Bool) -> [Prompt] {
    let name =
      switch (currency, isMinor) {
      case (.euro, false): "euro"
      case (.dollar, false): "dollar"
      case (.pound, false): "livre"
      case (.pound, true): "penny"
      case (_, true): "centime"
      }
    if count == 1, name == "livre" { return [.spoken("une livre")] }
    let plural = name == "penny" ? "pence" : name + "s"
    return number(count, .masculine) + [.spoken(count < 2 ? name : plural)]
  }
}
