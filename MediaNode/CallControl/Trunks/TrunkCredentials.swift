import NodeContract
import SIP

/// Who we are at our carriers: their latest challenges, and what we answer them with.
struct TrunkCredentials: Sendable {
  private var sessions: [TrunkID: DigestSession] = [:]
  private let hashing: any Hashing

  init(hashing: any Hashing) { self.hashing = hashing }

  /// The request with credentials, where this trunk has been challenged before. Only what goes to
  /// the carrier's own address gets them.
  mutating func prove(
    _ request: SIPRequest, to trunk: TrunkEntry, over flow: Flow,
    _ random: inout some RandomNumberGenerator
  ) -> SIPRequest {
    guard let account = trunk.account, trunk.isPeer(flow.remote), var session = sessions[trunk.id],
      let known = account.credentials.first(where: {
        $0.algorithm == session.challenge.algorithm
      }), session.challenge.realm == account.realm,
      let field = session.prove(
        request, user: account.username, ha1: known.ha1.lowercased(),
        clientNonce: String(random.next(), radix: 36), hashing: hashing)
    else { return request }
    sessions[trunk.id] = session
    var request = request
    request.headers[field.name] = field.value
    return request
  }

  /// Takes a challenge. False when it is none that we answer: from another address than the
  /// carrier's, for another realm than the account's, or by no algorithm that we have.
  mutating func take(_ response: SIPResponse, from trunk: TrunkEntry, over flow: Flow) -> Bool {
    guard let account = trunk.account, trunk.isPeer(flow.remote),
      let session = DigestSession(
        answering: response, realm: account.realm,
        knowing: account.credentials.map(\.algorithm))
    else { return false }
    sessions[trunk.id] = session
    return true
  }

  mutating func forget(_ trunk: TrunkID) { sessions[trunk] = nil }

  /// Keeps only what belongs to these.
  mutating func forget(allBut trunks: Set<TrunkID>) {
    sessions = sessions.filter { trunks.contains($0.key) }
  }
}

extension TrunkEntry {
  /// The carrier's, by its address alone: many send from other ports than they listen on.
  func isPeer(_ endpoint: IPEndpoint) -> Bool {
    peers.contains { $0.address == endpoint.address }
  }

  /// The user part of our Contact at the carrier: tells its calls for this account from those for
  /// others at the same address, and nobody can guess it.
  var contactUser: String { String(id.uuid.low, radix: 36) }
}
