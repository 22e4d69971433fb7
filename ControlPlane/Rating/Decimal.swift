/// Why a text is not the decimal that was wanted.
public enum DecimalError: Error, Hashable, Sendable {
  /// Not an optional minus, digits, and perhaps a point and digits.
  case malformed
  /// Digits other than 0 beyond the decimals that the value keeps.
  case tooPrecise(decimals: Int)
  case outOfRange
}

/// Decimal text to and from whole numbers of 10⁻ᵈ, exactly. No binary floating point anywhere.
enum Decimal {
  /// `0.0123` with 6 decimals is 12300.
  static func parse(_ text: some StringProtocol, decimals: Int) throws(DecimalError) -> Int64 {
    let isNegative = text.utf8.first == UInt8(ascii: "-")
    let parts = Array(text.utf8).dropFirst(isNegative ? 1 : 0)
      .split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first, parts.allSatisfy(isDigits) else { throw .malformed }
    let fraction = parts.count == 2 ? Array(parts[1]) : []
    guard fraction.dropFirst(decimals).allSatisfy({ $0 == UInt8(ascii: "0") }) else {
      throw .tooPrecise(decimals: decimals)
    }
    let kept = fraction.prefix(decimals)
    let padding = [UInt8](repeating: UInt8(ascii: "0"), count: decimals - kept.count)
    let magnitude = try negated(whole + kept + padding)
    return isNegative ? magnitude : try flipped(magnitude)
  }

  private static func isDigits(_ part: ArraySlice<UInt8>) -> Bool {
    !part.isEmpty && part.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }

  /// Minus the number that the digits are: the negative side of `Int64` is the longer one.
  private static func negated(_ digits: [UInt8]) throws(DecimalError) -> Int64 {
    var value: Int64 = 0
    for digit in digits {
      let (tenfold, overflowed) = value.multipliedReportingOverflow(by: 10)
      let (next, passed) = tenfold.subtractingReportingOverflow(Int64(digit - UInt8(ascii: "0")))
      guard !overflowed, !passed else { throw .outOfRange }
      value = next
    }
    return value
  }

  private static func flipped(_ value: Int64) throws(DecimalError) -> Int64 {
    guard value != .min else { throw .outOfRange }
    return -value
  }

  /// 12300 with 6 decimals is `0.0123`: as few digits as tell it exactly.
  static func text(_ value: Int64, decimals: Int) -> String {
    let digits = String(value.magnitude)
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let fraction = padded.suffix(decimals)
    let significant = fraction.lastIndex { $0 != "0" }.map { fraction[...$0] } ?? ""
    let whole = padded.dropLast(decimals)
    return (value < 0 ? "-" : "") + whole + (significant.isEmpty ? "" : "." + significant)
  }
}
