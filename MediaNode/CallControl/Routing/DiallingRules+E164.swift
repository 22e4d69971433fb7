import NodeContract

/// E.164 numbers and how people dial them.
enum E164 {
  /// Digits without what is only for the eye (RFC 3966 section 5.1.1) and without parameters;
  /// nil when something else is left.
  static func digits(of dialled: String) -> String? {
    let number = dialled.prefix { $0 != ";" }.filter { !"-.() ".contains($0) }
    let digits = number.hasPrefix("+") ? number.dropFirst() : number[...]
    let isNumber = !digits.isEmpty && digits.utf8.allSatisfy { (48...57).contains($0) }
    return isNumber && digits.utf8.count <= 32 ? String(number) : nil
  }

  /// The number with its plus when it has 4 to 15 digits and does not begin with a zero.
  static func number(_ digits: some StringProtocol) -> String? {
    guard (4...15).contains(digits.utf8.count), !digits.hasPrefix("0") else { return nil }
    return "+" + digits
  }
}

extension DiallingRules {
  /// What somebody of this country means by `dialled`, in E.164 with plus; nil: no such number.
  func e164(_ dialled: String) -> String? {
    guard let digits = E164.digits(of: dialled) else { return nil }
    if digits.hasPrefix("+") { return E164.number(digits.dropFirst()) }
    if !internationalPrefix.isEmpty, digits.hasPrefix(internationalPrefix) {
      return E164.number(digits.dropFirst(internationalPrefix.count))
    }
    guard digits.hasPrefix(nationalPrefix) else { return nil }
    return E164.number(countryCode + digits.dropFirst(nationalPrefix.count))
  }

  /// A number as a carrier sends it: often international without the plus.
  func e164(fromCarrier text: String) -> String? {
    guard let digits = E164.digits(of: text) else { return nil }
    if digits.hasPrefix("+") || digits.hasPrefix("0") || nationalPrefix.isEmpty {
      return e164(digits)
    }
    return E164.number(digits)
  }
}
