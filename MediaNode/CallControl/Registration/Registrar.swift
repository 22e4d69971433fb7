import NodeContract
import SIP

/// Where each extension's devices are (RFC 3261 section 10.3, RFC 5626 section 6).
struct Registrar: Sendable {
  private var tenants: [TenantID: [ExtensionID: [Binding]]] = [:]
  private var deadlines = DeadlineQueue<BindingKey>()
  /// Whose bindings end with a connection.
  private var connected: [Flow: Set<BindingKey>] = [:]
  private(set) var count = 0
  private let limits: ExchangeLimits
  /// One copy of each User-Agent: thousands of phones say the same.
  private var userAgents: Set<String> = []

  init(limits: ExchangeLimits) { self.limits = limits }

  /// All bindings, in the order of their first registration.
  func bindings(of key: BindingKey) -> [Binding] { tenants[key.tenant]?[key.extension] ?? [] }

  var nextDeadline: BootInstant? { deadlines.next }

  /// Where a REGISTER came from.
  struct Source: Sendable {
    let flow: Flow
    let address: AddressName
    let userAgent: String
    let order: RegisterOrder
    /// Its Path fields.
    var path: [NameAddress] = []
  }

  /// Carries out a wish wholly or, when it throws, not at all.
  mutating func apply(
    _ wish: RegistrationWish, to key: BindingKey, from source: Source, at now: BootInstant
  ) throws(RegistrationRefusal) -> [BindingChange] {
    let known = bindings(of: key)
    switch wish {
    case .query: return []
    case .removeAll:
      guard !known.contains(where: { source.order.isOutdated(by: $0.latest) }) else {
        throw RegistrationRefusal(status: StatusCode.serverInternalError)
      }
      store([], for: key)
      return known.map { $0.change(of: key, remaining: .zero) }
    case .update(let contacts):
      let agent = shared(source.userAgent)
      var update = BindingUpdate(of: key, known, from: source, userAgent: agent, at: now)
      for contact in contacts { try update.apply(contact) }
      try checkLimits(update.bindings.count, before: known.count)
      store(update.bindings, for: key)
      return update.changes
    }
  }

  private func checkLimits(_ devices: Int, before: Int) throws(RegistrationRefusal) {
    guard devices > before else { return }
    guard devices <= limits.bindingsPerExtension, count + devices - before <= limits.bindings
    else {
      let seconds = String(limits.retryAfter.components.seconds)
      throw RegistrationRefusal(
        status: StatusCode.serviceUnavailable, headers: [HeaderField("Retry-After", seconds)])
    }
  }

  /// The text in storage that others have already. Texts without end would be a leak.
  private mutating func shared(_ userAgent: String) -> String {
    guard userAgents.count < limits.userAgents else { return userAgent }
    return userAgents.insert(userAgent).memberAfterInsert
  }

  private mutating func store(_ list: [Binding], for key: BindingKey) {
    let known = bindings(of: key)
    count += list.count - known.count
    for binding in known where binding.flow.transport.isReliable {
      connected[binding.flow]?.remove(key)
      if connected[binding.flow]?.isEmpty == true { connected[binding.flow] = nil }
    }
    for binding in list where binding.flow.transport.isReliable {
      connected[binding.flow, default: []].insert(key)
    }
    tenants[key.tenant, default: [:]][key.extension] = list.isEmpty ? nil : list
    if tenants[key.tenant]?.isEmpty == true { tenants[key.tenant] = nil }
    deadlines.set(list.map(\.expires).min(), for: key)
  }

  /// Ends bindings whose time is over.
  mutating func expire(at now: BootInstant) -> [BindingChange] {
    var changes: [BindingChange] = []
    while let key = deadlines.popDue(at: now) {
      changes += remove(from: key) { $0.expires <= now }
    }
    return changes
  }

  private mutating func remove(from key: BindingKey, where isGone: (Binding) -> Bool)
    -> [BindingChange]
  {
    let known = bindings(of: key)
    store(known.filter { !isGone($0) }, for: key)
    return known.filter(isGone).map { $0.change(of: key, remaining: .zero) }
  }

  /// Ends the tenant's bindings but those of extensions that it still has.
  mutating func removeBindings(of tenant: TenantID, except kept: Set<ExtensionID>)
    -> [BindingChange]
  {
    (tenants[tenant] ?? [:]).keys.filter { !kept.contains($0) }.sorted().flatMap {
      remove(from: BindingKey(tenant: tenant, extension: $0)) { _ in true }
    }
  }

  /// Forgets an address' bindings without a word: its next holder goes on with them.
  mutating func forget(_ address: AddressName) {
    for key in keys { _ = remove(from: key) { $0.address == address } }
  }

  private var keys: [BindingKey] {
    tenants.flatMap { tenant, extensions in
      extensions.keys.map { BindingKey(tenant: tenant, extension: $0) }
    }.sorted()
  }

  // MARK: - Flows

  /// A device with the ways to it, the one to try first first.
  struct Device: Sendable {
    let ways: [Binding]
    /// In thousandths.
    var preference: Int16 { ways.map(\.preference).max() ?? 0 }
  }

  /// The extension's devices, the preferred ones first. The flows of one device lead to the same
  /// phone: one is used, the latest that was refreshed, and the others only should it fail
  /// (RFC 5626 section 6).
  func devices(of key: BindingKey) -> [Device] {
    var devices: [[Binding]] = []
    for binding in bindings(of: key) {
      let sibling = devices.firstIndex { $0.contains { $0.isFlow(ofSameDeviceAs: binding) } }
      if let sibling { devices[sibling].append(binding) } else { devices.append([binding]) }
    }
    return devices.map { Device(ways: $0.sorted { $0.refreshed > $1.refreshed }) }
      .enumerated()
      .sorted { ($1.element.preference, $0.offset) < ($0.element.preference, $1.offset) }
      .map(\.element)
  }

