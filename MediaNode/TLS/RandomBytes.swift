internal import COpenSSL

/// Bytes that nobody can guess, from OpenSSL's generator.
public enum RandomBytes {
  public static func make(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    // Fails only where the kernel has no randomness to give; nothing secret can be made then.
    let done = RAND_bytes(&bytes, Int32(count))
    precondition(done == 1, "\(OpenSSLError.last(doing: "random bytes"))")
    return bytes
  }
}

/// Numbers that nobody can guess, drawn from OpenSSL's generator many at a time: the system's own is a
/// system call for each. A copy goes on with the same numbers, so one owner keeps it.
public struct DrawnNumbers: RandomNumberGenerator, Sendable {
  private var bytes: [UInt8] = []

  public init() {}

  public mutating func next() -> UInt64 {
    if bytes.isEmpty { bytes = RandomBytes.make(512) }
    defer { bytes.removeLast(8) }
    return bytes.suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }
}
