public import NodeContract

/// The client's side of digest authentication (RFC 7616, RFC 3261 section 22): the latest challenge
/// of a server that we answer, and how often its nonce was used, so that the next request brings its
/// credentials along.
public struct DigestSession: Hashable, Sendable {
  public private(set) var challenge: DigestChallenge
  /// It came in a 407, from a proxy.
  public let isProxy: Bool
  private var count: UInt32 = 0

  /// Takes the strongest challenge of a 401 or 407 that we can answer (RFC 8760 section 2.4).
  /// Nil when there is none for this realm: nothing is ever computed for another.
  public init?(
    answering response: SIPResponse, realm: String, knowing algorithms: [DigestAlgorithm]
  ) {
    isProxy = response.status == 407
    guard response.status == StatusCode.unauthorized || isProxy else { return nil }
    let field = isProxy ? "Proxy-Authenticate" : "WWW-Authenticate"
    let offered = response.headers.values(of: field).compactMap { DigestChallenge($0) }
      .filter { $0.realm == realm }
    let strongest = DigestAlgorithm.allCases.lazy.filter(algorithms.contains)
      .compactMap { algorithm in offered.first { $0.algorithm == algorithm } }.first
    guard let strongest else { return nil }
    challenge = strongest
  }

  /// The name of the field that carries the credentials.
  public var fieldName: String { isProxy ? "Proxy-Authorization" : "Authorization" }

  /// Proves who we are with one more use of the nonce. Nil where the challenge takes nothing less
  /// than `auth-int` and the body's bytes are not ours to know yet.
  ///
  /// - Parameter ha1: that of the challenge's algorithm and realm.
  public mutating func prove(
    _ request: SIPRequest, user: String, ha1: String, clientNonce: String, hashing: some Hashing
  ) -> HeaderField? {
    let coversBody = !challenge.offersAuth && challenge.offersIntegrity
    guard let body = coversBody ? request.bytesOfBody : [] else { return nil }
    count &+= 1
    let credentials = challenge.credentials(
      user: user, ha1: ha1, method: request.method, uri: request.uri.description,
      clientNonce: clientNonce, count: count, body: body, hashing: hashing)
    return HeaderField(fieldName, credentials.description)
  }
}
