public import CallFlows
public import NodeContract
public import Persistence
public import Tenancy

/// Which of an extension's flows is meant.
public enum FlowEdition: Hashable, Sendable {
  case inForce
  case draft
  case version(Int)
}

/// A flow that was not published, or put in force again, for what was found in it.
public struct FlowRefused: Error, Hashable, Sendable {
  public let findings: [FlowFinding]
}

/// A draft, and what would be said if it were published.
public struct CheckedDraft: Sendable {
  public let draft: FlowDraft
  public let findings: [FlowFinding]
}

/// What would become of a call in a flow, as the node that gets it would decide.
public struct ExplainedFlow: Sendable {
  public let flow: CallFlow
  public let account: FlowAccount
  /// The tenant's, for names.
  public let extensions: [ExtensionEntry]
  public let ringTimeout: Duration
  public let zone: String
  /// What the clocks show where the tenant is.
  public let time: LocalTime
}

/// What becomes of an extension's callers, step by step: worked on as a draft, published as a version.
public struct FlowOperations: Sendable {
  private let store: Store
  private let clock: Clock

  public init(_ store: Store, clock: Clock = .system) { (self.store, self.clock) = (store, clock) }

  public func list(
    _ page: PageRequest, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Page<FlowOverview> {
    _ = try found(await store.tenants.find(tenant, in: scope), "tenant", tenant)
    return try await store.flows.list(page, of: tenant, in: scope)
  }

  public func inForce(
    of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> FlowVersion {
    try found(await store.flows.inForce(of: id, of: tenant, in: scope), "call flow", id)
  }

  /// The latest first.
  public func versions(
    of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> [FlowVersion] {
    _ = try found(await store.extensions.find(id, of: tenant, in: scope), "extension", id)
    return try await store.flows.versions(of: id, of: tenant, in: scope)
  }

  public func version(
    _ number: Int, of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> FlowVersion {
    try found(
      await store.flows.version(number, of: id, of: tenant, in: scope), "version", number)
  }

  // MARK: - The draft

  public func draft(
    of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> CheckedDraft {
    let draft = try found(await store.flows.draft(of: id, of: tenant, in: scope), "draft", id)
    return CheckedDraft(
      draft: draft, findings: try await check(draft.flow, of: id, of: tenant, in: scope).findings)
  }

  /// In the place of the one before; nothing of it is in force.
  public func save(
    _ new: NewCallFlow, of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> CheckedDraft {
    _ = try found(await store.extensions.find(id, of: tenant, in: scope), "extension", id)
    let flow = try CallFlow(
      checking: new, sounds: await sounds(of: new, of: tenant, in: scope))
    let draft = FlowDraft(flow: flow, savedAt: clock.now())
    let check = try await check(flow, of: id, of: tenant, in: scope)
    try await store.flows.save(draft, of: id, of: tenant, in: scope)
    return CheckedDraft(draft: draft, findings: check.findings)
  }

  public func removeDraft(
    of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws {
    guard try await store.flows.removeDraft(of: id, of: tenant, in: scope) else {
      throw NotFound("draft", id)
    }
  }

  private func sounds(
    of new: NewCallFlow, of tenant: TenantID, in scope: AccessScope
  ) async throws -> [SoundID: SoundReference] {
    var sounds: [SoundID: SoundReference] = [:]
    for (name, step) in new.steps.prefix(CallFlow.mostSteps) {
      guard let sound = step.sound, sounds[sound] == nil else { continue }
      sounds[sound] = try await store.reference(
        to: sound, as: "steps.\(name).sound", of: tenant, in: scope)
    }
    return sounds
  }

  // MARK: - What is in force

  /// Makes a version of the draft. Calls from now on go through it; those that are in the flow go on in the
  /// version that they began in. Throws `FlowRefused`.
  public func publish(
    saying note: String, of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> FlowVersion {
    guard note.count <= 100 else { throw InvalidField("note", .tooLong(limit: 100)) }
    let draft = try await draft(of: id, of: tenant, in: scope)
    try refuse(draft.findings)
    return try found(
      await store.flows.publish(
        draft.draft.flow, saying: note, at: clock.now(), of: id, of: tenant, in: scope),
      "extension", id)
  }

  /// Goes back, or forth, to that version. It is checked again, as the tenant may have changed since it was
  /// published. Throws `FlowRefused`.
  public func putInForce(
    _ number: Int, of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> FlowVersion {
    var version = try await version(number, of: id, of: tenant, in: scope)
    try refuse(await check(version.flow, of: id, of: tenant, in: scope).findings)
    guard try await store.flows.putInForce(version, of: id, of: tenant, in: scope) else {
      throw NotFound("extension", id)
    }
    version.isInForce = true
    return version
  }

  /// The extension rings its own devices again.
  public func withdraw(
    of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws {
    guard try await store.flows.withdraw(of: id, of: tenant, in: scope) else {
      throw NotFound("call flow", id)
    }
  }

  private func refuse(_ findings: [FlowFinding]) throws {
    if findings.contains(where: \.kind.isError) { throw FlowRefused(findings: findings) }
  }

  private func check(
    _ flow: CallFlow, of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> FlowCheck {
    let snapshot = try found(
      await store.snapshots.tenant(tenant, in: scope), "tenant", tenant)
    let today = LocalTime(clock.now(), by: snapshot.clock).date
    return FlowCheck(flow, of: id, in: snapshot, from: today)
  }

  // MARK: - What it does

  public func flow(
    _ edition: FlowEdition, of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> CallFlow {
    switch edition {
    case .inForce: try await inForce(of: id, of: tenant, in: scope).flow
    case .draft:
      try found(await store.flows.draft(of: id, of: tenant, in: scope), "draft", id).flow
    case .version(let number): try await version(number, of: id, of: tenant, in: scope).flow
    }
  }

  public func difference(
    from old: FlowEdition, to new: FlowEdition, of id: ExtensionID, of tenant: TenantID,
    in scope: AccessScope
  ) async throws -> FlowDifference {
    FlowDifference(
      from: try await flow(old, of: id, of: tenant, in: scope),
      to: try await flow(new, of: id, of: tenant, in: scope))
  }

  /// - Parameters:
  ///   - caller: as it would be shown, an extension or E.164 with plus; nil: withheld.
  ///   - called: nil: the extension itself.
  ///   - time: nil: now.
  ///   - keys: what the caller presses, one for each menu.
  public func explain(
    _ edition: FlowEdition, of id: ExtensionID, of tenant: TenantID, caller: String?,
    called: String?, at time: WallTime?, pressing keys: [String], in scope: AccessScope
  ) async throws -> ExplainedFlow {
    let flow = try await flow(edition, of: id, of: tenant, in: scope)
    let snapshot = try found(
      await store.snapshots.tenant(tenant, in: scope), "tenant", tenant)
    guard let entry = snapshot.extensions.first(where: { $0.id == id }) else {
      throw NotFound("extension", id)
    }
    let call = IncomingCall(
      caller: caller, called: called ?? entry.number, at: time ?? clock.now(), in: snapshot)
    let circumstances = FlowCircumstances(
      call, by: snapshot.clock, to: id,
      nights: Set(snapshot.extensions.filter(\.switches.isNight).map(\.id)))
    return ExplainedFlow(
      flow: flow, account: FlowAccount(of: flow, in: circumstances, pressing: keys),
      extensions: snapshot.extensions, ringTimeout: snapshot.ringTimeout,
      zone: snapshot.clock.zone, time: circumstances.time)
  }
}

extension IncomingCall {
  /// One that nobody made.
  init(caller: String?, called: String, at time: WallTime, in tenant: TenantSnapshot) {
    let isInternal = tenant.extensions.contains { $0.number == caller }
    self.init(
      caller: caller, isInternal: isInternal,
      contact: isInternal ? nil : caller.flatMap { ContactIndex(tenant.contacts)[$0] },
      called: called, time: time)
  }
}
