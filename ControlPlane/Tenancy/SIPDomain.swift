/// The domain of a tenant's SIP addresses: a host name of RFC 1123 section 2.1 with at least two
/// labels, kept in lower case.
public struct SIPDomain: Hashable, Sendable, Comparable, CustomStringConvertible {
  public let text: String
  public var description: String { text }

  public init(_ text: some StringProtocol, field: String = "domain") throws(InvalidField) {
    guard !text.isEmpty else { throw InvalidField(field, .empty) }
    guard text.utf8.count <= 253 else { throw InvalidField(field, .tooLong(limit: 253)) }
    let lowered = text.lowercased()
    let labels = lowered.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard labels.count >= 2, labels.allSatisfy(SIPDomain.isLabel), !SIPDomain.isAddress(labels)
    else { throw InvalidField(field, .malformed(expected: "a host name: demo.example.com")) }
    self.text = lowered
  }

  private static func isLabel(_ label: Substring.UTF8View) -> Bool {
    let hyphen = UInt8(ascii: "-")
    guard (1...63).contains(label.count), label.first != hyphen, label.last != hyphen else {
      return false
    }
    return label.allSatisfy {
      $0.isDigit || $0 == hyphen || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
    }
  }

  /// A last label of digits alone makes the whole an IPv4 address, not a name.
  private static func isAddress(_ labels: [Substring.UTF8View]) -> Bool {
    labels.last?.allSatisfy(\.isDigit) ?? true
  }

  public static func < (left: SIPDomain, right: SIPDomain) -> Bool { left.text < right.text }
}
