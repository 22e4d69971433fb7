internal import COpenSSL
internal import COpenSSLShim
import Synchronization

/// Contexts of HMAC-SHA256 that have their key already, for the keys of last: to look the algorithm
/// up and to key it takes longer than to hash a line of text.
final class KeyedContexts: Sendable {
  static let shared = KeyedContexts()

  /// A process has few keys that live as long as it does.
  private static let room = 4

  private struct Keyed: @unchecked Sendable {
    let key: [UInt8]
    /// Only copied, and under the lock.
    let context: OpaquePointer
  }

  private let latest = Mutex<[Keyed]>([])

  /// A context of the caller's own, keyed and empty; the caller frees it.
  func copy(keyedWith key: [UInt8]) -> OpaquePointer {
    latest.withLock { latest in
      if let place = latest.firstIndex(where: { $0.key == key }) {
        return Self.copy(latest[place].context)
      }
      let keyed = Keyed(key: key, context: Self.make(key))
      if latest.count == Self.room { EVP_MAC_CTX_free(latest.removeFirst().context) }
      latest.append(keyed)
      return Self.copy(keyed.context)
    }
  }

  private static func copy(_ context: OpaquePointer) -> OpaquePointer {
    guard let copy = EVP_MAC_CTX_dup(context) else { fail() }
    return copy
  }

  private static func make(_ key: [UInt8]) -> OpaquePointer {
    // A null key would mean none, so an empty key points at a byte of which 0 count.
    let context = shim_hmac_sha256_context(key.isEmpty ? [0] : key, key.count)
    guard let context else { fail() }
    return context
  }

  private static func fail() -> Never {
    preconditionFailure("HMAC-SHA256: \(OpenSSLError.last(doing: "keyed hash"))")
  }
}
