import NodeContract
import SIP

/// A call with what the exchange keeps beside it.
struct CallEntry: Sendable {
  @CopyOnWrite var machine: CallMachine
  /// Our requests without a final response, by branch.
  var sent: [String: ClientTransactionID] = [:]
  /// The parties' requests that wait for a response, or for the ACK of one.
  var requests: [RequestToken: ServerTransactionID] = [:]
  /// The credentials that each carrier's leg sent last.
  var credentials: [LegID: [HeaderField]] = [:]
  /// Facts whose durability it waits for, or waited.
  var receipts: Set<FactReceipt> = []
  /// How many checkpoints were made.
  var checkpoints: UInt64 = 0
  /// Whether the last of them stands.
  var isSaved = false
  let inviteKey: InviteKey
}

/// Finds the leg that a message within a dialog belongs to: our tag is unique.
struct DialogKey: Hashable, Sendable, Comparable {
  let callID: String
  let localTag: String

  static func < (left: DialogKey, right: DialogKey) -> Bool {
    (left.callID, left.localTag) < (right.callID, right.localTag)
  }

  /// Nobody can make our tags alike, so they suffice to spread the keys.
  func hash(into hasher: inout Hasher) { hasher.combine(localTag) }
}

struct LegKey: Hashable, Sendable {
  let call: CallID
  let leg: LegID
}

/// What copies of one INVITE have in common when they come by different ways
/// (RFC 3261 section 8.2.2.2).
struct InviteKey: Hashable, Sendable {
  let callID: String
  let fromTag: String
  let sequence: UInt32

  init(_ request: SIPRequest) {
    callID = request.headers.callID
    fromTag = request.headers.from.tag ?? ""
    sequence = request.headers.cseq.number
  }
}

/// Whose request a client transaction carries.
struct ClientKey: Hashable, Sendable {
  var call: CallID
  let branch: String
  let flow: Flow
  /// To carriers that may challenge it: as it went out.
  var request: SIPRequest?
  /// How often it was repeated with credentials.
  var proofs = 0
}

/// Whose request a server transaction brought.
struct RequestKey: Hashable, Sendable {
  let call: CallID
  let token: RequestToken
}
