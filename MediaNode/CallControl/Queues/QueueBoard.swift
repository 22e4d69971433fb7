import NodeContract

/// What replicas were told of how queues are, and whose queues may be otherwise by now.
struct QueueBoard: Sendable {
  /// A tenant's queues are told of so long after the first change, however many follow.
  static let pause = Duration.milliseconds(400)

  struct Entry: Sendable {
    let tenant: TenantID
    /// The tenant's home.
    let address: AddressName
    /// Nil: another process told it.
    var told: QueueFigures?
    /// How often it was told.
    var number: UInt64
  }

  private(set) var entries: [ExtensionID: Entry] = [:]
  /// Those that have queues.
  private var tenants: Set<TenantID> = []
  private var changed: Set<TenantID> = []
  private var scheduled: Set<TenantID> = []
  private var deadlines = DeadlineQueue<TenantID>()

  var names: [CallID] { entries.keys.map(QueueFigures.checkpointName(of:)) }

  var nextDeadline: BootInstant? { deadlines.next }

  /// Asked after every event of every call: most tenants have no queues.
  mutating func mayHaveChanged(of tenant: TenantID) {
    if tenants.contains(tenant), !scheduled.contains(tenant) { changed.insert(tenant) }
  }

  /// The event is over.
  mutating func schedule(at now: BootInstant) {
    guard !changed.isEmpty else { return }
    for tenant in changed {
      scheduled.insert(tenant)
      deadlines.set(now.advanced(by: Self.pause), for: tenant)
    }
    changed = []
  }

  mutating func popDue(at now: BootInstant) -> TenantID? {
    guard let tenant = deadlines.popDue(at: now) else { return nil }
    scheduled.remove(tenant)
    return tenant
  }

  /// The queue is as it is told now. Nil: that was told before.
  mutating func tell(
    _ figures: QueueFigures, of queue: ExtensionID, _ tenant: TenantID, at address: AddressName
  ) -> UInt64? {
    var entry = entries[queue] ?? Entry(tenant: tenant, address: address, told: nil, number: 0)
    guard entry.told != figures else { return nil }
    entry.told = figures
    entry.number += 1
    entries[queue] = entry
    return entry.number
  }

  /// Another process told of it so often.
  mutating func inherit(
    _ queue: ExtensionID, _ tenant: TenantID, at address: AddressName, number: UInt64
  ) {
    guard entries[queue].map({ $0.number < number }) ?? true else { return }
    entries[queue] = Entry(tenant: tenant, address: address, told: nil, number: number)
    mayHaveChanged(of: tenant)
  }

  /// The tenant has these queues from now on. Those that it had before are forgotten, and returned.
  mutating func review(_ tenant: TenantID, has kept: Set<ExtensionID>) -> [ExtensionID] {
    if kept.isEmpty { tenants.remove(tenant) } else { tenants.insert(tenant) }
    mayHaveChanged(of: tenant)
    let gone = entries.filter { $0.value.tenant == tenant && !kept.contains($0.key) }.keys.sorted()
    for queue in gone { entries[queue] = nil }
    return gone
  }

  /// Whoever serves the address now tells of its queues.
  mutating func forget(at address: AddressName) {
    entries = entries.filter { $0.value.address != address }
  }
}
