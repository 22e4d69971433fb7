import NodeContract

/// What another machine's numbers of relays and rooms are here, and which calls were carried on: several
/// replicas tell of the same calls, and a call's legs may come with two addresses, one after the other.
struct InheritedNumbers: Sendable {
  /// After so long nobody tells any more of what was left together.
  static let patience = Duration.seconds(60)

  /// A number of another machine. Of two that die at the same time no tenant has calls at both.
  private struct Foreign: Hashable {
    let tenant: TenantID
    let number: UInt64
  }

  private var relays: [Foreign: RelayID] = [:]
  private var rooms: [Foreign: RoomID] = [:]
  private var carriedOn: Set<CallID> = []
  private var lastUse: BootInstant?

  /// Something is inherited now.
  mutating func begin(at now: BootInstant) {
    if let lastUse, lastUse.duration(to: now) > Self.patience { self = InheritedNumbers() }
    lastUse = now
  }

  subscript(relay: RelayID, of tenant: TenantID) -> RelayID? {
    get { relays[Foreign(tenant: tenant, number: relay.number)] }
    set { relays[Foreign(tenant: tenant, number: relay.number)] = newValue }
  }

  subscript(room: RoomID, of tenant: TenantID) -> RoomID? {
    get { rooms[Foreign(tenant: tenant, number: room.number)] }
    set { rooms[Foreign(tenant: tenant, number: room.number)] = newValue }
  }

  /// Whether the call was carried on here; it may have ended since.
  func has(_ call: CallID) -> Bool { carriedOn.contains(call) }

  mutating func note(_ call: CallID) { carriedOn.insert(call) }

  /// Another node has it now.
  mutating func forget(_ call: CallID) { carriedOn.remove(call) }
}
