/// A piece of sound that is played as it is.
public enum Prompt: Hashable, Sendable {
  /// A file of the language's sound package, by its path in it without an extension.
  case recorded(String)
  /// Words that no package has: spoken by a synthesiser at set-up.
  case spoken(String)
  /// A sound that was fetched for this call, by its name.
  case fetched(String)
  /// A tenant's own, by its digest in hexadecimal.
  case uploaded(String)
  /// What a caller hears while somebody rings: a minute of it.
  case ringing

  static func digit(_ name: some CustomStringConvertible) -> Prompt { .recorded("digits/\(name)") }
}

/// The languages in which callers are spoken to.
public enum SpokenLanguage: String, Hashable, Sendable, CaseIterable {
  case english = "en"
  case french = "fr"
  case italian = "it"
  case russian = "ru"
  case spanish = "es"
  case german = "de"

  /// The folder of Debian's `asterisk-core-sounds-…`; nil where all is synthesised.
  public var recordedFolder: String? {
    switch self {
    case .english: "en_US_f_Allison"
    case .french: "fr_CA_f_June"
    case .italian: "it_IT_m_Carlo"
    case .russian: "ru_RU_f_IvrvoiceRU"
    case .spanish: "es_MX_f_Allison"
    case .german: nil
    }
  }

  /// Numbers beyond this are read digit by digit.
  public static let largestNumber: Int64 = 999_999_999_999

  /// A number as it is said: "twenty one".
  public func number(_ value: Int64) -> [Prompt] {
    guard value.magnitude <= UInt64(Self.largestNumber) else { return digits(String(value)) }
    let said = grammar.number(Int(value.magnitude), .masculine)
    return value < 0 ? [grammar.minus] + said : said
  }

  /// Each digit by itself, as in a telephone number; what is no digit, star or pound is left out.
  public func digits(_ text: some StringProtocol) -> [Prompt] {
    text.unicodeScalars.compactMap { character in
      switch character {
      case "0"..."9": grammar.number(Int(character.value) - 48, .masculine).first
      case "*": grammar.star
      case "#": grammar.pound
      case "-": grammar.minus
      default: nil
      }
    }
  }

  /// A time of day; minutes and hours out of range are taken round.
  public func time(hour: Int, minute: Int) -> [Prompt] {
    grammar.time(hour: ((hour % 24) + 24) % 24, minute: ((minute % 60) + 60) % 60)
  }

  public func date(_ day: CalendarDay) -> [Prompt] { grammar.date(day) }

  /// An amount in hundredths of the currency's unit.
  public func money(hundredths: Int64, _ currency: Currency) -> [Prompt] {
    let amount = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
    guard amount.quotient <= UInt64(Self.largestNumber) else { return digits(String(hundredths)) }
    var said = hundredths < 0 ? [grammar.minus] : []
    if amount.quotient > 0 || amount.remainder == 0 {
      said += grammar.amount(Int(amount.quotient), currency, isMinor: false)
    }
    if amount.remainder > 0 {
      said += grammar.amount(Int(amount.remainder), currency, isMinor: true)
    }
    return said
  }

  var grammar: any Grammar {
    switch self {
    case .english: EnglishGrammar()
    case .french: FrenchGrammar()
    case .italian: ItalianGrammar()
    case .russian: RussianGrammar()
    case .spanish: SpanishGrammar()
    case .german: GermanGrammar()
    }
  }
}

/// The currencies that can be spoken of.
public enum Currency: String, Hashable, Sendable, CaseIterable {
  case euro = "EUR"
  case dollar = "USD"
  case pound = "GBP"
}

/// What a number counts, where a language asks.
enum Gender { case masculine, feminine }

/// How one language says numbers, times, dates and amounts.
protocol Grammar {
  var minus: Prompt { get }
  var star: Prompt { get }
  var pound: Prompt { get }
  /// 0 to `largestNumber`.
  func number(_ value: Int, _ gender: Gender) -> [Prompt]
  func time(hour: Int, minute: Int) -> [Prompt]
  func date(_ day: CalendarDay) -> [Prompt]
  func amount(_ count: Int, _ currency: Currency, isMinor: Bool) -> [Prompt]
}

extension Grammar {
  var minus: Prompt { .digit("minus") }
  var star: Prompt { .digit("star") }
  var pound: Prompt { .digit("pound") }

  func weekday(_ day: CalendarDay) -> Prompt { .digit("day-\(day.weekday)") }
  func month(_ day: CalendarDay) -> Prompt { .digit("mon-\(day.month - 1)") }
}

/// A day of the Gregorian calendar.
public struct CalendarDay: Hashable, Sendable {
  public let year: Int
  /// 1 to 12.
  public let month: Int
  /// From 1.
  public let day: Int

  /// nil for a day that does not exist, or outside the years 1583 to 9999.
  public init?(year: Int, month: Int, day: Int) {
    guard 1_583...9_999 ~= year, 1...12 ~= month, day >= 1 else { return nil }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard day <= lengths[month - 1] else { return nil }
    self.year = year
    self.month = month
    self.day = day
  }

  /// 0 is Sunday (Sakamoto's method).
  public var weekday: Int {
    let offsets = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4]
    let counted = month < 3 ? year - 1 : year
    return (counted + counted / 4 - counted / 100 + counted / 400 + offsets[month - 1] + day) % 7
  }
}
