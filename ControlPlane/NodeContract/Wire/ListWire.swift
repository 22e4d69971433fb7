internal import FoundationEssentials
internal import SwiftProtobuf

// Messages that the contract has no type of its own for: a list, or an id alone.

struct FactBatch: WireConvertible {
  let records: [SpoolRecord]

  init(records: [SpoolRecord]) { self.records = records }

  init(wire: WireFacts) throws(WireError) {
    self.init(records: try wire.records.map(SpoolRecord.init(wire:)))
  }

  var wire: WireFacts { .with { $0.records = records.map(\.wire) } }
}

struct RetiredCheckpoint: WireConvertible {
  let call: CallID

  init(call: CallID) { self.call = call }

  init(wire: WireCheckpointRetired) throws(WireError) {
    self.init(call: try WireField.id(wire.call, "checkpoint_retired.call"))
  }

  var wire: WireCheckpointRetired { .with { $0.call = call.wire } }
}

struct RemovedTenant: WireConvertible {
  let tenant: TenantID

  init(tenant: TenantID) { self.tenant = tenant }

  init(wire: WireTenantRemoved) throws(WireError) {
    self.init(tenant: try WireField.id(wire.tenant, "tenant_removed.tenant"))
  }

  var wire: WireTenantRemoved { .with { $0.tenant = tenant.wire } }
}

struct TenantList: WireConvertible {
  let tenants: [TenantID]

  init(tenants: [TenantID]) { self.tenants = tenants }

  init(wire: WireSnapshotComplete) throws(WireError) {
    self.init(
      tenants: try wire.tenants.map { (data) throws(WireError) -> TenantID in
        try WireField.id(data, "snapshot_complete.tenants")
      })
  }

  var wire: WireSnapshotComplete { .with { $0.tenants = tenants.map(\.wire) } }
}

struct CommittedFacts: WireConvertible {
  let spool: SpoolID
  let through: UInt64

  init(spool: SpoolID, through: UInt64) {
    self.spool = spool
    self.through = through
  }

  init(wire: WireFactsAcknowledged) throws(WireError) {
    self.init(
      spool: try WireField.id(wire.spool, "facts_acknowledged.spool"), through: wire.through)
  }

  var wire: WireFactsAcknowledged {
    .with {
      $0.spool = spool.wire
      $0.through = through
    }
  }
}

struct BindingList: WireConvertible {
  let bindings: [BindingChange]

  init(bindings: [BindingChange]) { self.bindings = bindings }

  init(wire: WireBindings) throws(WireError) {
    self.init(bindings: try wire.bindings.map(BindingChange.init(wire:)))
  }

  var wire: WireBindings { .with { $0.bindings = bindings.map(\.wire) } }
}
