internal import FoundationEssentials
internal import SwiftProtobuf

// A tenant's snapshot.

extension TenantSnapshot: WireConvertible {
  init(wire: WireTenant) throws(WireError) {
    self.init(
      tenant: try WireField.id(wire.tenant, "tenant.tenant"), revision: wire.revision,
      domain: wire.domain, homeAddress: try WireField.name(wire.homeAddress, "tenant.home_address"),
      dialling: try WireField.required(
        wire.dialling, present: wire.hasDialling, "tenant.dialling"),
      ringTimeout: try WireField.duration(
        nanoseconds: wire.ringTimeoutNanoseconds, "tenant.ring_timeout"),
      extensions: try wire.extensions.map(ExtensionEntry.init(wire:)),
      numbers: try wire.numbers.map(NumberEntry.init(wire:)),
      trunks: try wire.trunks.map(TrunkEntry.init(wire:)),
      clock: wire.hasClock ? try ZoneClock(wire: wire.clock) : .utc,
      features: wire.hasFeatureCodes ? FeatureCodes(wire: wire.featureCodes) : .usual,
      contacts: try wire.contacts.map(ContactEntry.init(wire:)),
      screening: try wire.screening.map(ScreeningEntry.init(wire:)),
      recordingRules: try wire.recordingRules.map(RecordingRule.init(wire:)))
  }

  var wire: WireTenant {
    .with {
      $0.tenant = tenant.wire
      $0.revision = revision
      $0.domain = domain
      $0.homeAddress = homeAddress.text
      $0.dialling = dialling.wire
      $0.ringTimeoutNanoseconds = ringTimeout.nanoseconds
      $0.extensions = extensions.map(\.wire)
      $0.numbers = numbers.map(\.wire)
      $0.trunks = trunks.map(\.wire)
      $0.clock = clock.wire
      $0.featureCodes = features.wire
      $0.contacts = contacts.map(\.wire)
      $0.screening = screening.map(\.wire)
      $0.recordingRules = recordingRules.map(\.wire)
    }
  }
}

extension DiallingRules: WireConvertible {
  init(wire: WireDiallingRules) throws(WireError) {
    self.init(
      countryCode: wire.countryCode, nationalPrefix: wire.nationalPrefix,
      internationalPrefix: wire.internationalPrefix,
      emergencyNumbers: wire.emergencyNumbers.isEmpty
        ? DiallingRules.usualEmergencyNumbers : wire.emergencyNumbers)
  }

  var wire: WireDiallingRules {
    .with {
      $0.countryCode = countryCode
      $0.nationalPrefix = nationalPrefix
      $0.internationalPrefix = internationalPrefix
      $0.emergencyNumbers = emergencyNumbers
    }
  }
}

extension ExtensionEntry: WireConvertible {
  init(wire: WireExtension) throws(WireError) {
    self.init(
      id: try WireField.id(wire.id, "extension.id"), number: wire.number,
      displayName: wire.displayName,
      outsideNumber: wire.hasOutsideNumber ? wire.outsideNumber : nil,
      credentials: try DigestCredential.known(in: wire.credentials),
      answering: try wire.answering.map(AnsweringRule.init(wire:)),
      switches: try AnsweringSwitches(wire: wire.switches),
      group: wire.hasGroup ? try RingGroup(wire: wire.group) : nil,
      maySupervise: wire.maySupervise,
      mailbox: wire.hasMailbox ? try VoiceMailbox(wire: wire.mailbox) : nil,
      menu: wire.hasMenu ? try VoiceMenu(wire: wire.menu) : nil,
      queue: wire.hasQueue ? try CallQueue(wire: wire.queue) : nil,
      flow: wire.hasFlow ? try CallFlow(wire: wire.flow) : nil,
      followMe: wire.hasFollowMe ? try FollowMe(wire: wire.followMe) : nil,
      paging: wire.hasPaging ? try PagingGroup(wire: wire.paging) : nil)
  }

  var wire: WireExtension {
    .with {
      $0.id = id.wire
      $0.number = number
      $0.displayName = displayName
      if let outsideNumber { $0.outsideNumber = outsideNumber }
      $0.credentials = credentials.map(\.wire)
      $0.answering = answering.map(\.wire)
      $0.switches = switches.wire
      if let group { $0.group = group.wire }
      $0.maySupervise = maySupervise
      if let mailbox { $0.mailbox = mailbox.wire }
      if let menu { $0.menu = menu.wire }
      if let queue { $0.queue = queue.wire }
      if let flow { $0.flow = flow.wire }
      if let followMe { $0.followMe = followMe.wire }
      if let paging { $0.paging = paging.wire }
    }
  }
}

