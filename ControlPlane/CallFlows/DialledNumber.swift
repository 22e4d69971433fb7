public import NodeContract

/// What people and carriers mean by the digits that they give, in E.164.
extension DiallingRules {
  /// What somebody of this country means by `dialled`, in E.164 with plus; nil: no such number.
  public func e164(_ dialled: String) -> String? {
    guard let digits = DialledDigits.digits(of: dialled) else { return nil }
    if digits.hasPrefix("+") { return DialledDigits.number(digits.dropFirst()) }
    if !internationalPrefix.isEmpty, digits.hasPrefix(internationalPrefix) {
      return DialledDigits.number(digits.dropFirst(internationalPrefix.count))
    }
    guard digits.hasPrefix(nationalPrefix) else { return nil }
    return DialledDigits.number(countryCode + digits.dropFirst(nationalPrefix.count))
  }

  /// A number as a carrier sends it: often international without the plus.
  public func e164(fromCarrier text: String) -> String? {
    guard let digits = DialledDigits.digits(of: text) else { return nil }
    if digits.hasPrefix("+") || digits.hasPrefix("0") || nationalPrefix.isEmpty {
      return e164(digits)
    }
    return DialledDigits.number(digits)
  }
}

private enum DialledDigits {
  /// Digits without what is only for the eye (RFC 3966 section 5.1.1) and without parameters;
  /// nil when something else is left.
  static func digits(of dialled: String) -> String? {
    var number: [UInt8] = []
    for byte in dialled.utf8 where !"-.() ".utf8.contains(byte) {
      if byte == UInt8(ascii: ";") { break }
      let isPlus = byte == UInt8(ascii: "+") && number.isEmpty
      guard isPlus || (48...57).contains(byte), number.count <= 32 else { return nil }
      number.append(byte)
    }
    let digits = number.first == UInt8(ascii: "+") ? number.count - 1 : number.count
    return (1...32).contains(digits) ? String(decoding: number, as: UTF8.self) : nil
  }

  /// The number with its plus when it has 4 to 15 digits and does not begin with a zero.
  static func number(_ digits: some StringProtocol) -> String? {
    guard (4...15).contains(digits.utf8.count), !digits.hasPrefix("0") else { return nil }
    return "+" + digits
  }
}
