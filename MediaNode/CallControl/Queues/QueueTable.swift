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
    calls[queue]?.remove(call.id)
    guard calls[queue]?.isEmpty == true else { return }
    calls[queue] = nil
    queues[call.tenant]?.remove(queue)
    if queues[call.tenant]?.isEmpty == true { queues[call.tenant] = nil }
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