extension DigestCredential {
  /// Leaves out credentials of algorithms that a newer sender knows; the others still serve.
  static func known(in list: [WireCredential]) throws(WireError) -> [DigestCredential] {
    var known: [DigestCredential] = []
    for credential in list {
      switch credential.algorithm {
      case .sha256: known.append(DigestCredential(algorithm: .sha256, ha1: credential.ha1))
      case .md5: known.append(DigestCredential(algorithm: .md5, ha1: credential.ha1))
      case .UNRECOGNIZED: continue
      case .unspecified: throw .invalidField("credential.algorithm")
      }
    }
    return known
  }

  var wire: WireCredential {
    .with {
      $0.algorithm =
        switch algorithm {
        case .sha256: .sha256
        case .md5: .md5
        }
      $0.ha1 = ha1
    }
  }
}

extension NumberEntry: WireConvertible {
  init(wire: WireNumber) throws(WireError) {
    guard case .extension(let destination)? = wire.destination else {
      throw .invalidField("number.destination")
    }
    self.init(
      id: try WireField.id(wire.id, "number.id"), number: wire.number,
      destination: .extension(try WireField.id(destination, "number.extension")),
      display: wire.hasDisplay
        ? try WireField.present(CallerDisplay(wire.display), "number.display") : nil)
  }

  var wire: WireNumber {
    .with {
      $0.id = id.wire
      $0.number = number
      switch destination {
      case .extension(let id): $0.extension = id.wire
      }
      if let display { $0.display = display.text }
    }
  }
}

extension TrunkEntry: WireConvertible {
  init(wire: WireTrunk) throws(WireError) {
    self.init(
      id: try WireField.id(wire.id, "trunk.id"), name: wire.name,
      address: try WireField.name(wire.address, "trunk.address"),
      peers: try wire.peers.map(IPEndpoint.init(wire:)),
      account: wire.hasAccount ? try TrunkAccount(wire: wire.account) : nil,
      visitor: wire.hasVisitor ? try TrunkVisitor(wire: wire.visitor) : nil,
      profile: TrunkProfile(wire: wire.profile), route: wire.hasRoute ? wire.route : nil,
      certificateName: wire.hasCertificateName ? wire.certificateName : nil)
  }

  var wire: WireTrunk {
    .with {
      $0.id = id.wire
      $0.name = name
      $0.address = address.text
      $0.peers = peers.map(\.wire)
      if let account { $0.account = account.wire }
      if let visitor { $0.visitor = visitor.wire }
      $0.profile = profile.wire
      if let route { $0.route = route }
      if let certificateName { $0.certificateName = certificateName }
    }
  }
}

extension TrunkAccount: WireConvertible {
  init(wire: WireTrunkAccount) throws(WireError) {
    self.init(
      username: wire.username, realm: wire.realm,
      credentials: try DigestCredential.known(in: wire.credentials),
      registrar: wire.hasRegistrar ? wire.registrar : nil)
  }

  var wire: WireTrunkAccount {
    .with {
      $0.username = username
      $0.realm = realm
      $0.credentials = credentials.map(\.wire)
      if let registrar { $0.registrar = registrar }
    }
  }
}

extension TrunkVisitor: WireConvertible {
  init(wire: WireTrunkVisitor) throws(WireError) {
    self.init(
      username: wire.username, credentials: try DigestCredential.known(in: wire.credentials))
  }

  var wire: WireTrunkVisitor {
    .with {
      $0.username = username
      $0.credentials = credentials.map(\.wire)
    }
  }
}

extension TrunkProfile {
  init(wire: WireTrunkProfile) {
    self.init(
      isTrusted: wire.isTrusted, identity: IdentityForm(wire: wire.identity),
      forwarding: ForwardingForm(wire: wire.forwarding))
  }

  var wire: WireTrunkProfile {
    .with {
      $0.isTrusted = isTrusted
      $0.identity = identity.wire
      $0.forwarding = forwarding.wire
    }
  }
}

extension TrunkProfile.IdentityForm {
  fileprivate init(wire: WireTrunkProfile.Identity) {
    switch wire {
    case .none, .UNRECOGNIZED: self = .none
    case .asserted: self = .asserted
    case .preferred: self = .preferred
    case .remoteParty: self = .remoteParty
    }
  }

  fileprivate var wire: WireTrunkProfile.Identity {
    switch self {
    case .none: .none
    case .asserted: .asserted
    case .preferred: .preferred
    case .remoteParty: .remoteParty
    }
  }
}

extension TrunkProfile.ForwardingForm {
  fileprivate init(wire: WireTrunkProfile.Forwarding) {
    switch wire {
    case .none, .UNRECOGNIZED: self = .none
    case .diversion: self = .diversion
    case .history: self = .history
    }
  }

  fileprivate var wire: WireTrunkProfile.Forwarding {
    switch self {
    case .none: .none
    case .diversion: .diversion
    case .history: .history
    }
  }
}
