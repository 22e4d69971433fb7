import NodeContract
import SIP

/// Phones to which nothing leads any more since their site was lost: for a while they are taken for being on
/// their way here, and not for offline.
struct ExpectedPhones: Sendable {
  private struct Phone: Sendable {
    /// As it would be at the address that hosts the lost one.
    let binding: Binding
    /// As it was known, with nothing left of its time.
    let end: BindingChange
  }

  private var phones: [BindingKey: [Phone]] = [:]
  private var until: [BindingKey: BootInstant] = [:]
  private var deadlines = DeadlineQueue<BindingKey>()

  var nextDeadline: BootInstant? { deadlines.next }

  /// Those of that extension.
  func bindings(of key: BindingKey) -> [Binding] { (phones[key] ?? []).map(\.binding) }

  /// When they are taken for offline; nil: none of the extension's is expected.
  func deadline(of key: BindingKey) -> BootInstant? { until[key] }

  mutating func expect(
    _ binding: Binding, of key: BindingKey, knownAs change: BindingChange, until: BootInstant
  ) {
    var end = change
    end.expiresIn = .zero
    phones[key, default: []].append(Phone(binding: binding, end: end))
    self.until[key] = until
    deadlines.set(until, for: key)
  }

  /// The extension's bindings are these now: whoever is among them is expected no more.
  ///
  /// - Returns: what became of the former bindings.
  mutating func came(_ key: BindingKey, as bindings: [Binding]) -> [BindingChange] {
    let here = bindings.map { $0.change(of: key, remaining: .zero).key }
    let came = (phones[key] ?? []).filter { phone in
      bindings.contains { phone.binding.isReplaced(by: $0.contact, $0.traits) }
    }
    phones[key]?.removeAll { phone in came.contains { $0.end.key == phone.end.key } }
    if phones[key]?.isEmpty == true { forget(key) }
    return came.map(\.end).filter { !here.contains($0.key) }
  }

  /// Those whose time is over are offline.
  mutating func expire(at now: BootInstant) -> [BindingChange] {
    var ends: [BindingChange] = []
    while let key = deadlines.popDue(at: now) {
      ends += (phones[key] ?? []).map(\.end)
      forget(key)
    }
    return ends
  }

  /// The address that they were expected at is another's.
  mutating func forget(at host: AddressName) {
    for key in phones.keys.sorted() {
      phones[key]?.removeAll { $0.binding.address == host }
      if phones[key]?.isEmpty == true { forget(key) }
    }
  }

  private mutating func forget(_ key: BindingKey) {
    (phones[key], until[key]) = (nil, nil)
    deadlines.set(nil, for: key)
  }
}
