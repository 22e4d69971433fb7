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
