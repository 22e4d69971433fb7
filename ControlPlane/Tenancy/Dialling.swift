public import NodeContract

extension DiallingRules {
  /// Rules as a person gave them.
  public init(
    checkingCountryCode countryCode: String, nationalPrefix: String, internationalPrefix: String
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
      internationalPrefix: internationalPrefix)
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
