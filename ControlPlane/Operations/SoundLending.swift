public import Logging
public import NodeContract
public import Persistence
@_spi(Authorization) internal import Tenancy

/// Gives nodes the sounds of the tenants that they serve.
public struct SoundLending: Sendable {
  private let store: Store
  private let logger: Logger

  public init(store: Store, logger: Logger) {
    self.store = store
    self.logger = logger
  }

  /// What cannot be said now is `failed`: the node asks again.
  public func answer(_ request: SoundRequest) async -> SoundAnswer.Outcome {
    do {
      return try await store.tenantSounds.piece(
        of: request.sound, from: request.offset, of: request.tenant, in: .platform
      ).map { .piece($0.contents, isLast: $0.isLast) } ?? .missing
    } catch {
      logger.error(
        "a node does not get a sound",
        metadata: ["tenant": "\(request.tenant)", "cause": "\(error)"])
      return .failed
    }
  }
}
