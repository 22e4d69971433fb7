import NodeContract

/// What the agents of all tenants did.
struct AgentTable: Sendable {
  struct Entry: Sendable {
    let tenant: TenantID
    /// The tenant's home.
    let address: AddressName
    var record: AgentRecord
    /// How many checkpoints were made of it.
    var checkpoints: UInt64 = 0
  }

  private var entries: [ExtensionID: Entry] = [:]
  private var deadlines = DeadlineQueue<ExtensionID>()

  subscript(agent: ExtensionID) -> Entry? {
    get { entries[agent] }
    set {
      entries[agent] = newValue
      deadlines.set(newValue?.record.nextDeadline, for: agent)
    }
  }

  var ids: Set<ExtensionID> { Set(entries.keys) }

  func ids(of tenant: TenantID) -> [ExtensionID] {
    entries.filter { $0.value.tenant == tenant }.keys.sorted()
  }

  /// When an agent's time for itself, or its rest, is over.
  var nextDeadline: BootInstant? { deadlines.next }

  /// The tenants of those who may be rung again.
  mutating func advance(to now: BootInstant) -> Set<TenantID> {
    var tenants: Set<TenantID> = []
    while let agent = deadlines.popDue(at: now) {
      guard var entry = entries[agent] else { continue }
      entry.record.advance(to: now)
      self[agent] = entry
      tenants.insert(entry.tenant)
    }
    return tenants
  }

  /// Whoever serves the address now has their records.
  mutating func forget(at address: AddressName) {
    for (agent, entry) in entries where entry.address == address { self[agent] = nil }
  }
}
