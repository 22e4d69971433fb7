import NodeContract
import SIP

/// Whose bindings: one extension's.
struct BindingKey: Hashable, Sendable, Comparable {
  let tenant: TenantID
  let `extension`: ExtensionID

  static func < (left: BindingKey, right: BindingKey) -> Bool {
    (left.tenant, left.extension) < (right.tenant, right.extension)
  }
}

/// One device of an extension: what it registered, and the path that leads to it.
struct Binding: Hashable, Sendable {
  let contact: SIPURI
  /// The path that the REGISTER came by. Calls take it too, whatever the Contact says: behind a
  /// NAT nothing else leads to the phone.
  let flow: Flow
  let address: AddressName
  let userAgent: String
  /// Preference in thousandths.
  let preference: Int
  /// Call-ID and CSeq of the latest REGISTER; nil when another process heard it.
  let latest: RegisterOrder?
  let expires: BootInstant

  /// The change that tells of this binding, `remaining` before it ends.
  func change(of key: BindingKey, remaining: Duration) -> BindingChange {
    BindingChange(
      tenant: key.tenant, extension: key.extension, address: address,
      contact: contact.description, source: flow.remote, local: flow.local,
      userAgent: userAgent, expiresIn: remaining)
  }
}

/// The place of a REGISTER among those of one device (RFC 3261 section 10.3, step 7).
struct RegisterOrder: Hashable, Sendable {
  let callID: String
  let sequence: UInt32

  /// Whether a later REGISTER of the same device has been heard already.
  func isOutdated(by latest: RegisterOrder?) -> Bool {
    guard let latest, latest.callID == callID else { return false }
    return sequence <= latest.sequence
  }
}

extension SIPURI {
  /// Whether both name the same device (RFC 3261 section 19.1.4, as far as Contacts need it).
  func isSameContact(as other: SIPURI) -> Bool {
    scheme == other.scheme && user == other.user && host == other.host && port == other.port
      && parameters["transport"]?.lowercased() == other.parameters["transport"]?.lowercased()
  }
}
