import API
import Drills
import NodeContract
import NodeLink
import Operations
import Placement

// What the link and the API ask for, answered by those who have it.

struct CommittedFacts: FactLedger {
  let commitment: FactCommitment

  func commit(_ records: [SpoolRecord]) async throws { try await commitment.commit(records) }
}

struct KeptSounds: SoundKeeper {
  let intake: SoundIntake

  func keep(_ piece: SoundPiece) async throws { try await intake.keep(piece) }
}

struct AnsweredMailboxes: MailboxDesk {
  let visits: MailboxVisits

  func answer(_ request: MailboxRequest) async -> MailboxAnswer.Outcome {
    await visits.answer(request)
  }
}

struct LentSounds: SoundLender {
  let lending: SoundLending

  func answer(_ request: SoundRequest) async -> SoundAnswer.Outcome {
    await lending.answer(request)
  }
}

struct StoredTenants: TenantSource {
  let snapshots: TenantSnapshots

  func tenants(homedAt addresses: [AddressName]) async throws -> [TenantSnapshot] {
    try await snapshots.tenants(homedAt: addresses)
  }

  func tenant(_ id: TenantID) async throws -> TenantSnapshot? { try await snapshots.tenant(id) }

  func mailbox(of id: ExtensionID, of tenant: TenantID) async throws -> MailboxChange {
    try await snapshots.mailbox(of: id, of: tenant)
  }

  func mailboxes(of tenants: [TenantID]) async throws -> [MailboxChange] {
    try await snapshots.mailboxes(of: tenants)
  }

  func changes() -> AsyncStream<TenantChange> {
    snapshots.changes { notice in
      switch notice {
      case .changed(let id): .changed(id)
      case .mailbox(let tenant, let id): .mailbox(tenant, id)
      case .resynchronize: .resynchronize
      }
    }
  }
}

struct LiveInstallation: InstallationMonitor {
  let fleet: Fleet
  let grants: GrantTable
  let drains: DrainRegister

  func draining() async throws -> Set<NodeName> { try await drains.nodes() }

  func drain(_ node: NodeName, _ isWanted: Bool) async throws {
    if isWanted { try await drains.begin(node) } else { try await drains.end(node) }
  }

  func figures(ofQueue queue: ExtensionID, of tenant: TenantID) async -> QueueFigures? {
    await fleet.figures(ofQueue: queue, of: tenant)
  }

  func remainder(of node: NodeName) async -> [API.RemainingCall] {
    await fleet.remainder(of: node).map {
      API.RemainingCall(address: $0.address, call: $0.call, tenant: $0.tenant, reason: $0.reason)
    }
  }

  func status(of node: NodeName) async -> NodeStatus? {
    let nodes = await fleet.snapshot().nodes
    return nodes.first { $0.name == node }.map {
      NodeStatus(
        isLinked: $0.isLinked, process: $0.incarnation, beatAge: $0.beatAge, load: $0.load)
    }
  }

  func holding(of address: AddressName) async -> AddressHolding? {
    guard let grant = grants.grant(of: address) else { return nil }
    return AddressHolding(
      holder: grant.holding.holder, epoch: grant.epoch, heir: grant.holding.heir,
      standby: grant.holding.standby, doubt: await fleet.doubt(about: address))
  }
}

struct DrillRecordsKept: DrillArchive {
  let records: DrillRecords

  func others(than tenants: [TenantID]) async throws -> [AddressName: Int] {
    try await records.others(than: tenants)
  }

  func books(of calls: [CallID]) async throws -> DrillBooks {
    try await records.books(of: calls)
  }

  func file(_ drill: Drill) async throws { try await records.file(drill) }
}

struct LiveClicks: ClickDesk {
  let fleet: Fleet

  func carryOut(_ order: ClickOrder, at home: AddressName) async -> ClickAnswer? {
    await fleet.carryOut(order, at: home)
  }
}

struct LiveDrills: DrillDesk {
  let planning: DrillPlanningDesk
  let register: DrillRegister

  func plan(_ request: DrillRequest) async throws -> DrillPlan { try await planning.plan(request) }

  func begin(_ drill: Drill) async throws -> DrillID? { try await register.begin(drill) }

  func running() async throws -> Drill? { try await register.running() }

  func abort(_ id: DrillID) async throws -> Bool { try await register.abort(id) }
}
