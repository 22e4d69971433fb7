import NodeContract

/// Who waits in which queue. Follows from what the calls say of themselves.
struct QueueTable: Sendable {
  private var calls: [ExtensionID: Set<CallID>] = [:]
  private var queues: [TenantID: Set<ExtensionID>] = [:]
  /// Tenants in whose queues somebody may have to be rung.
  private var due: Set<TenantID> = []

  var isEmpty: Bool { calls.isEmpty && queues.isEmpty }

  /// Those who wait in that queue.
  subscript(queue: ExtensionID) -> Set<CallID> { calls[queue] ?? [] }

  /// The queues in which somebody waits.
  func queues(of tenant: TenantID) -> Set<ExtensionID> { queues[tenant] ?? [] }

  mutating func enter(_ call: CallMachine) {
    guard let queue = call.waitingCaller?.host.entry else { return }
    calls[queue, default: []].insert(call.id)
    queues[call.tenant, default: []].insert(queue)
    due.insert(call.tenant)
  }

  mutating func leave(_ call: CallMachine) {
    guard let queue = call.waitingCaller?.host.entry else { return }
    leave(call.id, queue, of: call.tenant)
  }

  private mutating func leave(_ call: CallID, _ queue: ExtensionID, of tenant: TenantID) {
    calls[queue]?.remove(call)
    guard calls[queue]?.isEmpty == true else { return }
    calls[queue] = nil
    queues[tenant]?.remove(queue)
    if queues[tenant]?.isEmpty == true { queues[tenant] = nil }
  }

  /// Somebody who is to be called back.
  mutating func enter(_ place: CallbackPlace) {
    calls[place.host.entry, default: []].insert(place.id)
    queues[place.tenant, default: []].insert(place.host.entry)
    due.insert(place.tenant)
  }

  mutating func leave(_ place: CallbackPlace) {
    leave(place.id, place.host.entry, of: place.tenant)
  }

  // MARK: - What is due

  mutating func isDue(_ tenant: TenantID) {
    if queues[tenant] != nil { due.insert(tenant) }
  }

  /// The next tenant, in an order that does not depend on hashing; nil: nothing is due.
  mutating func takeDue() -> TenantID? {
    guard let tenant = due.min() else { return nil }
    due.remove(tenant)
    return tenant
  }

  mutating func forgetDue() { due = [] }
}
