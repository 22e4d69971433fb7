public import CallFlows
public import NodeContract
public import Persistence
public import Tenancy

/// What would become of a call, as the node that gets it would decide.
public struct ExplainedAnswering: Sendable {
  /// The line that says whether the call is wanted at all; nil: none does, and it is.
  public let screening: ScreeningEntry?
  public let rules: [AnsweringRule]
  /// So many of them, the first, are not of the list but switched.
  public let switched: Int
  public let plan: AnsweringPlan
  public let zone: String
  /// What the clocks show where the tenant is.
  public let time: LocalTime
}

/// What users say of the calls to them.
public struct AnsweringOperations: Sendable {
  private let store: Store
  private let clock: Clock

  public init(_ store: Store, clock: Clock = .system) { (self.store, self.clock) = (store, clock) }

  public func rules(
    of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> [AnsweringRule] {
    _ = try found(await store.extensions.find(id, of: tenant, in: scope), "extension", id)
    return try await store.answeringRules.rules(of: id, of: tenant, in: scope)
  }

  /// All lines together, in the place of those before.
  public func replace(
    _ lines: [NewAnsweringRule], of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> [AnsweringRule] {
    var greetings: [SoundID: SoundReference] = [:]
    for (place, line) in lines.prefix(AnsweringRule.mostLines).enumerated() {
      guard let sound = line.greeting, greetings[sound] == nil else { continue }
      greetings[sound] = try await store.reference(
        to: sound, as: "items.\(place).greeting", of: tenant, in: scope)
    }
    let rules = try AnsweringRule.lines(lines, greetings: greetings)
    for (place, rule) in rules.enumerated() {
      guard let code = rule.hours?.holidays, HolidayCalendar(code) == nil else { continue }
      throw InvalidField("items.\(place).holidays", .unknownReference)
    }
    guard try await store.answeringRules.replace(rules, of: id, of: tenant, in: scope) else {
      throw NotFound("extension", id)
    }
    return rules
  }

  /// - Parameters:
  ///   - caller: as it would be shown, an extension or E.164 with plus; nil: withheld.
  ///   - called: nil: the extension itself.
  ///   - time: nil: now.
  public func explain(
    _ id: ExtensionID, of tenant: TenantID, caller: String?, called: String?, at time: WallTime?,
    in scope: AccessScope
  ) async throws -> ExplainedAnswering {
    let snapshot = try found(
      await store.snapshots.tenant(tenant, in: scope), "tenant", tenant)
    guard let entry = snapshot.extensions.first(where: { $0.id == id }) else {
      throw NotFound("extension", id)
    }
    let call = IncomingCall(
      caller: caller, called: called ?? entry.number, at: time ?? clock.now(), in: snapshot)
    let screening =
      call.isInternal
      ? nil : CallScreening(snapshot.screening).entry(for: ScreenedCaller(number: caller), to: id)
    return ExplainedAnswering(
      screening: screening, rules: entry.rules, switched: entry.switchedRules.count,
      plan: AnsweringPlan(
        entry.rules, for: call, by: snapshot.clock, hasMailbox: entry.mailbox != nil),
      zone: snapshot.clock.zone, time: LocalTime(call.time, by: snapshot.clock))
  }
}
