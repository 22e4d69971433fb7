/// What makes two registrations the same one: the extension and the device's Contact URI.
public struct BindingKey: Hashable, Sendable {
  public let `extension`: ExtensionID
  public let contact: String

  public init(extension: ExtensionID, contact: String) {
    self.extension = `extension`
    self.contact = contact
  }
}

extension BindingChange {
  public var key: BindingKey { BindingKey(extension: `extension`, contact: contact) }
}
