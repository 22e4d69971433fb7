extension Via: CustomStringConvertible {
  /// Parses one Via, without its field name (RFC 3261 section 20.42); nil when malformed.
  public init?(_ text: some StringProtocol) { return nil }

  public var description: String { "" }
}
