internal import FoundationEssentials
internal import SwiftProtobuf

// What a node says of itself, its devices and its calls.

extension NodeHello: WireConvertible {
  init(wire: WireHello) throws(WireError) {
    self.init(
      node: try WireField.name(wire.node, "hello.node"),
      site: try WireField.name(wire.site, "hello.site"),
      incarnation: try WireField.uuid(wire.incarnation, "hello.incarnation"),
      featureLevel: try WireField.narrowed(wire.featureLevel, "hello.feature_level"),
      spool: try WireField.id(wire.spool, "hello.spool"),
      addresses: try wire.addresses.map(HeldAddress.init(wire:)),
      tenants: try wire.tenants.map(TenantRevision.init(wire:)))
  }

  var wire: WireHello {
    .with {
      $0.node = node.text
      $0.site = site.text
      $0.incarnation = incarnation.wire
      $0.featureLevel = UInt32(featureLevel)
      $0.spool = spool.wire
      $0.addresses = addresses.map(\.wire)
      $0.tenants = tenants.map(\.wire)
    }
  }
}

extension TenantRevision: WireConvertible {
  init(wire: WireTenantRevision) throws(WireError) {
    self.init(
      tenant: try WireField.id(wire.tenant, "tenant_revision.tenant"), revision: wire.revision)
  }

  var wire: WireTenantRevision {
    .with {
      $0.tenant = tenant.wire
      $0.revision = revision
    }
  }
}

extension CheckpointEnvelope: WireConvertible {
  init(wire: WireCheckpoint) throws(WireError) {
    self.init(
      call: try WireField.id(wire.call, "checkpoint.call"),
      tenant: try WireField.id(wire.tenant, "checkpoint.tenant"),
      address: try WireField.name(wire.address, "checkpoint.address"),
      epoch: try WireField.required(wire.epoch, present: wire.hasEpoch, "checkpoint.epoch"),
      number: wire.number, summary: wire.summary, contents: Array(wire.contents),
      subject: try Subject(wire: wire.subject))
  }

  var wire: WireCheckpoint {
    .with {
      $0.call = call.wire
      $0.tenant = tenant.wire
      $0.address = address.text
      $0.epoch = epoch.wire
      $0.number = number
      $0.summary = summary
      $0.contents = Data(contents)
      $0.subject = subject.wire
    }
  }
}

extension BindingChange: WireConvertible {
  init(wire: WireBinding) throws(WireError) {
    self.init(
      tenant: try WireField.id(wire.tenant, "binding.tenant"),
      extension: try WireField.id(wire.extension, "binding.extension"),
      address: try WireField.name(wire.address, "binding.address"), contact: wire.contact,
      source: try WireField.required(wire.source, present: wire.hasSource, "binding.source"),
      local: try WireField.required(wire.local, present: wire.hasLocal, "binding.local"),
      userAgent: wire.userAgent,
      expiresIn: try WireField.duration(
        nanoseconds: wire.expiresInNanoseconds, "binding.expires_in"),
      instance: wire.instance, registration: wire.registration, path: wire.path,
      transport: BindingTransport(wire: wire.transport),
      preference: wire.hasPreference
        ? try WireField.narrowed(wire.preference, "binding.preference") : 1000)
  }

  var wire: WireBinding {
    .with {
      $0.tenant = tenant.wire
      $0.extension = `extension`.wire
      $0.address = address.text
      $0.contact = contact
      $0.source = source.wire
      $0.local = local.wire
      $0.userAgent = userAgent
      $0.expiresInNanoseconds = expiresIn.nanoseconds
      $0.instance = instance
      $0.registration = registration
      $0.path = path
      $0.transport = transport.wire
      if preference != 1000 { $0.preference = UInt32(preference) }
    }
  }
}

extension NodeLoad: WireConvertible {
  init(wire: WireLoad) throws(WireError) {
    self.init(
      calls: wire.calls, openTransactions: wire.openTransactions, bindings: wire.bindings,
      residentBytes: wire.residentBytes, unacknowledgedFacts: wire.unacknowledgedFacts,
      datagramsReceived: wire.datagramsReceived, datagramsDropped: wire.datagramsDropped,
      packetsRelayed: wire.packetsRelayed, messagesQuarantined: wire.messagesQuarantined,
      emergencyCalls: wire.emergencyCalls, movingParties: wire.movingParties,
      returningParties: wire.returningParties, fixedParties: wire.fixedParties)
  }

  var wire: WireLoad {
    .with {
      $0.calls = calls
      $0.openTransactions = openTransactions
      $0.bindings = bindings
      $0.residentBytes = residentBytes
      $0.unacknowledgedFacts = unacknowledgedFacts
      $0.datagramsReceived = datagramsReceived
      $0.datagramsDropped = datagramsDropped
      $0.packetsRelayed = packetsRelayed
      $0.messagesQuarantined = messagesQuarantined
      $0.emergencyCalls = emergencyCalls
      $0.movingParties = movingParties
      $0.returningParties = returningParties
      $0.fixedParties = fixedParties
    }
  }
}
