/// A sound of a tenant's own: an upload, converted. A node that has once got it knows it by what it is.
public struct SoundReference: Hashable, Sendable {
  /// Of SHA-256.
  public static let digestLength = 32
  /// Of a sound, at most.
  public static let mostBytes = 1 << 24

  public var id: SoundID
  /// SHA-256 of the file, a WAV of 8,000 samples a second.
  public var digest: [UInt8]

  public init(id: SoundID, digest: [UInt8]) {
    self.id = id
    self.digest = digest
  }

  /// Its digest in hexadecimal.
  public var name: String { digest.hexadecimal }
}

extension TenantSnapshot {
  /// The tenant's own sounds that its callers may have to hear.
  public var sounds: Set<SoundReference> {
    Set(extensions.flatMap(\.sounds))
  }
}

extension ExtensionEntry {
  fileprivate var sounds: [SoundReference] {
    let greetings = answering.compactMap { rule -> SoundReference? in
      if case .voicemail(let greeting) = rule.action { greeting } else { nil }
    }
    return greetings + [menu?.prompt, mailbox?.greeting].compactMap(\.self) + (flow?.sounds ?? [])
  }
}

/// A node wants a tenant's sound, from this byte on. The same question may be asked again.
public struct SoundRequest: Hashable, Sendable {
  /// New for each question; its answer has the same.
  public var id: UUIDv7
  public var tenant: TenantID
  public var sound: SoundID
  public var offset: UInt64

  public init(id: UUIDv7, tenant: TenantID, sound: SoundID, offset: UInt64) {
    self.id = id
    self.tenant = tenant
    self.sound = sound
    self.offset = offset
  }
}

/// What a replica answers.
public struct SoundAnswer: Hashable, Sendable {
  public enum Outcome: Hashable, Sendable {
    /// A piece, at most `SoundPiece.mostBytes`.
    case piece([UInt8], isLast: Bool)
    /// There is no such sound (any more).
    case missing
    /// The replica cannot say now.
    case failed
  }

  public var request: UUIDv7
  public var outcome: Outcome

  public init(request: UUIDv7, outcome: Outcome) {
    self.request = request
    self.outcome = outcome
  }
}
