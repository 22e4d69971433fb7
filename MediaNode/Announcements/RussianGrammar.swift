/// Nouns follow the number: "один час", "два часа", "пять часов"; thousands and minutes are feminine.
struct RussianGrammar: Grammar {
  private static let hundreds = [
    "сто", "двести", "триста", "четыреста", "пятьсот", "шестьсот", "семьсот", "восемьсот",
    "девятьсот",
  ]

  func number(_ value: Int, _ gender: Gender) -> [Prompt] {
    switch value {
    case 1 where gender == .feminine: return [.digit("1n")]
    case 2 where gender == .feminine: return [.digit("2n")]
    case 0...20: return [.digit(value)]
    case 21...99: return [.digit(value / 10 * 10)] + rest(value % 10, gender)
    case 100...199: return [.digit("hundred")] + rest(value % 100, gender)
    case 200...999: return [.spoken(Self.hundreds[value / 100 - 1])] + rest(value % 100, gender)
    case 1_000...999_999:
      return group(value, 1_000, .feminine, ("тысяча", "тысячи", "тысяч"), gender)
    case 1_000_000...999_999_999:
      return group(value, 1_000_000, .masculine, ("миллион", "миллиона", "миллионов"), gender)
    default:
      return group(
        value, 1_000_000_000, .masculine, ("миллиард", "миллиарда", "миллиардов"), gender)
    }
  }

  private func group(
    _ value: Int, _ unit: Int, _ unitGender: Gender, _ forms: (String, String, String),
    _ gender: Gender
  ) -> [Prompt] {
    number(value / unit, unitGender) + [noun(value / unit, forms)] + rest(value % unit, gender)
  }

  private func rest(_ value: Int, _ gender: Gender) -> [Prompt] {
    value == 0 ? [] : number(value, gender)
  }

  private func noun(_ count: Int, _ forms: (String, String, String)) -> Prompt {
    switch (count % 10, count % 100) {
    case (_, 11...14): .spoken(forms.2)
    case (1, _): .spoken(forms.0)
    case (2...4, _): .spoken(forms.1)
    default: .spoken(forms.2)
    }
  }

  func time(hour: Int, minute: Int) -> [Prompt] {
    let hours = number(hour, .masculine) + [noun(hour, ("час", "часа", "часов"))]
    guard minute > 0 else { return hours }
    return hours + number(minute, .feminine) + [noun(minute, ("минута", "минуты", "минут"))]
  }

  func date(_ day: CalendarDay) -> [Prompt] {
    [weekday(day)] + ordinal(day.day) + [month(day)] + year(day.year)
  }

  private func ordinal(_ day: Int) -> [Prompt] {
    switch day {
    case 1...20, 30: [.digit("h-\(day)")]
    default: [.digit(day / 10 * 10), .digit("h-\(day % 10)")]
    }
  }

  /// The last word alone is an ordinal, in the genitive: "две тысячи двадцать шестого года".
  private func year(_ year: Int) -> [Prompt] {
    let step = year % 100 == 0 ? (year % 1_000 == 0 ? 1_000 : 100) : year % 100 <= 20 ? 100 : 10
    let end = year % 10 == 0 && step == 10 ? year % 100 : year % step
    let last =
      switch step {
      case 1_000: Self.thousands[year / 1_000] ?? ""
      case 100 where end == 0: Self.hundredth[year / 100 % 10]
      default: end < 20 ? Self.ordinals[end] : Self.tens[end / 10]
      }
    let before = step == 1_000 ? 0 : end == 0 ? year / 1_000 * 1_000 : year - end
    return rest(before, .masculine) + [.spoken(last), .spoken("года")]
  }

  private static let ordinals = [
    "", "первого", "второго", "третьего", "четвёртого", "пятого", "шестого", "седьмого",
    "восьмого", "девятого", "десятого", "одиннадцатого", "двенадцатого", "тринадцатого",
    "четырнадцатого", "пятнадцатого", "шестнадцатого", "семнадцатого", "восемнадцатого",
    "девятнадцатого",
  ]
  private static let tens = [
    "", "", "двадцатого", "тридцатого", "сорокового", "пятидесятого", "шестидесятого",
    "семидесятого", "восьмидесятого", "девяностого",
  ]
  private static let hundredth = [
    "", "сотого", "двухсотого", "трёхсотого", "четырёхсотого", "пятисотого", "шестисотого",
    "семисотого", "восьмисотого", "девятисотого",
  ]
  private static let thousands = [
    1: "тысячного", 2: "двухтысячного", 3: "трёхтысячного", 4: "четырёхтысячного",
    5: "пятитысячного", 6: "шеститысячного", 7: "семитысячного", 8: "восьмитысячного",
    9: "девятитысячного",
  ]

  func amount(_ count: Int, _ currency: Currency, isMinor: Bool) -> [Prompt] {
    switch (currency, isMinor) {
    case (.euro, false): number(count, .masculine) + [.spoken("евро")]
    case (.dollar, false):
      number(count, .masculine) + [noun(count, ("доллар", "доллара", "долларов"))]
    case (.pound, false): number(count, .masculine) + [noun(count, ("фунт", "фунта", "фунтов"))]
    case (.pound, true): number(count, .masculine) + [noun(count, ("пенс", "пенса", "пенсов"))]
    case (_, true): number(count, .masculine) + [noun(count, ("цент", "цента", "центов"))]
    }
  }
}
