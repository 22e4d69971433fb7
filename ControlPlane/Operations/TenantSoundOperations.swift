internal import Crypto
internal import Foundation
public import NodeContract
public import Persistence
internal import SoundUploads
public import Tenancy

/// An upload that is not taken, and why, for whoever sent it.
public struct RefusedSound: Error, Hashable, Sendable {
  public let reason: String
}

/// So many uploads are being converted that this one would wait for too long.
public struct TooManyUploads: Error, Hashable, Sendable {}

/// Sounds of a tenant's own: prompts of menus, greetings of mailboxes.
public struct TenantSoundOperations: Sendable {
  /// Of an upload, as it comes.
  public static let mostBytes = limits.bytes

  private static let limits: SoundLimits = {
    var limits = SoundLimits()
    limits.seconds = TenantSound.longest
    return limits
  }()

  private let store: Store
  private let clock: Clock

  public init(_ store: Store, clock: Clock = .system) { (self.store, self.clock) = (store, clock) }

  /// Takes a WAV, MP3 or Ogg file. Throws `RefusedSound` for what is wrong with it, `SoundQuota`,
  /// `TooManyUploads`, `InvalidField` for `name`.
  public func add(
    _ upload: [UInt8], named text: String, of tenant: TenantID, in scope: AccessScope
  ) async throws -> TenantSound {
    let name = try DisplayName(text)
    try await requireTenant(tenant, in: scope)
    let (contents, length) = try await Self.convert(upload)
    let sound = TenantSound(
      id: clock.id(), tenant: tenant, name: name, milliseconds: max(1, Int(length * 1_000)),
      bytes: contents.count, digest: Array(SHA256.hash(data: contents)), createdAt: clock.now())
    return try await making(sound) {
      try await store.tenantSounds.insert($0, contents, in: scope)
    } find: {
      try await store.tenantSounds.find(named: name, of: tenant, in: scope)
    }
  }

  /// As calls play it, and how many seconds it lasts.
  private static func convert(_ upload: [UInt8]) async throws -> (contents: [UInt8], Double) {
    try await workbench.take()
    do {
      let converted = try await SoundConverter(limits: limits).convert(Data(upload))
      await workbench.giveBack()
      return (Array(converted.narrow), converted.length)
    } catch {
      await workbench.giveBack()
      guard let refusal = error as? SoundRefusal else { throw error }
      throw RefusedSound(reason: refusal.reason)
    }
  }

  private static let workbench = Workbench()

  public func find(
    _ id: SoundID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> TenantSound {
    try found(await store.tenantSounds.find(id, of: tenant, in: scope), "sound", id)
  }

  public func list(
    _ page: PageRequest, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Page<TenantSound> {
    try await requireTenant(tenant, in: scope)
    return try await store.tenantSounds.list(page, of: tenant, in: scope)
  }

  /// As WAV.
  public func contents(
    of id: SoundID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> SoundContents {
    _ = try await find(id, of: tenant, in: scope)
    return try found(await store.sounds.contents(of: id, of: tenant, in: scope), "sound", id)
  }

  /// Throws `StoreError.inUse` while a menu, a mailbox or a rule names it.
  public func remove(_ id: SoundID, of tenant: TenantID, in scope: AccessScope) async throws {
    guard try await store.tenantSounds.remove(id, of: tenant, in: scope) else {
      throw NotFound("sound", id)
    }
  }

  private func requireTenant(_ id: TenantID, in scope: AccessScope) async throws {
    _ = try found(await store.tenants.find(id, in: scope), "tenant", id)
  }
}

/// How many conversions this replica does at once: each may take a processor and two gigabytes. A few
/// more wait for their turn.
private actor Workbench {
  private static let places = 2
  private static let mostWaiting = 16

  private var taken = 0
  private var waiting: [CheckedContinuation<Void, Never>] = []

  func take() async throws(TooManyUploads) {
    guard taken >= Self.places else {
      taken += 1
      return
    }
    guard waiting.count < Self.mostWaiting else { throw TooManyUploads() }
    // Whoever gives its place back hands it on.
    await withCheckedContinuation { waiting.append($0) }
  }

  func giveBack() {
    if waiting.isEmpty {
      taken -= 1
    } else {
      waiting.removeFirst().resume()
    }
  }
}

extension Store {
  /// What nodes know a tenant's sound by. Throws `InvalidField` where there is none.
  func reference(
    to sound: SoundID?, as field: String, of tenant: TenantID, in scope: AccessScope
  ) async throws -> SoundReference? {
    guard let sound else { return nil }
    guard let known = try await tenantSounds.find(sound, of: tenant, in: scope) else {
      throw InvalidField(field, .unknownReference)
    }
    return SoundReference(id: known.id, digest: known.digest)
  }
}
