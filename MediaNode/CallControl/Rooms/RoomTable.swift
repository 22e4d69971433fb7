import NodeContract

/// A room by what its tenant's people dial.
struct RoomKey: Hashable, Sendable {
  let tenant: TenantID
  let number: String
}

/// The rooms in which somebody is. Follows from what the calls say of themselves.
struct RoomTable: Sendable {
  private struct Entry {
    var key: RoomKey?
    var calls: Set<CallID> = []
  }

  private var entries: [RoomID: Entry] = [:]
  private var byKey: [RoomKey: RoomID] = [:]

  var isEmpty: Bool { entries.isEmpty && byKey.isEmpty }
  var ids: Set<RoomID> { Set(entries.keys) }

  subscript(key: RoomKey) -> RoomID? { byKey[key] }

  func calls(in room: RoomID) -> Set<CallID> { entries[room]?.calls ?? [] }

  mutating func enter(_ call: CallID, of tenant: TenantID, _ stay: RoomStay) {
    let key = stay.number.map { RoomKey(tenant: tenant, number: $0) }
    entries[stay.room, default: Entry(key: key)].calls.insert(call)
    if let key { byKey[key] = stay.room }
  }

  mutating func leave(_ call: CallID, _ room: RoomID) {
    entries[room]?.calls.remove(call)
    guard let entry = entries[room], entry.calls.isEmpty else { return }
    entries[room] = nil
    if let key = entry.key, byKey[key] == room { byKey[key] = nil }
  }
}
