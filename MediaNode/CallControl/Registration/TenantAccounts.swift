import NodeContract
import SIP

/// A tenant's extensions as the authenticator sees them.
///
/// What a challenge offers depends on the extension (see `Runbooks/Decisions/`), so names that are
/// nobody's are offered what a random extension of this tenant is: by a hash of the name, so that
/// it is the same at every try, on every node and after every restart, and in the same proportions
/// as among the extensions. Nobody outside can compute it: the tenant's id, which keys the hash, is
/// nowhere on the wire.
struct TenantAccounts: DigestAccounts, Sendable {
  let realm: String
  private let extensions: [String: ExtensionEntry]
  private let key: [UInt8]
  private let hashing: any Hashing
  /// Each way to be challenged, with how many extensions are challenged in this way or an earlier
  /// one.
  private let offers: [(algorithms: [DigestAlgorithm], upTo: UInt64)]
  /// Extensions by the first eight bytes of `H(user:realm)` by SHA-256.
  private let hashedUsers: [UInt64: String]

  init(
    of tenant: TenantSnapshot, _ extensions: [String: ExtensionEntry], hashing: any Hashing
  ) {
    let realm = tenant.domain
    self.realm = realm
    self.extensions = extensions
    self.hashing = hashing
    key = Array(tenant.tenant.description.utf8)
    offers = Self.offers(among: tenant.extensions)
    hashedUsers = Dictionary(
      extensions.keys.map { user in
        (Self.word(hashing.sha256(Array("\(user):\(realm)".utf8))), user)
      }
    ) { first, _ in first }
  }

  /// In an order that depends on nothing but what is offered.
  private static func offers(among extensions: [ExtensionEntry])
    -> [([DigestAlgorithm], UInt64)]
  {
    var shares: [[DigestAlgorithm]: UInt64] = [:]
    for entry in extensions {
      let offer = DigestAlgorithm.allCases.filter { algorithm in
        entry.credentials.contains { $0.algorithm == algorithm }
      }
      if !offer.isEmpty { shares[offer, default: 0] += 1 }
    }
    var upTo: UInt64 = 0
    return shares.sorted { $0.key.map(\.rawValue).description < $1.key.map(\.rawValue).description }
      .map { offer, count in
        upTo += count
        return (offer, upTo)
      }
  }

  func credentials(of user: String) -> [DigestCredential]? { extensions[user]?.credentials }

  func user(hashed name: String) -> String? {
    UInt64(name.prefix(16), radix: 16).flatMap { hashedUsers[$0] }
  }

  func offerToStranger(_ user: String) -> [DigestAlgorithm] {
    let place = Self.word(hashing.hmacSHA256(key: key, Array(user.utf8)))
      .multipliedFullWidth(by: offers.last?.upTo ?? 0).high
    return offers.first { place < $0.upTo }?.algorithms ?? DigestAlgorithm.allCases
  }

  private static func word(_ bytes: [UInt8]) -> UInt64 {
    bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }
}
