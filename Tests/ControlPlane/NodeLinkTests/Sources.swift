import NodeContract
import NodeLink
import Placement
import Synchronization

/// A ledger in memory that can be told to fail.
actor MemoryLedger: FactLedger {
  struct Down: Error {}

  private(set) var records: [SpoolRecord] = []
  private(set) var attempts = 0
  private var isDown = false

  func setDown(_ isDown: Bool) { self.isDown = isDown }

  func commit(_ records: [SpoolRecord]) async throws {
    attempts += 1
    if isDown { throw Down() }
    self.records += records
  }

  var sequences: [UInt64] { records.map(\.sequence) }
}

/// Sound in memory, by its piece; it can be told to fail.
actor MemorySounds: SoundKeeper {
  struct Down: Error {}

  private(set) var pieces: [SoundPiece.Key: SoundPiece] = [:]
  private(set) var attempts = 0
  private var isDown = false

  func setDown(_ isDown: Bool) { self.isDown = isDown }

  func keep(_ piece: SoundPiece) async throws {
    attempts += 1
    if isDown { throw Down() }
    pieces[piece.key] = piece
  }
}

/// Answers every question alike, and remembers them.
actor MemoryDesk: MailboxDesk {
  private(set) var asked: [MailboxRequest] = []

  func answer(_ request: MailboxRequest) async -> MailboxAnswer.Outcome {
    asked.append(request)
    return .messages([])
  }
}

/// Has one sound, in two pieces.
actor MemoryLender: SoundLender {
  private(set) var asked: [SoundRequest] = []

  func answer(_ request: SoundRequest) async -> SoundAnswer.Outcome {
    asked.append(request)
    return request.offset == 0 ? .piece([1, 2], isLast: false) : .piece([3], isLast: true)
  }
}

/// Tenants in memory; each change is announced.
final class MemoryTenants: TenantSource {
  private struct State {
    var tenants: [TenantID: TenantSnapshot] = [:]
    var mailboxes: [ExtensionID: MailboxChange] = [:]
    var isDown = false
    var listeners: [AsyncStream<TenantChange>.Continuation] = []
  }

  struct Down: Error {}

  private let state = Mutex(State())

  func put(_ tenant: TenantSnapshot) {
    announce(.changed(tenant.tenant)) { $0.tenants[tenant.tenant] = tenant }
  }

  func remove(_ id: TenantID) { announce(.changed(id)) { $0.tenants[id] = nil } }

  func setDown(_ isDown: Bool) { state.withLock { $0.isDown = isDown } }

  private func announce(_ change: TenantChange, after edit: (inout State) -> Void) {
    let listeners = state.withLock {
      edit(&$0)
      return $0.listeners
    }
    for listener in listeners { listener.yield(change) }
  }

  func tenants(homedAt addresses: [AddressName]) async throws -> [TenantSnapshot] {
    try state.withLock {
      if $0.isDown { throw Down() }
      return $0.tenants.values.filter { addresses.contains($0.homeAddress) }
    }
  }

  func tenant(_ id: TenantID) async throws -> TenantSnapshot? {
    try state.withLock {
      if $0.isDown { throw Down() }
      return $0.tenants[id]
    }
  }

  func put(_ mailbox: MailboxChange) {
    announce(.mailbox(mailbox.tenant, mailbox.extension)) {
      $0.mailboxes[mailbox.extension] = mailbox
    }
  }

  func mailbox(of id: ExtensionID, of tenant: TenantID) async throws -> MailboxChange {
    state.withLock { $0.mailboxes[id] }
      ?? MailboxChange(tenant: tenant, extension: id, newMessages: 0, oldMessages: 0)
  }

  func mailboxes(of tenants: [TenantID]) async throws -> [MailboxChange] {
    state.withLock { state in state.mailboxes.values.filter { tenants.contains($0.tenant) } }
  }

  func changes() -> AsyncStream<TenantChange> {
    let (stream, continuation) = AsyncStream<TenantChange>.makeStream()
    state.withLock { $0.listeners.append(continuation) }
    return stream
  }
}

/// Grants in memory; unknown while `isKnown` is false, as when etcd has not answered yet.
final class MemoryGrants: GrantSource {
  private struct State {
    var table: [AddressName: AddressGrant] = [:]
    var isKnown = true
    var listeners: [AsyncStream<[AddressName: AddressGrant]>.Continuation] = []
  }

  private let state = Mutex(State())

  struct Unknown: Error {}

  func setKnown(_ isKnown: Bool) { announce { $0.isKnown = isKnown } }

  func read() throws -> [AddressName: AddressGrant] {
    try state.withLock {
      guard $0.isKnown else { throw Unknown() }
      return $0.table
    }
  }

  func grant(
    _ address: AddressName, to holder: NodeName, heir: NodeName? = nil, revision: Int64,
    after predecessor: Epoch? = nil
  ) {
    announce {
      $0.table[address] = AddressGrant(
        holding: Holding(holder: holder, heir: heir),
        epoch: Epoch(generation: 1, revision: revision), predecessor: predecessor)
    }
  }

  private func announce(after edit: (inout State) -> Void) {
    state.withLock { state in
      edit(&state)
      guard state.isKnown else { return }
      for listener in state.listeners { listener.yield(state.table) }
    }
  }

  func grants() -> AsyncStream<[AddressName: AddressGrant]> {
    let (stream, continuation) = AsyncStream<[AddressName: AddressGrant]>.makeStream()
    state.withLock {
      $0.listeners.append(continuation)
      if $0.isKnown { continuation.yield($0.table) }
    }
    return stream
  }
}
