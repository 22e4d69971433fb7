import Crypto
public import NodeContract
public import Persistence
@_spi(Authorization) public import Tenancy

/// Things that a key may be good for. What it may do them to is its scope's business.
public enum Permission: Hashable, Sendable, CaseIterable {
  /// Sites, nodes, addresses and who holds them.
  case readInstallation, manageInstallation
  /// The names of service addresses, which tenants and trunks refer to.
  case readAddresses
  case readResellers, manageResellers
  case readTrunks, manageTrunks
  case readPriceLists, managePriceLists
  case readKeys, manageKeys
  case readTenants, manageTenants
  case readExtensions, manageExtensions
  case readNumbers, manageNumbers
  /// Where the calls of the tenant's own numbers go.
  case directNumbers
  case readCalls
  /// Users' telephones ring, and call whom they are told to.
  case makeCalls
  /// What was said in mailboxes.
  case readMessages, manageMessages
  /// What was said in calls.
  case readRecordings, manageRecordings
}

extension KeyRole {
  /// Whether keys of this role are good for `permission`.
  public func allows(_ permission: Permission) -> Bool {
    switch self {
    case .operator: true
    case .reseller: !KeyRole.beyondResellers.contains(permission)
    case .tenant: KeyRole.ofTenants.contains(permission)
    }
  }

  private static let beyondResellers: Set<Permission> = [
    .readInstallation, .manageInstallation, .manageResellers,
    // Their customers' affairs.
    .readMessages, .manageMessages, .readRecordings, .manageRecordings, .makeCalls,
  ]
  private static let ofTenants: Set<Permission> = [
    .readKeys, .manageKeys, .readTenants, .readExtensions, .manageExtensions, .readNumbers,
    .directNumbers, .readCalls, .makeCalls, .readMessages, .manageMessages, .readRecordings,
    .manageRecordings,
  ]
}

/// Somebody whose key was proven.
public struct Principal: Hashable, Sendable {
  public let key: KeyID
  public let role: KeyRole
  /// What the key's owner may reach.
  public let scope: AccessScope
}

/// Why a request is not carried out for this key.
public enum AuthorizationError: Error, Hashable, Sendable {
  /// None was shown.
  case noKey
  /// No such key, or not any more.
  case unknownKey
  /// Keys of this role are not good for that.
  case notAllowed(Permission, role: String)
}

/// Proves keys. Only a key's hash is kept, and it is found by that hash, so the time that a
/// refusal takes says nothing about the keys that exist.
public struct Authorization: Sendable {
  private let store: Store

  public init(_ store: Store) { self.store = store }

  /// The owner of the key `secret`, provided that the key is good for `permission`.
  public func principal(
    showing secret: String?, toDo permission: Permission
  ) async throws -> Principal {
    guard let secret else { throw AuthorizationError.noKey }
    guard KeySecret.isPlausible(secret),
      let key = try await store.keys.find(secretHash: KeySecret.hash(secret), in: .platform)
    else { throw AuthorizationError.unknownKey }
    guard key.role.allows(permission) else {
      throw AuthorizationError.notAllowed(permission, role: key.role.name)
    }
    return Principal(key: key.id, role: key.role, scope: key.role.scope)
  }
}

/// The text of a key: `tdm_` and 32 random bytes in base64url (RFC 4648 section 5).
enum KeySecret {
  private static let prefix = "tdm_"
  private static let length = prefix.utf8.count + 43

  static func make() -> String {
    var random = SystemRandomNumberGenerator()
    let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    return prefix + Base64URL.encode(bytes)
  }

  static func hash(_ secret: String) -> [UInt8] { Array(SHA256.hash(data: Array(secret.utf8))) }

  /// Spares the database texts that cannot be keys.
  static func isPlausible(_ secret: String) -> Bool {
    secret.hasPrefix(prefix) && secret.utf8.count == length
  }
}

/// RFC 4648 section 5, without padding.
enum Base64URL {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << (8 * (3 - group.count))
      for place in 0...group.count {
        text.append(alphabet[Int(bits >> UInt32(18 - 6 * place) & 63)])
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
