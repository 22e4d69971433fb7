public import NodeContract

/// Somebody outside whom a tenant knows.
public struct Contact: Hashable, Sendable {
  /// Of one tenant, at most: nodes have them all at hand.
  public static let mostContacts = 5_000
  public static let mostNumbers = 10
  public static let mostGroups = 10

  public var id: ContactID
  public var tenant: TenantID
  public var name: DisplayName
  /// In the order in which people gave them; none twice, and none of another contact.
  public var numbers: [E164]
  public var groups: [ContactGroup]
  public var isVIP: Bool
  public var createdAt: WallTime

  public init(
    id: ContactID, tenant: TenantID, name: DisplayName, numbers: [E164], groups: [ContactGroup],
    isVIP: Bool, createdAt: WallTime
  ) {
    self.id = id
    self.tenant = tenant
    self.name = name
    self.numbers = numbers
    self.groups = groups
    self.isVIP = isVIP
    self.createdAt = createdAt
  }

  /// What a node needs of it.
  public var entry: ContactEntry {
    ContactEntry(
      name: name.text, numbers: numbers.map(\.description), groups: groups.map(\.text),
      isVIP: isVIP)
  }
}

/// What contacts may have in common: 1 to 40 characters without commas and semicolons, which part
/// groups in files.
public struct ContactGroup: Hashable, Sendable, Comparable {
  public let text: String

  public init(_ text: some StringProtocol, field: String = "groups") throws(InvalidField) {
    let name = try DisplayName(text, field: field).text
    guard name.count <= 40 else { throw InvalidField(field, .tooLong(limit: 40)) }
    guard !name.contains(where: { ",;".contains($0) }) else {
      throw InvalidField(field, .malformed(expected: "names without commas and semicolons"))
    }
    self.text = name
  }

  public static func < (left: ContactGroup, right: ContactGroup) -> Bool { left.text < right.text }
}

/// A contact as a person gave it.
public struct NewContact: Hashable, Sendable {
  public var name: DisplayName
  public var numbers: [E164]
  public var groups: [ContactGroup]
  public var isVIP: Bool

  /// - Parameter number: what a person of that tenant means by a number; nil: none.
  public init(
    name: String, numbers: [String], groups: [String] = [], isVIP: Bool = false,
    reading number: (String) -> String?
  ) throws(InvalidField) {
    self.name = try DisplayName(name)
    self.numbers = try Self.few(numbers, "numbers", limit: Contact.mostNumbers) {
      (text) throws(InvalidField) in
      guard let known = number(text).flatMap({ E164(canonical: $0) }) else {
        throw InvalidField(
          "numbers", .malformed(expected: "telephone numbers, best as +447700900123"))
      }
      return known
    }
    guard !self.numbers.isEmpty else { throw InvalidField("numbers", .empty) }
    self.groups = try Self.few(groups, "groups", limit: Contact.mostGroups) {
      (text) throws(InvalidField) in try ContactGroup(text)
    }
    self.isVIP = isVIP
  }

  /// Each once, in their order.
  private static func few<Element: Hashable>(
    _ texts: [String], _ field: String, limit: Int,
    _ read: (String) throws(InvalidField) -> Element
  ) throws(InvalidField) -> [Element] {
    guard texts.count <= limit else { throw InvalidField(field, .tooMany(limit: limit)) }
    var elements: [Element] = []
    for text in texts {
      let element = try read(text)
      if !elements.contains(element) { elements.append(element) }
    }
    return elements
  }
}
