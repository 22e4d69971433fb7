import Announcements
import Foundation
import Testing

/// What is said, in a line: a recorded digit by its name, what is synthesised in quotes.
private func line(_ prompts: [Prompt]) -> String {
  prompts.map { prompt in
    switch prompt {
    case .recorded(let name): name.replacing("digits/", with: "")
    case .spoken(let words): "'\(words)'"
    case .fetched(let name), .uploaded(let name): "<\(name)>"
    case .ringing: "(ringing)"
    }
  }.joined(separator: " ")
}

@Suite("What is said to callers")
struct AnnouncementTests {
  @Test(
    "English numbers",
    arguments: [
      (0, "0"), (13, "13"), (21, "20 1"), (40, "40"), (100, "1 hundred"), (342, "3 hundred 40 2"),
      (1_001, "1 thousand 1"), (12_300, "12 thousand 3 hundred"), (-5, "minus 5"),
      (2_000_017, "2 million 17"), (1_000_000_000, "1 billion"),
    ])
  func english(value: Int64, said: String) {
    #expect(line(SpokenLanguage.english.number(value)) == said)
  }

  @Test(
    "French numbers",
    arguments: [
      (21, "20 et 1"), (22, "20 2"), (70, "70"), (71, "60 et 11"), (77, "60 17"), (80, "80"),
      (81, "80 1"), (91, "80 11"), (99, "80 19"), (100, "hundred"), (200, "2 hundred"),
      (1_000, "thousand"), (1_971, "thousand 9 hundred 60 et 11"), (2_021, "2 thousand 20 et 1"),
      (1_000_000, "1 million"),
    ])
  func french(value: Int64, said: String) {
    #expect(line(SpokenLanguage.french.number(value)) == said)
  }

  @Test(
    "Italian numbers",
    arguments: [
      (21, "21"), (22, "20 2"), (28, "28"), (100, "hundred"), (101, "hundred 1"),
      (300, "3 hundred"), (1_000, "thousand"), (2_000, "2 thousands"), (21_008, "21 thousands 8"),
      (1_000_000, "un million"), (3_000_000, "3 millions"),
    ])
  func italian(value: Int64, said: String) {
    #expect(line(SpokenLanguage.italian.number(value)) == said)
  }

  @Test(
    "Spanish numbers",
    arguments: [
      (16, "16"), (21, "21"), (31, "30 and 1"), (100, "hundred"), (101, "100-and 1"), (500, "500"),
      (755, "700 50 and 5"), (1_000, "thousand"), (2_026, "2 thousand 26"),
      (1_000_000, "1M million"), (5_000_000, "5 millions"),
    ])
  func spanish(value: Int64, said: String) {
    #expect(line(SpokenLanguage.spanish.number(value)) == said)
  }

  @Test(
    "Russian numbers",
    arguments: [
      (21, "20 1"), (100, "hundred"), (200, "'двести'"), (1_000, "1n 'тысяча'"),
      (2_000, "2n 'тысячи'"), (5_000, "5 'тысяч'"), (11_000, "11 'тысяч'"),
      (22_345, "20 2n 'тысячи' 'триста' 40 5"), (1_000_000, "1 'миллион'"),
    ])
  func russian(value: Int64, said: String) {
    #expect(line(SpokenLanguage.russian.number(value)) == said)
  }

  @Test(
    "German numbers",
    arguments: [
      (1, "'eins'"), (17, "'siebzehn'"), (21, "'einundzwanzig'"), (30, "'dreißig'"),
      (101, "'ein' 'hundert' 'eins'"), (1_234, "'ein' 'tausend' 'zwei' 'hundert' 'vierunddreißig'"),
      (1_000_000, "'eine' 'Million'"), (2_000_000, "'zwei' 'Millionen'"),
    ])
  func german(value: Int64, said: String) {
    #expect(line(SpokenLanguage.german.number(value)) == said)
  }

  @Test(
    "Times of day",
    arguments: [
      (SpokenLanguage.english, 15, 5, "3 oh 5 p-m"), (.english, 0, 30, "12 30 a-m"),
      (.english, 12, 0, "12 p-m"), (.french, 15, 5, "15 oclock 5"),
      (.french, 1, 0, "'une heure'"), (.italian, 15, 5, "hours 15 e 5"),
      (.italian, 1, 21, "ore-una e 21"), (.spanish, 13, 0, "13 'horas'"),
      (.spanish, 1, 10, "1F and 10"), (.russian, 21, 2, "20 1 'час' 2n 'минуты'"),
      (.russian, 5, 0, "5 'часов'"), (.german, 1, 0, "'ein' 'Uhr'"),
      (.german, 20, 15, "'zwanzig' 'Uhr' 'fünfzehn'"),
    ])
  func times(language: SpokenLanguage, hour: Int, minute: Int, said: String) {
    #expect(line(language.time(hour: hour, minute: minute)) == said)
  }

