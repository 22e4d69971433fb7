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

/// One way to a device of an extension: what it registered, and the path that leads to it. There
/// are many of them, so what few have is kept apart.
struct Binding: Hashable, Sendable {
  let contact: SIPURI
  /// The path that the REGISTER came by. Calls take it too, whatever the Contact says: behind a
  /// NAT nothing else leads to the phone.
  let flow: Flow
  let address: AddressName
  let userAgent: String
  /// Preference in thousandths.
  let preference: Int16
  /// Call-ID and CSeq of the latest REGISTER; nil when another process heard it.
  let latest: RegisterOrder?
  let refreshed: BootInstant
  let expires: BootInstant
  private let rareTraits: Boxed<BindingTraits>?

  init(
    contact: SIPURI, flow: Flow, address: AddressName, userAgent: String, preference: Int,
    latest: RegisterOrder?, refreshed: BootInstant, expires: BootInstant,
    traits: BindingTraits = BindingTraits()
  ) {
    self.contact = contact
    self.flow = flow
    self.address = address
    self.userAgent = userAgent
    self.preference = Int16(clamping: preference)
    self.latest = latest
    self.refreshed = refreshed
    self.expires = expires
    rareTraits = traits == BindingTraits() ? nil : .value(traits)
  }

  var traits: BindingTraits {
    switch rareTraits {
    case .value(let traits): traits
    case nil: BindingTraits()
    }
  }

  /// The change that tells of this binding, `remaining` before it ends.
  func change(of key: BindingKey, remaining: Duration) -> BindingChange {
    BindingChange(
      tenant: key.tenant, extension: key.extension, address: address,
      contact: contact.description, source: flow.remote, local: flow.local,
      userAgent: userAgent, expiresIn: remaining, instance: traits.instance,
      registration: traits.registration, path: traits.path.map(\.description),
      transport: BindingTransport(flow.transport),
      preference: UInt16(clamping: min(preference, 1000)))
  }
}

/// What a device says of itself when it knows RFC 5626, and the proxies before it (RFC 3327).
struct BindingTraits: Hashable, Sendable {
  /// `+sip.instance`: the device, whatever it calls itself today; empty when it does not say.
  var instance = ""
  /// `reg-id`: which of the device's flows this is; zero when it keeps only one.
  var registration: UInt32 = 0
  /// Route of requests to the device, nearest first.
  var path: [NameAddress] = []

  var isOutbound: Bool { registration != 0 && !instance.isEmpty }
}

/// A value in a place of its own.
indirect enum Boxed<Value: Hashable & Sendable>: Hashable, Sendable {
  case value(Value)
}

/// The place of a REGISTER among those of one device (RFC 3261 section 10.3, step 7).
struct RegisterOrder: Hashable, Sendable {
  /// A hash of the Call-ID: who makes two of them collide harms only its own extension.
  private let callID: UInt64
  private let sequence: UInt32

  init(callID: String, sequence: UInt32) {
    // FNV-1a.
    self.callID = callID.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    self.sequence = sequence
  }

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

extension SIPTransport {
  init(_ transport: BindingTransport) {
    self =
      switch transport {
      case .udp: .udp
      case .tcp: .tcp
      case .tls: .tls
      }
  }
}

extension BindingTransport {
  init(_ transport: SIPTransport) {
    self =
      switch transport {
      case .udp: .udp
      case .tcp: .tcp
      case .tls: .tls
      }
  }
}
