public import NodeContract

/// Who may prove what in one realm, as the authenticator asks for it.
///
/// Nothing that it answers may let an outsider tell an account that exists from one that does not:
/// see ``offerToStranger(_:)``.
public protocol DigestAccounts {
  var realm: String { get }

  /// What is known of a user's password; nil when there is no such user.
  func credentials(of user: String) -> [DigestCredential]?

  /// The user with this `H(user:realm)` (RFC 7616 section 3.4.4), or nil. It may answer any user
  /// at all for a hash that is nobody's: the authenticator checks.
  func user(hashed name: String) -> String?

  /// What somebody without an account is offered. It must be the same each time for one name, and
  /// look like what those with an account are offered.
  func offerToStranger(_ user: String) -> [DigestAlgorithm]
}

extension DigestAccounts {
  /// The algorithms that a challenge to this user offers, the strongest first. Both answers are
  /// looked up whoever asks, so that it takes the same time.
  func offer(to user: String, having credentials: [DigestCredential]?) -> [DigestAlgorithm] {
    let strange = offerToStranger(user)
    let own = DigestAlgorithm.allCases.filter { algorithm in
      (credentials ?? []).contains { $0.algorithm == algorithm }
    }
    return own.isEmpty ? strange : own
  }
}
