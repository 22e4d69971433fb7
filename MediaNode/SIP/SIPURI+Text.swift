extension SIPURI: CustomStringConvertible {
  /// Parses a URI without angle brackets (RFC 3261 section 25.1); nil when malformed.
  public init?(_ text: some StringProtocol) { return nil }

  /// The URI as text, with what must be escaped escaped.
  public var description: String { "" }
}
