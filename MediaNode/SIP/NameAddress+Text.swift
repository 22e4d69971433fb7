extension NameAddress: CustomStringConvertible {
  /// Parses `"name" <uri>;parameters` or `uri;parameters`, whose parameters are then the field's
  /// (RFC 3261 section 20.10); nil when malformed.
  public init?(_ text: some StringProtocol) { return nil }

  /// Always with angle brackets.
  public var description: String { "" }
}
