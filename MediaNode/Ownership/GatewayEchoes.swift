public import NodeContract

/// Questions to a site's gateway, from a service address, whose answers prove that the address leads here.
/// Each carries when it was asked, by this machine's own clock, beside a secret of this process: whoever
/// did not hear a question cannot answer it.
public struct GatewayEchoes: Sendable {
  /// Five within the time that a proof counts.
  public static let interval = Duration.milliseconds(100)
  public static let secretBytes = 16

  private let secret: [UInt8]

  /// - Parameter secret: `secretBytes` random bytes.
  public init(secret: [UInt8]) {
    precondition(secret.count == Self.secretBytes, "a secret of \(secret.count) bytes")
    self.secret = secret
  }

  /// What the echo request carries: the secret, and the instant in network order.
  public func question(at now: BootInstant) -> [UInt8] {
    let instant = UInt64(bitPattern: now.nanoseconds)
    return secret + (0..<8).map { UInt8(truncatingIfNeeded: instant >> (56 - 8 * $0)) }
  }

  /// When the question was asked that this answers; nil: it answers none of ours.
  public func asked(_ answer: some Collection<UInt8>, at now: BootInstant) -> BootInstant? {
    guard answer.count == Self.secretBytes + 8,
      answer.prefix(Self.secretBytes).elementsEqual(secret)
    else { return nil }
    let instant = answer.suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let asked = BootInstant(nanoseconds: Int64(bitPattern: instant))
    return asked <= now ? asked : nil
  }
}
