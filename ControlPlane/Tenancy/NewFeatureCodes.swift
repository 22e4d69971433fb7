public import NodeContract

extension FeatureCodes {
  /// Codes as a person gave them: those that are not the usual ones, and nil for a feature that is to
  /// have none. Refused is what could not be told apart when somebody dials it: from another code, an
  /// extension or a number for help.
  public static func changed(
    _ entries: [(feature: String, code: String?)], extensions: [ExtensionNumber],
    emergencyNumbers: [String]
  ) throws(InvalidField) -> [Feature: String?] {
    var changed: [Feature: String?] = [:]
    for (place, entry) in entries.enumerated() {
      let field = "items.\(place)"
      guard let feature = Feature(rawValue: entry.feature) else {
        throw InvalidField("\(field).feature", .unknownReference)
      }
      guard changed[feature] == nil else { throw InvalidField("\(field).feature", .taken) }
      if let code = entry.code { try check(code, of: feature, "\(field).code") }
      changed.updateValue(entry.code, forKey: feature)
    }
    try check(changed, beside: extensions.map(\.digits) + emergencyNumbers, entries)
    return changed
  }

  private static func check(
    _ code: String, of feature: Feature, _ field: String
  ) throws(InvalidField) {
    let isPlain = code.utf8.allSatisfy { $0.isDigit || $0 == UInt8(ascii: "*") }
    guard (2...8).contains(code.utf8.count), isPlain else {
      throw InvalidField(field, .malformed(expected: "2 to 8 digits and stars"))
    }
    guard feature.argument == .none || code.hasPrefix("*") else {
      throw InvalidField(
        field, .malformed(expected: "begun with *, as a number comes after it"))
    }
  }

  /// Nothing that is dialled may mean two of all that there is then.
  private static func check(
    _ changed: [Feature: String?], beside numbers: [String],
    _ entries: [(feature: String, code: String?)]
  ) throws(InvalidField) {
    for (place, entry) in entries.enumerated() {
      guard let feature = Feature(rawValue: entry.feature), let code = entry.code else { continue }
      let field = "items.\(place).code"
      for other in Feature.allCases where other != feature {
        let otherCode: String? = if let set = changed[other] { set } else { other.usualCode }
        guard let otherCode, feature.isUnclear(at: code, beside: other, at: otherCode) else {
          continue
        }
        throw InvalidField(
          field,
          .malformed(expected: "clear of \(otherCode), the code of \(other.rawValue)"))
      }
      if let number = numbers.first(where: { feature.isUnclear(at: code, beside: $0) }) {
        throw InvalidField(field, .malformed(expected: "clear of the number \(number)"))
      }
    }
  }
}
