/// A subscription as its node would have the next process carry it on: opaque bytes that only
/// `CallControl` reads, in an envelope that everyone may. An `expiresIn` of zero: it is over.
public struct SubscriptionChange: Hashable, Sendable {
  /// What tells subscriptions apart: the names of their dialogs at our end.
  public struct Key: Hashable, Sendable {
    public let callID: String
    public let localTag: String

    public init(callID: String, localTag: String) {
      self.callID = callID
      self.localTag = localTag
    }
  }

  public var key: Key
  public var tenant: TenantID
  public var address: AddressName
  public var expiresIn: Duration
  public var contents: [UInt8]

  public init(
    key: Key, tenant: TenantID, address: AddressName, expiresIn: Duration, contents: [UInt8]
  ) {
    self.key = key
    self.tenant = tenant
    self.address = address
    self.expiresIn = expiresIn
    self.contents = contents
  }
}

/// How many messages wait in a mailbox.
public struct MailboxChange: Hashable, Sendable {
  public var tenant: TenantID
  public var `extension`: ExtensionID
  /// Not heard yet.
  public var newMessages: UInt32
  public var oldMessages: UInt32

  public init(
    tenant: TenantID, extension: ExtensionID, newMessages: UInt32, oldMessages: UInt32
  ) {
    self.tenant = tenant
    self.extension = `extension`
    self.newMessages = newMessages
    self.oldMessages = oldMessages
  }
}
