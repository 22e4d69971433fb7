public import NodeContract
public import Persistence
public import Tenancy

/// Somebody said that the recording must stay.
public struct HeldRecording: Error, Hashable, Sendable {}

/// Recorded calls, and for how long they are kept.
public struct RecordingOperations: Sendable {
  private let store: Store
  private let clock: Clock

  public init(_ store: Store, clock: Clock = .system) { (self.store, self.clock) = (store, clock) }

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

  /// Throws `HeldRecording` where it must stay.
  public func delete(
    _ id: SoundID, of tenant: TenantID, by principal: Principal
  ) async throws {
    let event = RecordingEvent(.deleted, at: clock.now(), by: principal.key)
    guard
      try await !store.recordings.delete(id, of: tenant, as: event, in: principal.scope)
    else { return }
    guard try await find(id, of: tenant, in: principal.scope).hold == nil else {
      throw HeldRecording()
    }
    throw NotFound("recording", id)
  }

  // MARK: - Holds

  /// It stays until somebody releases it, however old it becomes.
  public func hold(
    _ id: SoundID, of tenant: TenantID, because reason: String, by principal: Principal
  ) async throws -> KeptRecording {
    guard !reason.isEmpty else { throw InvalidField("reason", .empty) }
    guard reason.count <= Self.longestReason else {
      throw InvalidField("reason", .tooLong(limit: Self.longestReason))
    }
    let event = RecordingEvent(.held, at: clock.now(), by: principal.key, because: reason)
    guard try await store.recordings.hold(id, of: tenant, as: event, in: principal.scope) else {
      throw NotFound("recording", id)
    }
    return try await find(id, of: tenant, in: principal.scope)
  }

  private static let longestReason = 500

  /// It goes when its time is over, which it may be.
  public func release(
    _ id: SoundID, of tenant: TenantID, by principal: Principal
  ) async throws {
    let event = RecordingEvent(.released, at: clock.now(), by: principal.key)
    guard try await store.recordings.hold(id, of: tenant, as: event, in: principal.scope) else {
      throw NotFound("hold", id)
    }
  }

  /// What people did to it, also when it is gone.
  public func history(
    of id: SoundID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> [RecordingEvent] {
    let events = try await store.recordings.history(of: id, of: tenant, in: scope)
    if events.isEmpty { _ = try await find(id, of: tenant, in: scope) }
    return events
  }

  // MARK: - Retention

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
