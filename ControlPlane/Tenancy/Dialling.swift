public import NodeContract

extension DiallingRules {
  /// Rules as a person gave them.
  public init(
    checkingCountryCode countryCode: String, nationalPrefix: String, internationalPrefix: String,
    emergencyNumbers: [String] = DiallingRules.usualEmergencyNumbers
  ) throws(InvalidField) {
    guard (1...3).contains(countryCode.utf8.count), !countryCode.hasPrefix("0"),
      countryCode.utf8.allSatisfy(\.isDigit)
    else {
      throw InvalidField("country_code", .malformed(expected: "1 to 3 digits, the first not 0"))
    }
    try DiallingRules.check(nationalPrefix, 0...4, field: "national_prefix")
    try DiallingRules.check(internationalPrefix, 1...4, field: "international_prefix")
    self.init(
      countryCode: countryCode, nationalPrefix: nationalPrefix,
      internationalPrefix: internationalPrefix,
      emergencyNumbers: try DiallingRules.check(emergencyNumbers: emergencyNumbers))
  }

  /// 1 to 16 numbers of 2 to 6 digits, each once: nobody is left without a way to call for help.
  private static func check(emergencyNumbers numbers: [String]) throws(InvalidField) -> [String] {
    let field = "emergency_numbers"
    guard !numbers.isEmpty else { throw InvalidField(field, .empty) }
    guard numbers.count <= 16 else { throw InvalidField(field, .tooMany(limit: 16)) }
    var known: [String] = []
    for number in numbers where !known.contains(number) {
      guard (2...6).contains(number.utf8.count), number.utf8.allSatisfy(\.isDigit) else {
        throw InvalidField(field, .malformed(expected: "numbers of 2 to 6 digits"))
      }
      known.append(number)
    }
    return known
  }

  private static func check(
    _ prefix: String, _ length: ClosedRange<Int>, field: String
  ) throws(InvalidField) {
    guard length.contains(prefix.utf8.count), prefix.utf8.allSatisfy(\.isDigit) else {
      throw InvalidField(
        field, .malformed(expected: "\(length.lowerBound) to \(length.upperBound) digits"))
    }
  }
}
