public import NodeContract

/// A sound that somebody of the tenant's uploaded, as calls play it: a WAV file of one channel.
public struct TenantSound: Hashable, Sendable {
  /// Seconds of one sound.
  public static let longest = 300
  /// Sounds of one tenant.
  public static let mostSounds = 200
  /// Seconds of all sounds of a tenant together.
  public static let longestTogether = 3_600

  public var id: SoundID
  public var tenant: TenantID
  public var name: DisplayName
  public var milliseconds: Int
  /// Of the file.
  public var bytes: Int
  /// SHA-256 of the file.
  public var digest: [UInt8]
  public var createdAt: WallTime

  public init(
    id: SoundID, tenant: TenantID, name: DisplayName, milliseconds: Int, bytes: Int,
    digest: [UInt8], createdAt: WallTime
  ) {
    self.id = id
    self.tenant = tenant
    self.name = name
    self.milliseconds = milliseconds
    self.bytes = bytes
    self.digest = digest
    self.createdAt = createdAt
  }
}