  /// The device answered 430, or its connection is gone: this flow of an Outbound device leads
  /// nowhere any more (RFC 5626 section 5.3). Bindings of other devices stay: the next call may
  /// find their path mended.
  mutating func flowFailed(_ flow: Flow, of key: BindingKey) -> [BindingChange] {
    remove(from: key) { $0.flow == flow && $0.traits.isOutbound }
  }

  /// The connection under these bindings is gone, and its phone opens another if it still lives.
  mutating func flowClosed(_ flow: Flow) -> [BindingChange] {
    (connected[flow] ?? []).sorted().flatMap { remove(from: $0) { $0.flow == flow } }
  }

  // MARK: - Memory of others

  /// A binding whose connection ended with the process that held it: gone, unless its device has
  /// registered here since.
  func lost(_ change: BindingChange) -> [BindingChange] {
    let key = BindingKey(tenant: change.tenant, extension: change.extension)
    guard
      !bindings(of: key).contains(where: { $0.change(of: key, remaining: .zero).key == change.key })
    else { return [] }
    var gone = change
    gone.expiresIn = .zero
    return [gone]
  }

  /// Takes a binding that another process heard, unless its device has registered here since.
  mutating func restore(_ change: BindingChange, at now: BootInstant) {
    let key = BindingKey(tenant: change.tenant, extension: change.extension)
    guard let binding = Binding(change, at: now), count < limits.bindings else { return }
    var known = bindings(of: key)
    guard known.count < limits.bindingsPerExtension,
      !known.contains(where: { $0.isReplaced(by: binding.contact, binding.traits) })
    else { return }
    known.append(binding)
    store(known, for: key)
  }
}

/// What one REGISTER makes of an extension's bindings.
private struct BindingUpdate {
  let key: BindingKey
  let before: [Binding]
  let source: Registrar.Source
  let userAgent: String
  let now: BootInstant
  var bindings: [Binding]
  var changes: [BindingChange] = []

  init(
    of key: BindingKey, _ known: [Binding], from source: Registrar.Source, userAgent: String,
    at now: BootInstant
  ) {
    self.key = key
    self.source = source
    self.userAgent = userAgent
    self.now = now
    before = known
    bindings = known
  }

  mutating func apply(_ contact: RegistrationWish.Contact) throws(RegistrationRefusal) {
    let isThis = { (binding: Binding) in binding.isReplaced(by: contact.uri, contact.traits) }
    guard !before.contains(where: { isThis($0) && source.order.isOutdated(by: $0.latest) }) else {
      throw RegistrationRefusal(status: StatusCode.serverInternalError)
    }
    let place = bindings.firstIndex(where: isThis)
    let replaced = bindings.filter(isThis)
    bindings.removeAll(where: isThis)
    guard contact.lifetime > .zero else { return end(replaced) }
    let binding = binding(for: contact)
    bindings.insert(binding, at: min(place ?? bindings.count, bindings.count))
    let change = binding.change(of: key, remaining: contact.lifetime)
    end(replaced.filter { $0.change(of: key, remaining: .zero).key != change.key })
    changes.append(change)
  }

  private mutating func end(_ ended: [Binding]) {
    changes += ended.map { $0.change(of: key, remaining: .zero) }
  }

  private func binding(for contact: RegistrationWish.Contact) -> Binding {
    var traits = contact.traits
    traits.path = source.path
    return Binding(
      contact: contact.uri, flow: source.flow, address: source.address, userAgent: userAgent,
      preference: contact.preference, latest: source.order, refreshed: now,
      expires: now.advanced(by: contact.lifetime), traits: traits)
  }
}

extension Binding {
  /// Whether a REGISTER with this Contact is about this binding: with Outbound by the device and
  /// its flow (RFC 5626 section 6), else by the URI. A device that names itself but keeps one flow
  /// has one binding too: after a restart it may well come with another URI, and its old one would
  /// ring nowhere.
  func isReplaced(by uri: SIPURI, _ traits: BindingTraits) -> Bool {
    let own = self.traits
    guard own.isOutbound == traits.isOutbound else { return false }
    if traits.isOutbound {
      return own.instance == traits.instance && own.registration == traits.registration
    }
    return contact.isSameContact(as: uri)
      || (!traits.instance.isEmpty && own.instance == traits.instance)
  }

  func isFlow(ofSameDeviceAs other: Binding) -> Bool {
    traits.isOutbound && other.traits.isOutbound && traits.instance == other.traits.instance
  }

  init?(_ change: BindingChange, at now: BootInstant) {
    guard let contact = SIPURI(change.contact), change.expiresIn > .zero else { return nil }
    let path = change.path.compactMap { NameAddress($0) }
    guard path.count == change.path.count else { return nil }
    self.init(
      contact: contact,
      flow: Flow(
        transport: SIPTransport(change.transport), local: change.local, remote: change.source),
      address: change.address, userAgent: change.userAgent,
      preference: Int(min(change.preference, 1000)), latest: nil,
      refreshed: now, expires: now.advanced(by: change.expiresIn),
      traits: BindingTraits(
        instance: change.instance, registration: change.registration, path: path))
  }
}
