import NodeContract
import SIP

/// Where each extension's devices are (RFC 3261 section 10.3).
struct Registrar: Sendable {
  private var bindings: [BindingKey: [Binding]] = [:]
  private var deadlines = DeadlineQueue<BindingKey>()
  private(set) var count = 0
  private let limits: ExchangeLimits

  init(limits: ExchangeLimits) { self.limits = limits }

  /// The extension's devices, the preferred ones first.
  func devices(of key: BindingKey) -> [Binding] {
    (bindings[key] ?? []).enumerated()
      .sorted { ($1.element.preference, $0.offset) < ($0.element.preference, $1.offset) }
      .map(\.element)
  }

  var nextDeadline: BootInstant? { deadlines.next }

  /// Where a REGISTER came from.
  struct Source: Sendable {
    let flow: Flow
    let address: AddressName
    let userAgent: String
    let order: RegisterOrder
  }

  /// Carries out a wish wholly or, when it throws, not at all.
  mutating func apply(
    _ wish: RegistrationWish, to key: BindingKey, from source: Source, at now: BootInstant
  ) throws(RegistrationRefusal) -> [BindingChange] {
    let known = bindings[key] ?? []
    switch wish {
    case .query: return []
    case .removeAll:
      guard !known.contains(where: { source.order.isOutdated(by: $0.latest) }) else {
        throw RegistrationRefusal(status: StatusCode.serverInternalError)
      }
      store([], for: key)
      return known.map { $0.change(of: key, remaining: .zero) }
    case .update(let contacts):
      let (updated, changes) = try update(known, contacts, key, source, now)
      store(updated, for: key)
      return changes
    }
  }

  private func update(
    _ known: [Binding], _ contacts: [RegistrationWish.Contact], _ key: BindingKey,
    _ source: Source, _ now: BootInstant
  ) throws(RegistrationRefusal) -> ([Binding], [BindingChange]) {
    var updated = known
    var changes: [BindingChange] = []
    for contact in contacts {
      let index = updated.firstIndex { $0.contact.isSameContact(as: contact.uri) }
      let old = index.map { updated.remove(at: $0) }
      let before = known.first { $0.contact.isSameContact(as: contact.uri) }
      guard !source.order.isOutdated(by: before?.latest) else {
        throw RegistrationRefusal(status: StatusCode.serverInternalError)
      }
      if contact.lifetime > .zero {
        let binding = Binding(contact, from: source, at: now)
        updated.insert(binding, at: index ?? updated.count)
        changes.append(binding.change(of: key, remaining: contact.lifetime))
      } else if let old {
        changes.append(old.change(of: key, remaining: .zero))
      }
    }
    try checkLimits(updated.count, before: known.count)
    return (updated, changes)
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

  private mutating func store(_ list: [Binding], for key: BindingKey) {
    count += list.count - (bindings[key]?.count ?? 0)
    bindings[key] = list.isEmpty ? nil : list
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
    let known = bindings[key] ?? []
    store(known.filter { !isGone($0) }, for: key)
    return known.filter(isGone).map { $0.change(of: key, remaining: .zero) }
  }

  /// Ends the tenant's bindings but those of extensions that it still has.
  mutating func removeBindings(of tenant: TenantID, except kept: Set<ExtensionID>)
    -> [BindingChange]
  {
    bindings.keys.filter { $0.tenant == tenant && !kept.contains($0.extension) }.sorted()
      .flatMap { remove(from: $0) { _ in true } }
  }

  /// Forgets an address' bindings without a word: its next holder goes on with them.
  mutating func forget(_ address: AddressName) {
    for key in bindings.keys.sorted() { _ = remove(from: key) { $0.address == address } }
  }

  /// Takes a binding that another process heard, unless its device has registered here since.
  mutating func restore(_ change: BindingChange, at now: BootInstant) {
    let key = BindingKey(tenant: change.tenant, extension: change.extension)
    guard let binding = Binding(change, at: now), count < limits.bindings else { return }
    var known = bindings[key] ?? []
    guard known.count < limits.bindingsPerExtension,
      !known.contains(where: { $0.contact.isSameContact(as: binding.contact) })
    else { return }
    known.append(binding)
    store(known, for: key)
  }
}

extension Binding {
  fileprivate init(
    _ contact: RegistrationWish.Contact, from source: Registrar.Source, at now: BootInstant
  ) {
    self.init(
      contact: contact.uri, flow: source.flow, address: source.address,
      userAgent: source.userAgent, preference: contact.preference, latest: source.order,
      expires: now.advanced(by: contact.lifetime))
  }

  fileprivate init?(_ change: BindingChange, at now: BootInstant) {
    guard let contact = SIPURI(change.contact), change.expiresIn > .zero else { return nil }
    self.init(
      contact: contact, flow: Flow(local: change.local, remote: change.source),
      address: change.address, userAgent: change.userAgent, preference: 1000, latest: nil,
      expires: now.advanced(by: change.expiresIn))
  }
}
