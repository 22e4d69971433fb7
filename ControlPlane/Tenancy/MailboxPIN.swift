import NodeContract

/// What proves on any phone whose mailbox it is.
public struct MailboxPIN: Hashable, Sendable {
  /// Digits.
  public static let lengths = 4...10

  public let digits: String

  /// A PIN as a person gave it: what everybody tries first is none.
  public init(checking text: String) throws(InvalidField) {
    let digits = Array(text.utf8)
    guard Self.lengths.contains(digits.count),
      digits.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
    else { throw InvalidField("pin", .malformed(expected: "4 to 10 digits")) }
    let steps = Set(zip(digits, digits.dropFirst()).map { Int($1) - Int($0) })
    guard steps.count > 1 || !(-1...1).contains(steps.first ?? 0) else {
      throw InvalidField("pin", .malformed(expected: "no row like 1111, 1234 or 4321"))
    }
    self.digits = text
  }
}
