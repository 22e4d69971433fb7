/// One line of `a=crypto` (RFC 4568 section 9): a key that its sender will protect with.
public struct CryptoAttribute: Hashable, Sendable {
  public static let name = "crypto"

  /// Joins an answer to its offer.
  public let tag: UInt32
  public let key: MediaKey

  public init(tag: UInt32, key: MediaKey) {
    self.tag = tag
    self.key = key
  }

  /// Nil for what we do not know or would not do as it asks: another suite, several keys, a key
  /// identifier in the packets, a short life, session parameters that change the packets.
  public init?(_ attribute: SessionAttribute) {
    guard attribute.name == Self.name, let value = attribute.value else { return nil }
    let parts = value.split(separator: " ", omittingEmptySubsequences: true)
    guard parts.count >= 3, parts[0].utf8.count <= 9, let tag = UInt32(parts[0]),
      let suite = CryptoSuite(rawValue: String(parts[1])),
      let bytes = Self.key(parts[2]), let key = MediaKey(suite, bytes),
      parts.dropFirst(3).allSatisfy(Self.isHarmless)
    else { return nil }
    self.init(tag: tag, key: key)
  }

  public var attribute: SessionAttribute {
    SessionAttribute(
      Self.name, "\(tag) \(key.suite.rawValue) inline:\(Base64.text(of: key.bytes))")
  }

  /// `inline:key|lifetime`
  private static func key(_ text: Substring) -> [UInt8]? {
    guard text.lowercased().hasPrefix("inline:"), !text.contains(";") else { return nil }
    let fields = text.dropFirst("inline:".count).split(
      separator: "|", omittingEmptySubsequences: false)
    guard let key = fields.first, fields.count <= 2,
      fields.count < 2 || isLongEnough(fields[1])
    else { return nil }
    return Base64.bytes(of: key)
  }

  /// Five hours of packets and more: nobody talks so long under one key without a new offer.
  private static func isLongEnough(_ lifetime: Substring) -> Bool {
    if lifetime.hasPrefix("2^") { return UInt8(lifetime.dropFirst(2)).map { $0 >= 20 } ?? false }
    return UInt64(lifetime).map { $0 >= 1 << 20 } ?? false
  }

  /// What need not be understood (section 6.3.7), and a hint for who receives.
  private static func isHarmless(_ parameter: Substring) -> Bool {
    parameter.hasPrefix("-") || parameter.uppercased().hasPrefix("WSH=")
  }
}
