import NodeContract
import SIP

/// One call as a back-to-back user agent: the caller's leg, and one leg for each device or carrier
/// that is asked. A value: one method per event, which returns what is to be done.
struct CallMachine: Equatable, Sendable {
  enum State: Hashable, Sendable {
    /// Devices or a carrier are asked, nobody answered. Leads to `settling`,
    /// `holdingBack`, `talking`, `attended`, `ending`.
    case ringing(until: BootInstant)
    /// A carrier answered; the caller hears so once that fact is on disk. Leads to
    /// `holdingBack`, `talking`, `ending`.
    case settling(LegID, FactReceipt, until: BootInstant)
    /// A party answered; the caller hears so once it acknowledged our early session. Leads to
    /// `talking`, `ending`.
    case holdingBack(LegID, until: BootInstant)
    /// Caller and this leg talk. Leads to `ending`.
    case talking(LegID, until: BootInstant)
    /// The exchange itself is the other party: see `attendance`. Leads to `ringing`, `talking`,
    /// `ending`.
    case attended(until: BootInstant)
    /// The ends are recorded and the relay is closed; late messages are absorbed until then.
    case ending(until: BootInstant)
  }

  /// What a request of ours within this call was sent for.
  enum Purpose: Hashable, Sendable {
    case invite
    case bye
    /// The offer of the other party.
    case renegotiation
    /// An INVITE that was given up for another way to the party.
    case abandoned
    /// The offer of whom a party is transferred to.
    case joining
    /// Our offer to a party that talks to the exchange itself.
    case attending
    /// NOTIFY of how far a REFER is.
    case notice
    /// The session as it is, so that it does not end (RFC 4028), or that it holds again.
    case refresh
    /// PRACK.
    case progress
    /// INFO with a key that the other party told otherwise.
    case informing
    /// The session as it is, at another address than before: see `moves`.
    case moving
    /// The other party's INFO.
    case relayed(RelayedRequest)
  }

  struct OpenRequest: Hashable, Sendable {
    let leg: LegID
    let purpose: Purpose
  }

  /// A request of one party that we sent on to the other and whose answer we owe.
  struct RelayedRequest: Hashable, Sendable {
    let token: RequestToken
    let request: SIPRequest
    let requester: LegID
  }

  let id: CallID
  let tenant: TenantID
  /// What the caller called, for people.
  let called: String
  /// The caller's INVITE, until its final response.
  let callerToken: RequestToken
  /// The caller made no offer: the called party's 2xx brings it (RFC 3261 section 13.2.1).
  var isOfferless: Bool
  var plan: RelayPlan
  let limits: ExchangeLimits
  @CopyOnWrite var caller: Leg
  var callees: [Leg]
  var state: State
  /// Our requests without a final response, by branch.
  var open: [String: OpenRequest] = [:]
  /// One party's new offer that the other has not answered, or whose answer is unacknowledged.
  var renegotiation: Renegotiation?
  /// One party is being handed on by the other.
  @CopyOnWrite var transfer: Transfer?
  /// The parties that do not know yet that the call goes on at another address.
  var moves: [LegID: LegMove] = [:]
  /// Who asked for a transfer is told how it goes.
  var referral: Referral?
  /// What the caller was told last while it rang, so that forks do not tell it thrice.
  var progress = 100
  /// Those who are asked when those who ring now do not answer.
  var further: Further?
  /// What the rules of whom it rings at say of what may come of it.
  @CopyOnWrite var answering: PendingRules?
  /// How often somebody sent the call elsewhere.
  var redirections: UInt8 = 0
  /// What the exchange itself does with the caller, while it does, or while somebody rings whom the
  /// caller chose in a menu.
  var attendance: Attendance?
  /// The room that its parties are in.
  var stay: RoomStay?
  /// Its party waits to be taken, or is on its way to whoever takes it.
  var parking: Parking?
  /// It is in a queue, or an agent took it there.
  @CopyOnWrite var queued: QueuedCaller?
  /// Nobody made it: the exchange makes it for somebody.
  @CopyOnWrite var errand: Errand?
  /// The flow that it is in, until somebody takes it or it leaves the flow.
  @CopyOnWrite var flow: FlowVisit?
  /// Who answered and has not said yet whether it takes the call.
  @CopyOnWrite var confirmation: Confirmation?
  /// What the relay was told of the room.
  var seats: [RelaySide: RoomSeat] = [:]
  /// What is said is kept.
  var recording: CallRecording?
  /// How many recordings it had.
  var recordings: UInt16 = 0
  /// The groups and flows that it came through, where rules of recording ask for them.
  var rungFor: [ExtensionID] = []
  /// The relay records the latest part of the latest of them.
  var isRecorded = false
  /// How the parties' audio passes the relay.
  var passage = Passage.relayed
  /// Why those who are out did not answer.
  var failures: [CallOutcome] = []

