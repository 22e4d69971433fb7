public import NodeContract

/// Contacts by their numbers.
public struct ContactIndex: Sendable {
  private let contacts: [String: ContactEntry]

  public init(_ contacts: [ContactEntry]) {
    self.contacts = Dictionary(
      contacts.flatMap { contact in contact.numbers.map { ($0, contact) } }
    ) { first, _ in first }
  }

  /// - Parameter number: E.164 with plus.
  public subscript(number: String) -> ContactEntry? { contacts[number] }
}
