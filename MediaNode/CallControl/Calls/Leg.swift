import NodeContract
import SIP

/// One party of a call: its dialog with us, its session, and how far it is.
struct Leg: Equatable, Sendable {
  enum Phase: UInt8, Hashable, Sendable, CaseIterable {
    /// The INVITE has no final response. Leads to every other phase.
    case inviting
    /// The party's device rings. Leads to `answered`, `cancelling`, `closed`.
    case ringing
    /// We gave up; the INVITE's final response is still due. Leads to `closed`.
    case cancelling
    /// A 2xx was sent or received. Leads to `closed`.
    case answered
    /// Over; what still comes is absorbed.
    case closed
  }

  let id: LegID
  let party: LegParty
  var side: RelaySide
  /// Ours, that the party is talked to from.
  var address: AddressName
  var epoch: Epoch
  /// Whose ports the relay's socket on this side is one of.
  var relayAddress: AddressName
  /// The number or extension that stands for the party.
  let number: String
  let localTag: String
  @CopyOnWrite var contact: NameAddress
  /// The INVITE that made the leg, without its body: theirs on the caller's side, else ours.
  @CopyOnWrite var invite: SIPRequest
  /// The transport path to the party.
  var flow: Flow
  /// The connection that is gone, as long as the party has not been heard from since.
  var lostFlow: Flow?
  @CopyOnWrite var session: SessionSide
  /// It has told keys by INFO.
  var informs = false
  var phase: Phase = .inviting
  @CopyOnWrite var dialog: Dialog?
  /// Other ways to the party, should this one fail.
  var alternatives: [CallWay] = []
  /// When the next of them is tried unless the party is heard from.
  var nextWayAt: BootInstant?
  /// The ways that were given up before their answer; as many as there were alternatives at most.
  var abandonedWays: [AbandonedWay] = []
  /// The number of the branch of our INVITE.
  var invitedUnder: UInt32 = 0
  /// Counts the branches of our requests.
  var branches: UInt32 = 0
  /// Whether `rung` is recorded.
  var hasRung = false
  /// Our ACK of the party's latest 2xx, to be sent again when that comes again.
  @CopyOnWrite var acknowledgement: Acknowledgement?
  /// Our 2xx that the party has not acknowledged yet.
  @CopyOnWrite var answer: PendingAnswer?
  /// The leg ended while our 2xx was unacknowledged: BYE as soon as we may
  /// (RFC 3261 section 15).
  var owesBye = false
  /// How long the party may say nothing; nil before it is answered.
  var timer: SessionTimer?
  /// The party knows UPDATE (RFC 3311).
  var takesUpdate = false
  /// Whether the caller acknowledges provisional responses.
  var reliability = Reliability.never
  /// Those that it has been told.
  @CopyOnWrite var progress: ReliableProgress?
  /// Dialogs that the called party's provisional responses made, until one is answered.
  var early: [EarlyDialog] = []
  /// The called party's tag, as its latest provisional response told it.
  var progressTag: String?
  /// The call that its record belongs to, where it came from another.
  var recordedIn: CallID?
  /// Until when it rings at most; nil: as long as the others. The call's checkpoint says so.
  var ringsUntil: BootInstant?
  /// Its answer is not enough: the party must say that it takes the call. The call's checkpoint says so, as
  /// few legs must.
  var mustConfirm = false
  /// Remote tags of other dialogs that our INVITE made and that we ended at once.
  var strayTags: [String] = []

  init(
    id: LegID, party: LegParty, side: RelaySide, address: AddressName, epoch: Epoch,
    number: String, localTag: String, contact: NameAddress, invite: SIPRequest, flow: Flow,
    session: SessionSide
  ) {
    self.id = id
    self.party = party
    self.side = side
    self.address = address
    relayAddress = address
    self.epoch = epoch
    self.number = number
    self.localTag = localTag
    self.contact = contact
    self.invite = invite
    self.flow = flow
    self.session = session
  }

  var callID: String { invite.headers.callID }

  var isTrunk: Bool {
    switch party {
    case .trunk: true
    case .extension: false
    }
  }

  /// Whether its end is not recorded yet.
  var isOpen: Bool {
    switch phase {
    case .inviting, .ringing, .answered: true
    case .cancelling, .closed: false
    }
  }

  /// Whether it has neither answered nor been given up.
  var isAsked: Bool {
    switch phase {
    case .inviting, .ringing: true
    case .answered, .cancelling, .closed: false
    }
  }

  /// The branch of the INVITE that made an outgoing leg.
  var inviteBranch: String { branch(invitedUnder) }

  /// A branch never used before (RFC 3261 section 8.1.1.7).
  mutating func nextBranch() -> String {
    branches &+= 1
    return branch(branches)
  }

  private func branch(_ number: UInt32) -> String {
    "\(Via.magicCookie)\(localTag)-\(number)"
  }

  /// A provisional response to our INVITE.
  mutating func hear(progress response: SIPResponse) {
    progressTag = response.headers.to.tag ?? progressTag
  }

  /// The party's tag, as far as it is known.
  var remoteTag: String? { dialog?.id.remoteTag ?? progressTag }

  /// The address of whoever gets our requests to the party next, as far as it is named by an address: the
  /// first proxy on the way, else the party itself.
  var nextHop: IPEndpoint? {
    guard var dialog else { return isIncoming ? nil : invite.nextHop.endpoint }
    return dialog.request(.options).nextHop.endpoint
  }

  /// Where a request of ours within the dialog goes. A phone is reached over the path that it came
  /// by, whatever its Contact says (it may sit behind a NAT); a carrier by the next hop of the
  /// dialog (RFC 3261 section 8.1.2), as far as that is an address, unless it proved by TLS that it
  /// is at the other end of its connection.
  func path(of request: SIPRequest) -> Flow {
    guard isTrunk, flow.transport != .tls, let endpoint = request.nextHop.endpoint else {
      return flow
    }
    return Flow(transport: flow.transport, local: flow.local, remote: endpoint)
  }
}

/// An ACK of ours and how it went out.
struct Acknowledgement: Hashable, Sendable {
  let request: SIPRequest
  let branch: String
}

/// A 2xx of ours to an INVITE, repeated until its ACK comes. How often it was sent is no part of
/// the call's state: whoever carries the call on begins to repeat it anew.
struct PendingAnswer: Equatable, Sendable {
  let token: RequestToken
  var response: SIPResponse
  var retransmission: Retransmission

  static func == (left: PendingAnswer, right: PendingAnswer) -> Bool {
    left.token == right.token && left.response == right.response
  }
}

extension SIPRequest {
  /// The first loose-routing proxy, else the Request-URI (RFC 3261 section 8.1.2).
  var nextHop: SIPURI {
    guard let first = headers.routes.first?.uri, first.parameters.contains("lr") else {
      return uri
    }
    return first
  }

  /// What later messages of the dialog need of the INVITE that made it.
  var withoutContents: SIPRequest {
    var copy = self
    copy.body = .none
    copy.headers.others = headers.sessionWishes
    copy.coveredBody = nil
    return copy
  }
}

extension SIPHeaders {
  /// What a request says that its 2xx must heed (RFC 4028 section 9).
  fileprivate var sessionWishes: [HeaderField] {
    guard lists("timer", in: "Supported") else { return [] }
    return [HeaderField("Supported", "timer")]
      + others.filter { $0.isNamed("Session-Expires") || $0.isNamed("Min-SE") }
  }
}

extension SIPURI {
  /// The address it names without asking any directory.
  var endpoint: IPEndpoint? {
    IPAddress(host).map { IPEndpoint($0, port: port ?? 5060) }
  }
}
