import NodeContract
import SIP

/// Passwords towards carriers.
extension Exchange {
  /// A request may be repeated with credentials so often: with the first challenge's, and once more
  /// when their nonce is old by then.
  private static let proofs = 2

  /// The carrier that a leg of a call talks to; nil for phones: theirs is no challenge of ours.
  func trunk(of leg: LegID, in call: CallMachine) -> TrunkEntry? {
    guard case .trunk(let id) = call[leg].party else { return nil }
    return directory[call.tenant]?.snapshot.trunks.first { $0.id == id }.map(located)
  }

  /// A request on its way out, with credentials where its carrier asked for some before.
  mutating func proven(
    _ request: SIPRequest, over flow: Flow, _ branch: String, of id: CallID
  ) -> SIPRequest {
    guard let account = account(behind: branch, of: id) else { return request }
    let proven = trunkCredentials.prove(request, to: account.trunk, over: flow, &random)
    calls[id]?.credentials[account.leg] = proven.headers.proofs
    return proven
  }

  /// The carrier that a request of ours goes to, where it knows us by a password.
  func account(behind branch: String, of id: CallID) -> (leg: LegID, trunk: TrunkEntry)? {
    guard let entry = calls[id], let leg = entry.machine.open[branch]?.leg,
      let trunk = trunk(of: leg, in: entry.machine), trunk.account != nil
    else { return nil }
    return (leg, trunk)
  }

  /// The ACK of a 2xx has its INVITE's credentials: nobody may challenge it
  /// (RFC 3261 section 22.1).
  func provenAcknowledgement(_ request: SIPRequest, over flow: Flow, of id: CallID) -> SIPRequest {
    guard let entry = calls[id], let tag = request.headers.from.tag,
      let leg = entry.machine.legs.first(where: { $0.localTag == tag }),
      let trunk = trunk(of: leg.id, in: entry.machine), trunk.isPeer(flow.remote)
    else { return request }
    var request = request
    request.headers.others += entry.credentials[leg.id] ?? []
    return request
  }

  /// Answers a challenge by sending the request again. False when it is to be taken as what it is:
  /// a refusal.
  mutating func answersChallenge(
    _ response: SIPResponse, _ id: ClientTransactionID, _ key: ClientKey, at now: Moment
  ) -> Bool {
    guard response.status == StatusCode.unauthorized || response.status == 407,
      let call = calls[key.call]?.machine, let known = call.open[key.branch],
      call.isWorthProving(known), let trunk = trunk(of: known.leg, in: call),
      let request = key.request
    else { return false }
    guard key.proofs < Self.proofs, trunkCredentials.take(response, from: trunk, over: key.flow)
    else {
      note(
        .warning, "carrier \(trunk.name) refuses our credentials, or challenges for another realm",
        tenant: call.tenant, call: key.call, leg: known.leg)
      return false
    }
    forget(id, key)
    pendingProofs = key.proofs + 1
    defer { pendingProofs = 0 }
    update(key.call, at: now) { $0.repeated(request.unproven, under: key.branch) ?? [] }
    return true
  }
}

extension SIPHeaders {
  /// Credentials.
  var proofs: [HeaderField] {
    others.filter { $0.isNamed("Authorization") || $0.isNamed("Proxy-Authorization") }
  }
}

extension SIPRequest {
  var unproven: SIPRequest {
    var copy = self
    copy.headers.others.removeAll {
      $0.isNamed("Authorization") || $0.isNamed("Proxy-Authorization")
    }
    return copy
  }
}
