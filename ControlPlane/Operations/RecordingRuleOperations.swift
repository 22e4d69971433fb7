public import CallFlows
public import NodeContract
public import Persistence
public import Tenancy

/// What the rules say of a call.
public struct ExplainedRecording: Sendable {
  public let lines: [RecordingRuleLine]
  /// Of each.
  public let fits: [RecordingFit]

  /// Nil: none decides.
  public var decision: RecordingRuleLine? {
    zip(lines, fits).first { $0.1 == .decides }?.0
  }
}

/// Which of a tenant's calls are recorded.
public struct RecordingRuleOperations: Sendable {
  private let store: Store
  private let clock: Clock

  public init(_ store: Store, clock: Clock = .system) { (self.store, self.clock) = (store, clock) }

  public func rules(
    of tenant: TenantID, in scope: AccessScope
  ) async throws -> [RecordingRuleLine] {
    _ = try found(await store.tenants.find(tenant, in: scope), "tenant", tenant)
    return try await store.recordingRules.rules(of: tenant, in: scope)
  }

  /// All lines together, in the place of those before. Calls that are recorded already go on as they began.
  public func replace(
    _ new: [NewRecordingRule], of tenant: TenantID, in scope: AccessScope
  ) async throws -> [RecordingRuleLine] {
    let dialling = try found(await store.tenants.find(tenant, in: scope), "tenant", tenant).dialling
    let lines = try RecordingRuleLine.lines(
      new, reading: { dialling.e164($0) }, newID: { clock.id() })
    guard try await store.recordingRules.replace(lines, of: tenant, in: scope) else {
      throw NotFound("tenant", tenant)
    }
    return lines
  }

  /// As the node decides that has the call.
  /// - Parameter number: as somebody of the tenant dials it.
  public func explain(
    _ call: RecordableCall, number: String?, of tenant: TenantID, in scope: AccessScope
  ) async throws -> ExplainedRecording {
    let dialling = try found(await store.tenants.find(tenant, in: scope), "tenant", tenant).dialling
    var call = call
    call.number = number.flatMap { dialling.e164($0) }
    let lines = try await store.recordingRules.rules(of: tenant, in: scope)
    return ExplainedRecording(lines: lines, fits: lines.map(\.rule).fits(of: call))
  }
}
