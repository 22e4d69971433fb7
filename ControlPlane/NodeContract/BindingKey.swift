/// What makes two registrations the same one: the extension, and the device's Contact URI or, where
/// the device keeps several flows, the device and its flow (RFC 5626 section 6).
public struct BindingKey: Hashable, Sendable {
  public let `extension`: ExtensionID
  public let contact: String

  public init(extension: ExtensionID, contact: String) {
    self.extension = `extension`
    self.contact = contact
  }
}

extension BindingChange {
  public var key: BindingKey {
    guard registration != 0, !instance.isEmpty else {
      return BindingKey(extension: `extension`, contact: contact)
    }
    return BindingKey(extension: `extension`, contact: "\(instance);reg-id=\(registration)")
  }
}
