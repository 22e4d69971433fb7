/// Somebody outside whom a tenant knows: a name for numbers, and what rules may ask for.
public struct ContactEntry: Hashable, Sendable {
  public var name: String
  /// E.164 with plus; a number is one contact's of its tenant only.
  public var numbers: [String]
  public var groups: [String]
  public var isVIP: Bool

  public init(name: String, numbers: [String], groups: [String] = [], isVIP: Bool = false) {
    self.name = name
    self.numbers = numbers
    self.groups = groups
    self.isVIP = isVIP
  }
}
