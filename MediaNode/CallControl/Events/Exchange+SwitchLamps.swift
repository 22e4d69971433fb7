import NodeContract
import SIP

/// Lamps beside keys that switch something: lit while it is on. They are watched by what the key dials, as calls are
/// by an extension (RFC 4235).
extension Exchange {
  /// The switch that its subscriber's key turns on; nil: none, or it is not clear whose.
  func switchResource(
    _ dialled: String?, _ user: ExtensionEntry, in tenant: DirectoryTenant
  ) -> EventResource? {
    guard let meant = tenant.feature(dialled), let wish = SwitchWish(meant), wish.isOn else {
      return nil
    }
    let owner = wish.kind == .night ? tenant.nightSwitch(named: wish.target) : user
    return owner.map { $0.lamp(of: wish.kind, in: tenant.id) }
  }

  mutating func tellWatchers(
    of kind: AnsweringSwitches.Kind, of id: ExtensionID, in tenant: TenantID, at now: Moment
  ) {
    let resource = EventResource(
      tenant: tenant, extension: id, package: .dialog, switch: kind)
    guard subscriptions.isWatched(resource) else { return }
    tellWatchers(of: resource, at: now)
  }

  /// Switches that others turned, or that came with what the control plane knows.
  mutating func tellWatchers(
    ofSwitchesIn tenant: TenantID, since before: DirectoryTenant?, at now: Moment
  ) {
    guard !subscriptions.isEmpty, let after = directory[tenant] else { return }
    for (id, entry) in after.extensionsByID.sorted(by: { $0.key < $1.key }) {
      let switches = before?.extensionsByID[id]?.switches ?? AnsweringSwitches()
      guard switches != entry.switches else { continue }
      for kind in AnsweringSwitches.Kind.allCases
      where switches.isLit(kind) != entry.switches.isLit(kind) {
        tellWatchers(of: kind, of: id, in: tenant, at: now)
      }
    }
  }

  /// One dialog while it is on, none else: that is all that lamps know.
  func switched(_ kind: AnsweringSwitches.Kind, of entry: ExtensionEntry?) -> [DialogInfo.Entry] {
    guard let entry, entry.switches.isLit(kind) else { return [] }
    let name = "\(kind.rawValue)-\(entry.number)"
    return [
      DialogInfo.Entry(
        id: LegID(entry.id.uuid), callID: name, localTag: name, remoteTag: name, isInitiator: true,
        state: .confirmed, remote: Legible.text(entry.switches[kind]?.target ?? entry.number))
    ]
  }
}

extension EventResource {
  /// What is dialled to turn it; nil: it is no switch, or has no code.
  func switchCode(in tenant: DirectoryTenant?) -> String? {
    guard let kind = self.switch, let tenant,
      let feature = Feature.allCases.first(where: { SwitchWish(.init($0))?.turnsOn(kind) == true })
    else { return nil }
    let number = kind == .night ? tenant.extensionsByID[self.extension]?.number : nil
    return tenant.snapshot.features.text(feature, number ?? "")
  }
}

extension SwitchWish {
  fileprivate func turnsOn(_ kind: AnsweringSwitches.Kind) -> Bool { isOn && self.kind == kind }
}

extension AnsweringSwitches {
  fileprivate func isLit(_ kind: Kind) -> Bool {
    switch kind {
    case .queueLogin: worksInQueues
    case .forwardAlways, .doNotDisturb, .forwardBusy, .forwardNoAnswer, .queuePause, .night:
      self[kind]?.isOn ?? false
    }
  }
}

extension ExtensionEntry {
  fileprivate func lamp(of kind: AnsweringSwitches.Kind, in tenant: TenantID) -> EventResource {
    EventResource(tenant: tenant, extension: id, package: .dialog, switch: kind)
  }
}
