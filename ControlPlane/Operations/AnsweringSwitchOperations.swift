public import NodeContract
public import Persistence
public import Tenancy

/// What users switch of the calls to their extensions: do not disturb and forwarding. Phones switch the
/// same by codes.
public struct AnsweringSwitchOperations: Sendable {
  private let store: Store
  private let clock: Clock

  public init(_ store: Store, clock: Clock = .system) { (self.store, self.clock) = (store, clock) }

  public func find(
    _ id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> AnsweringSwitches {
    _ = try found(await store.extensions.find(id, of: tenant, in: scope), "extension", id)
    return try await store.answeringSwitches.switches(of: id, of: tenant, in: scope)
  }

  /// What is not wished for stays as it is.
  public func turn(
    _ wishes: [AnsweringSwitchWish], of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> AnsweringSwitches {
    let now = clock.now()
    return try found(
      await store.answeringSwitches.change(of: id, of: tenant, in: scope) {
        try $0.turned(wishes, at: now)
      }, "extension", id)
  }
}
