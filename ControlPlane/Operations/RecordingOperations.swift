public import NodeContract
public import Persistence
public import Tenancy

/// Recorded calls, and for how long they are kept.
public struct RecordingOperations: Sendable {
  private let store: Store

  public init(_ store: Store) { self.store = store }

  /// Newest first; of one call, or all.
  public func list(
    _ page: PageRequest, of call: CallID?, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Page<KeptRecording> {
    _ = try await retention(of: tenant, in: scope)
    return try await store.recordings.list(page, of: call, of: tenant, in: scope)
  }

  public func find(
    _ id: SoundID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> KeptRecording {
    try found(await store.recordings.find(id, of: tenant, in: scope), "recording", id)
  }

  /// As MP3; of one that goes on, what there is.
  public func sound(
    of id: SoundID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> SoundContents {
    _ = try await find(id, of: tenant, in: scope)
    return try found(await store.sounds.contents(of: id, of: tenant, in: scope), "recording", id)
  }

  public func delete(_ id: SoundID, of tenant: TenantID, in scope: AccessScope) async throws {
    guard try await store.recordings.delete(id, of: tenant, in: scope) else {
      throw NotFound("recording", id)
    }
  }

  /// For how many days recordings are kept; nil: until somebody deletes them.
  public func retention(of tenant: TenantID, in scope: AccessScope) async throws -> Int? {
    try found(await store.recordings.retention(of: tenant, in: scope), "tenant", tenant)
  }

  /// Those that are older are gone within the hour.
  public func setRetention(
    _ days: Int?, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Int? {
    let days = try days.map { try KeptRecording.retention(days: $0, field: "days") }
    guard try await store.recordings.setRetention(days, of: tenant, in: scope) else {
      throw NotFound("tenant", tenant)
    }
    return days
  }
}