  /// Begins: tells the caller that we try, opens the relay, asks everybody.
  mutating func begin(offer: AudioTerms?) -> [CallAction] {
    planTransports()
    var actions: [CallAction] = [
      .respond(caller.invite.response(StatusCode.trying), to: callerToken), .openRelay(plan),
    ]
    for index in callees.indices {
      guard isAwaited(callees[index].id) else {
        actions.append(ask(index, offer: offer))
        continue
      }
      if let offer { _ = callees[index].offer(offer) }
    }
    return callees.allSatisfy { isAwaited($0.id) } ? actions + soundsRinging() : actions
  }

  mutating func ask(_ index: Int, offer: AudioTerms?) -> CallAction {
    var invite = callees[index].invite
    if let offer {
      invite.body = .session(callees[index].offer(offer))
      // Without an offer of ours a reliable response would bring one, too early to be answered.
      invite.headers["Supported"] = Capabilities.supportedOfInvite
    }
    let branch = callees[index].inviteBranch
    open[branch] = OpenRequest(leg: callees[index].id, purpose: .invite)
    return .request(invite, over: callees[index].flow, branch: branch)
  }

  // MARK: - Legs

  var legs: [Leg] { [caller] + callees }

  /// A leg of this call. The exchange asks only for legs that the call told it of.
  subscript(id: LegID) -> Leg {
    // In place, as a leg is too large to be copied for each look at it.
    _read {
      if id == caller.id { yield caller } else { yield callees[place(of: id)] }
    }
    _modify {
      if id == caller.id { yield &caller } else { yield &callees[place(of: id)] }
    }
  }

  private func place(of id: LegID) -> Int {
    for index in callees.indices where callees[index].id == id { return index }
    preconditionFailure("\(self.id) has no \(id)")
  }

  /// The leg that answered, or is about to be connected.
  var connected: LegID? {
    switch state {
    case .settling(let leg, _, _), .holdingBack(let leg, _), .talking(let leg, _): leg
    case .ringing, .attended, .ending: nil
    }
  }

  var isEnding: Bool {
    switch state {
    case .ending: true
    case .ringing, .settling, .holdingBack, .talking, .attended: false
    }
  }

  /// The caller hears the exchange itself, also while somebody rings whom it chose in a menu.
  var isAttended: Bool {
    switch state {
    case .attended: true
    case .ringing, .settling, .holdingBack: attendance != nil
    case .talking, .ending: false
    }
  }

  /// We answered the caller, whoever answers it else; or nobody called, and we ask somebody to.
  var isReceived: Bool { caller.phase == .answered || errand?.stage == .callers }

  /// Who hears `leg`; nil while it is not connected, or the other left it to somebody else.
  func partner(of leg: LegID) -> LegID? {
    guard let connected else { return nil }
    if leg == caller.id { return self[connected].isOpen ? connected : nil }
    return leg == connected && caller.isOpen ? caller.id : nil
  }

  /// Whether nothing is left to absorb: the exchange may forget the call.
  func isFinished(at now: BootInstant) -> Bool {
    switch state {
    case .ending(let until):
      now >= until && open.isEmpty && moves.isEmpty && legs.allSatisfy { $0.answer == nil }
    case .ringing, .settling, .holdingBack, .talking, .attended: false
    }
  }

  /// For people: `101 → +447700900123, talking`.
  var summary: String {
    let word =
      switch state {
      case .ringing: "ringing"
      case .settling, .holdingBack: "answering"
      case .talking: renegotiation == nil ? "talking" : "renegotiating"
      case .attended: "attended"
      case .ending: "ending"
      }
    return "\(caller.number.prefix(32)) → \(called.prefix(32)), \(word)"
  }
}

extension Leg {
  /// A response to a request of the party, with what every response within a dialog may carry.
  func response(to request: SIPRequest, _ status: Int, body: SIPBody = .none) -> SIPResponse {
    var response = request.response(status, toTag: localTag)
    response.body = body
    if (101..<300).contains(status) { response.headers.contacts = .addresses([contact]) }
    if status >= 200 { response.headers["Allow"] = Capabilities.allow }
    if status == StatusCode.serverInternalError {
      response.headers["Retry-After"] = "\(chance(below: 11))"
    }
    return response
  }
}
