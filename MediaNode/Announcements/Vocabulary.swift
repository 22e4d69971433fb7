extension SpokenLanguage {
  /// All that a synthesiser must have spoken at set-up, so that nothing is missing in a call: found
  /// by saying everything that can be said, once.
  public var wordsToSynthesise: Set<String> {
    var said: [Prompt] = [grammar.minus, grammar.star, grammar.pound]
    for value in 0...999 { said += number(Int64(value)) }
    for value in 1...25 {
      for unit in [1_000, 1_000_000, 1_000_000_000] as [Int64] {
        said += number(Int64(value) * unit)
      }
    }
    for hour in 0..<24 { for minute in 0..<60 { said += time(hour: hour, minute: minute) } }
    for currency in Currency.allCases {
      for amount in 0...2_600 { said += money(hundredths: Int64(amount), currency) }
    }
    for heard in Notice.allCases { said += notice(heard) }
    for phrase in MailboxPhrase.allCases { said += say(phrase) }
    for heard in SwitchNotice.allCases { said += notice(heard) }
    for heard in ParkingNotice.allCases { said += notice(heard) }
    for heard in MenuNotice.allCases { said += notice(heard) }
    for heard in QueueNotice.allCases { said += notice(heard) }
    for heard in CallbackNotice.allCases { said += notice(heard) }
    for heard in NightNotice.allCases { said += notice(heard) }
    for heard in RecordingNotice.allCases { said += notice(heard) }
    for heard in ConfirmationNotice.allCases { said += notice(heard) }
    for year in 1_900...2_100 { said += dates(in: year) }
    return Set(
      said.compactMap { prompt in
        if case .spoken(let words) = prompt { words } else { nil }
      })
  }

  private func dates(in year: Int) -> [Prompt] {
    let months = year == 2_026 ? 1...12 : 1...1
    return months.flatMap { month in
      (1...31).compactMap { CalendarDay(year: year, month: month, day: $0) }
        .flatMap { date($0) }
    }
  }
}
