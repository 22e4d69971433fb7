/// Public holidays by law, as of November 2026. Days of single towns are left out.
extension HolidayCalendar {
  static let countries: [String: [Holiday]] = [
    "AT": austria, "BE": belgium, "CH": switzerland, "DE": germany, "DK": denmark, "ES": spain,
    "FR": france, "GB": britain, "IE": ireland, "IT": italy, "LU": luxembourg, "NL": netherlands,
    "PL": poland, "PT": portugal, "SE": sweden, "US": unitedStates,
  ]

  private static let newYear = Holiday("New Year's Day", .on(1, 1))
  private static let epiphany = Holiday("Epiphany", .on(1, 6))
  private static let goodFriday = Holiday("Good Friday", .easter(-2))
  private static let easterSunday = Holiday("Easter Sunday", .easter(0))
  private static let easterMonday = Holiday("Easter Monday", .easter(1))
  private static let labourDay = Holiday("Labour Day", .on(5, 1))
  private static let ascension = Holiday("Ascension Day", .easter(39))
  private static let whitSunday = Holiday("Whit Sunday", .easter(49))
  private static let whitMonday = Holiday("Whit Monday", .easter(50))
  private static let corpusChristi = Holiday("Corpus Christi", .easter(60))
  private static let assumption = Holiday("Assumption Day", .on(8, 15))
  private static let allSaints = Holiday("All Saints' Day", .on(11, 1))
  private static let immaculateConception = Holiday("Immaculate Conception", .on(12, 8))
  private static let christmas = Holiday("Christmas Day", .on(12, 25))
  private static let secondChristmas = Holiday("Second Day of Christmas", .on(12, 26))

  // MARK: - Countries

  /// Arbeitsruhegesetz, section 7.
  private static let austria = [
    newYear, epiphany, easterMonday, labourDay, ascension, whitMonday, corpusChristi, assumption,
    Holiday("National Day", .on(10, 26)), allSaints, immaculateConception, christmas,
    secondChristmas,
  ]

  /// Law of 4 January 1974 on public holidays.
  private static let belgium = [
    newYear, easterMonday, labourDay, ascension, whitMonday, Holiday("National Day", .on(7, 21)),
    assumption, allSaints, Holiday("Armistice Day", .on(11, 11)), christmas,
  ]

  /// The Confederation's one holiday, what all cantons keep, and Zürich's own law.
  private static let switzerland = [
    newYear, ascension, Holiday("National Day", .on(8, 1)), christmas,
    Holiday("Good Friday", .easter(-2), in: ["ZH"]),
    Holiday("Easter Monday", .easter(1), in: ["ZH"]),
    Holiday("Labour Day", .on(5, 1), in: ["ZH"]),
    Holiday("Whit Monday", .easter(50), in: ["ZH"]),
    Holiday("Second Day of Christmas", .on(12, 26), in: ["ZH"]),
  ]

  /// The holiday laws of the states.
  private static let germany: [Holiday] = [
    newYear, goodFriday, easterMonday, labourDay, ascension, whitMonday,
    Holiday("Day of German Unity", .on(10, 3)), christmas, secondChristmas,
    Holiday("Epiphany", .on(1, 6), in: ["BW", "BY", "ST"]),
    Holiday("Women's Day", .on(3, 8), in: ["BE"], years: 2019...9_999),
    Holiday("Women's Day", .on(3, 8), in: ["MV"], years: 2023...9_999),
    Holiday("Easter Sunday", .easter(0), in: ["BB"]),
    Holiday("Whit Sunday", .easter(49), in: ["BB"]),
    Holiday("Corpus Christi", .easter(60), in: ["BW", "BY", "HE", "NW", "RP", "SL"]),
    Holiday("Assumption Day", .on(8, 15), in: ["BY", "SL"]),
    Holiday("World Children's Day", .on(9, 20), in: ["TH"], years: 2019...9_999),
    Holiday("Reformation Day", .on(10, 31), in: ["BB", "MV", "SN", "ST", "TH"]),
    Holiday("Reformation Day", .on(10, 31), in: ["HB", "HH", "NI", "SH"], years: 2018...9_999),
    Holiday("All Saints' Day", .on(11, 1), in: ["BW", "BY", "NW", "RP", "SL"]),
    // The Wednesday before the 23rd of November.
    Holiday("Day of Repentance", .first(2, from: 11, 16), in: ["SN"]),
  ]

  /// Great Prayer Day was abolished after 2023.
  private static let denmark = [
    newYear, Holiday("Maundy Thursday", .easter(-3)), goodFriday, easterSunday, easterMonday,
    Holiday("Great Prayer Day", .easter(26), years: 1_900...2023), ascension, whitSunday,
    whitMonday, christmas, secondChristmas,
  ]

  /// Those that the communities cannot replace, and those that all keep.
  private static let spain = [
    newYear, epiphany, goodFriday, labourDay, assumption,
    Holiday("National Day", .on(10, 12)), allSaints, Holiday("Constitution Day", .on(12, 6)),
    immaculateConception, christmas,
  ]

  /// Code du travail, L3133-1; Alsace and Moselle (57, 67, 68): L3134-13.
  private static let france = [
    newYear, easterMonday, labourDay, Holiday("Victory Day", .on(5, 8)), ascension, whitMonday,
    Holiday("National Day", .on(7, 14)), assumption, allSaints,
    Holiday("Armistice Day", .on(11, 11)), christmas,
    Holiday("Good Friday", .easter(-2), in: ["57", "67", "68"]),
    Holiday("Second Day of Christmas", .on(12, 26), in: ["57", "67", "68"]),
  ]