  @Test(
    "Dates",
    arguments: [
      (SpokenLanguage.english, 1_999, 12, 31, "day-5 mon-11 30 h-1 19 90 9"),
      (.english, 2_026, 11, 21, "day-6 mon-10 20 h-1 20 20 6"),
      (.english, 2_005, 1, 1, "day-6 mon-0 h-1 2 thousand 5"),
      (.french, 2_026, 5, 1, "day-5 h-1 mon-4 2 thousand 20 6"),
      (.italian, 2_026, 11, 21, "day-6 21 mon-10 2 thousands 20 6"),
      (.spanish, 2_026, 11, 21, "day-6 21 es-de mon-10 es-de 2 thousand 26"),
      (.russian, 2_026, 11, 21, "day-6 20 h-1 mon-10 2n 'тысячи' 20 'шестого' 'года'"),
      (.russian, 2_000, 1, 30, "day-0 h-30 mon-0 'двухтысячного' 'года'"),
      (
        .german, 2_026, 11, 21,
        "'Samstag' 'der' 'einundzwanzigste' 'November' 'zwei' 'tausend' 'sechsundzwanzig'"
      ),
      (
        .german, 1_999, 3, 3,
        "'Mittwoch' 'der' 'dritte' 'März' 'neunzehn' 'hundert' 'neunundneunzig'"
      ),
    ])
  func dates(language: SpokenLanguage, year: Int, month: Int, day: Int, said: String) throws {
    let date = try #require(CalendarDay(year: year, month: month, day: day))
    #expect(line(language.date(date)) == said)
  }

  @Test(
    "Money",
    arguments: [
      (SpokenLanguage.english, 101, Currency.dollar, "1 'dollar' 1 'cent'"),
      (.english, 2_150, .pound, "20 1 'pounds' 50 'pence'"), (.english, 0, .euro, "0 'euros'"),
      (.english, -50, .euro, "minus 50 'cents'"),
      (.french, 7_101, .euro, "60 et 11 'euros' 1 'centime'"),
      (.italian, 100, .euro, "'un euro'"), (.spanish, 250, .dollar, "2 'dólares' 50 'centavos'"),
      (.russian, 2_102, .dollar, "20 1 'доллар' 2 'цента'"),
      (.german, 101, .euro, "'ein' 'Euro' 'ein' 'Cent'"),
    ])
  func money(language: SpokenLanguage, hundredths: Int64, currency: Currency, said: String) {
    #expect(line(language.money(hundredths: hundredths, currency)) == said)
  }

  @Test("Telephone numbers are read digit by digit")
  func digits() {
    #expect(line(SpokenLanguage.english.digits("+1 555-0*#")) == "1 5 5 5 minus 0 star pound")
    #expect(line(SpokenLanguage.german.digits("10")) == "'eins' 'null'")
    #expect(line(SpokenLanguage.english.number(.max)).hasPrefix("9 2 2 3"))
    #expect(line(SpokenLanguage.english.number(.min)).hasPrefix("minus 9 2 2 3"))
  }

  @Test("Days that do not exist are none")
  func days() {
    #expect(CalendarDay(year: 2_025, month: 2, day: 29) == nil)
    #expect(CalendarDay(year: 2_024, month: 2, day: 29)?.weekday == 4)
    #expect(CalendarDay(year: 2_026, month: 13, day: 1) == nil)
  }

  static let sounds = URL(filePath: "/usr/share/asterisk/sounds")

  @Test("Every recording that is called for is in its package", arguments: SpokenLanguage.allCases)
  func recordingsExist(language: SpokenLanguage) {
    guard let folder = language.recordedFolder else { return }
    let path = Self.sounds.appending(path: folder)
    guard FileManager.default.fileExists(atPath: path.appending(path: "digits/1.wav").path) else {
      return
    }
    for name in everythingSaid(in: language) {
      let file = path.appending(path: name + ".wav").path
      #expect(FileManager.default.fileExists(atPath: file), "\(file)")
    }
  }

  private func everythingSaid(in language: SpokenLanguage) -> Set<String> {
    var prompts = language.digits("0123456789*#-")
    for value in 0...1_200 { prompts += language.number(Int64(value)) }
    for power in [1_000, 1_000_000, 1_000_000_000] as [Int64] {
      for count in 1...31 { prompts += language.number(Int64(count) * power) }
    }
    for minute in 0..<1_440 { prompts += language.time(hour: minute / 60, minute: minute % 60) }
    for month in 1...12 {
      for day in 1...31 {
        for year in [1_999, 2_000, 2_026] {
          guard let date = CalendarDay(year: year, month: month, day: day) else { continue }
          prompts += language.date(date)
        }
      }
    }
    return Set(prompts.compactMap { if case .recorded(let name) = $0 { name } else { nil } })
  }

  @Test("What the synthesiser must speak is known beforehand", arguments: SpokenLanguage.allCases)
  func vocabulary(language: SpokenLanguage) throws {
    let words = language.wordsToSynthesise
    #expect(words.count < 400)
    let date = try #require(CalendarDay(year: 2_031, month: 8, day: 17))
    let said =
      language.number(987_654_321_999) + language.date(date)
      + language.money(hundredths: 123_456_789, .pound)
    for case .spoken(let word) in said { #expect(words.contains(word), "\(word)") }
  }
}