  /// Banking and Financial Dealings Act 1971.
  private static let britain: [Holiday] = {
    let (south, north): (Set, Set) = (["ENG", "WLS", "NIR"], ["SCT"])
    return [
      Holiday("New Year's Day", .on(1, 1), observed: .nextWeekday),
      Holiday("2nd January", .on(1, 2), in: north, observed: .nextWeekday),
      Holiday("St Patrick's Day", .on(3, 17), in: ["NIR"], observed: .nextWeekday), goodFriday,
      Holiday("Easter Monday", .easter(1), in: south),
      Holiday("Early May bank holiday", .nth(1, 0, of: 5)),
      Holiday("Spring bank holiday", .nth(-1, 0, of: 5)),
      Holiday("Battle of the Boyne", .on(7, 12), in: ["NIR"], observed: .nextWeekday),
      Holiday("Summer bank holiday", .nth(1, 0, of: 8), in: north),
      Holiday("Summer bank holiday", .nth(-1, 0, of: 8), in: south),
      Holiday("St Andrew's Day", .on(11, 30), in: north, observed: .nextWeekday),
      Holiday("Christmas Day", .on(12, 25), observed: .nextWeekday),
      Holiday("Boxing Day", .on(12, 26), observed: .nextWeekday),
    ]
  }()

  /// Organisation of Working Time Act 1997, second schedule.
  private static let ireland = [
    newYear, Holiday("St Brigid's Day", .firstMondayOrFridayTheFirst(of: 2), years: 2023...9_999),
    Holiday("St Patrick's Day", .on(3, 17)), easterMonday,
    Holiday("May Day", .nth(1, 0, of: 5)), Holiday("June Holiday", .nth(1, 0, of: 6)),
    Holiday("August Holiday", .nth(1, 0, of: 8)), Holiday("October Holiday", .nth(-1, 0, of: 10)),
    christmas, Holiday("St Stephen's Day", .on(12, 26)),
  ]

  /// Law 260 of 1949; Saint Francis' day since law 151 of 2025.
  private static let italy = [
    newYear, epiphany, easterSunday, easterMonday, Holiday("Liberation Day", .on(4, 25)),
    labourDay, Holiday("Republic Day", .on(6, 2)), assumption,
    Holiday("Saint Francis of Assisi", .on(10, 4), years: 2026...9_999), allSaints,
    immaculateConception, christmas, secondChristmas,
  ]

  /// Code du travail, L. 232-2.
  private static let luxembourg = [
    newYear, easterMonday, labourDay, Holiday("Europe Day", .on(5, 9), years: 2019...9_999),
    ascension, whitMonday, Holiday("National Day", .on(6, 23)), assumption, allSaints, christmas,
    secondChristmas,
  ]

  /// Algemene termijnenwet, article 3, without what only courts keep.
  private static let netherlands = [
    newYear, easterSunday, easterMonday, Holiday("King's Day", .onOrSaturdayBefore(4, 27)),
    ascension, whitSunday,
    whitMonday, christmas, secondChristmas,
  ]

  /// Law of 18 January 1951 on days free of work; Christmas Eve since 2025.
  private static let poland = [
    newYear, epiphany, easterSunday, easterMonday, labourDay,
    Holiday("Constitution Day", .on(5, 3)), whitSunday, corpusChristi, assumption, allSaints,
    Holiday("Independence Day", .on(11, 11)),
    Holiday("Christmas Eve", .on(12, 24), years: 2025...9_999), christmas, secondChristmas,
  ]

  /// Código do Trabalho, article 234.
  private static let portugal = [
    newYear, goodFriday, easterSunday, Holiday("Freedom Day", .on(4, 25)), labourDay,
    corpusChristi, Holiday("Portugal Day", .on(6, 10)), assumption,
    Holiday("Republic Day", .on(10, 5)), allSaints,
    Holiday("Restoration of Independence", .on(12, 1)), immaculateConception, christmas,
  ]

  /// Law 1989:253 on public holidays.
  private static let sweden = [
    newYear, epiphany, goodFriday, easterSunday, easterMonday, labourDay, ascension, whitSunday,
    Holiday("National Day", .on(6, 6)), Holiday("Midsummer Day", .first(5, from: 6, 20)),
    Holiday("All Saints' Day", .first(5, from: 10, 31)), christmas, secondChristmas,
  ]

  /// 5 U.S.C. 6103.
  private static let unitedStates = [
    Holiday("New Year's Day", .on(1, 1), observed: .nearestWeekday),
    Holiday("Martin Luther King Jr. Day", .nth(3, 0, of: 1)),
    Holiday("Washington's Birthday", .nth(3, 0, of: 2)),
    Holiday("Memorial Day", .nth(-1, 0, of: 5)),
    Holiday("Juneteenth", .on(6, 19), observed: .nearestWeekday, years: 2021...9_999),
    Holiday("Independence Day", .on(7, 4), observed: .nearestWeekday),
    Holiday("Labor Day", .nth(1, 0, of: 9)), Holiday("Columbus Day", .nth(2, 0, of: 10)),
    Holiday("Veterans Day", .on(11, 11), observed: .nearestWeekday),
    Holiday("Thanksgiving", .nth(4, 3, of: 11)),
    Holiday("Christmas Day", .on(12, 25), observed: .nearestWeekday),
  ]
}
