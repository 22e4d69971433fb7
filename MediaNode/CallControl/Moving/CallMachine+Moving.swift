import NodeContract
import SIP

/// Where a call goes on whose addresses are lost with their site.
struct Relocation: Sendable {
  /// By lost address.
  let places: [AddressName: NewPlace]
  /// Ports of ours on those sides of the relay whose ports are lost.
  let ports: [RelaySide: IPEndpoint]
  /// Ours for legs with protected audio: nobody goes on under keys of which it does not know how much of
  /// them is used.
  let secrets: [LegID: MediaSecret]
}

/// What was under way when a call's addresses were lost, and cannot be finished from elsewhere: answers go to
/// where the requests came from.
struct BrokenOff: Sendable {
  /// The legs that go on elsewhere.
  var legs: [LegID: Mobility] = [:]
  /// Requests of ours, by branch.
  var requests: [String: CallMachine.OpenRequest] = [:]
  var renegotiation: Renegotiation?

  /// Legs that are over, and whose phones are yet to hear of it when they come back.
  fileprivate func unended(in call: CallMachine) -> [LegID] {
    legs.filter { id, mobility in
      let isOwed = requests.values.contains { $0.leg == id && $0.purpose == .bye }
      return mobility == .returns && !call[id].isOpen && (isOwed || call[id].owesBye)
    }.keys.sorted()
  }
}

/// A call goes on at other addresses than before: its dialogs and sessions stay what they are, each party is
/// told the new place by a re-INVITE of its own (RFC 3261 section 14), and both need not know of each other's,
/// since the audio passes through us.
extension CallMachine {
  /// The addresses at which anything of it still is.
  var places: Set<AddressName> {
    var places = Set(legs.filter(\.isOpen).map(\.address))
    if !isEnding { places.formUnion([relayAddresses.caller, relayAddresses.callee]) }
    return places
  }

  /// Takes its new place. Nothing is said yet: see ``goesOn(after:tellingAt:at:)``.
  mutating func move(by relocation: Relocation) -> BrokenOff {
    var broken = BrokenOff()
    broken.renegotiation = rollBackOffer()
    for leg in legs {
      let media = moveSession(of: leg.id, by: relocation)
      guard let place = relocation.places[leg.address] else {
        // Its audio alone has another port: it hears of that over its flow as it is.
        if media { broken.legs[leg.id] = .moves }
        continue
      }
      let mobility = leg.mobility(at: place.address(for: leg.flow))
      broken.legs[leg.id] = mobility
      if mobility == .returns { self[leg.id].lostFlow = leg.lostFlow ?? leg.flow }
      self[leg.id].move(to: place)
    }
    if let port = relocation.ports[.caller] { plan.callerLocal = port }
    if let port = relocation.ports[.callee] { plan.calleeLocal = port }
    for leg in atRelay where self[leg].phase == .answered {
      plan[self[leg].side] = self[leg].session.transport.current
    }
    broken.requests = open.filter { broken.legs[$0.value.leg] != nil }
    open = open.filter { broken.legs[$0.value.leg] == nil }
    return broken
  }

  /// An offer on its way between the parties never was.
  private mutating func rollBackOffer() -> Renegotiation? {
    guard let current = renegotiation else { return nil }
    renegotiation = nil
    for (leg, session) in current.before { self[leg].session.rollBack(to: session) }
    return current
  }

  /// Whether it has another port now.
  private mutating func moveSession(of leg: LegID, by relocation: Relocation) -> Bool {
    guard let place = relocation.places[self[leg].relayAddress],
      let port = relocation.ports[self[leg].side]
    else { return false }
    self[leg].relayAddress = place.name
    self[leg].session.moves(to: port, with: relocation.secrets[leg])
    if transfer?.stayer == leg {
      transfer?.before?.moves(to: port, with: relocation.secrets[leg])
    }
    return true
  }

  // MARK: - What was broken off

  /// An INVITE of ours within a dialog may have been accepted with a word to the lost address: as long as that
  /// is not acknowledged, its party can take no other. To whom it says nothing it does nothing.
  mutating func acknowledgeUnheard(_ request: OpenRequest, _ sent: SIPRequest) -> [CallAction] {
    guard sent.method == .invite, self[request.leg].phase == .answered else { return [] }
    return acknowledge(request.leg, sequence: sent.headers.cseq.number, body: .none)
  }

  /// The BYE of a dialog that an INVITE of ours made besides the leg's is said once more.
  mutating func endStrayAgain(_ request: OpenRequest, _ sent: SIPRequest) -> [CallAction] {
    let tag = sent.headers.to.tag ?? ""
    guard sent.method == .bye, self[request.leg].strayTags.contains(tag) else { return [] }
    var again = sent
    again.headers.vias = []
    again.headers.contacts = .addresses([self[request.leg].contact])
    again.headers.cseq.number &+= Leg.numbersSkipped
    return [send(again, on: request.leg, for: .bye)]
  }

  /// Says from the new place what is to be said.
  ///
  /// - Parameter instant: when the parties are told; not all calls' parties are told at once.
  mutating func goesOn(after broken: BrokenOff, tellingAt instant: BootInstant, at now: Moment)
    -> [CallAction]
  {
    for leg in broken.unended(in: self) {
      moves[leg] = newMove(.returns, tellingAt: instant, at: now)
    }
    var actions = refuse(broken.renegotiation)
    actions += answerUnacknowledged(broken)
    actions += broken.requests.sorted { $0.key < $1.key }.flatMap { again($0.value, at: now) }
    guard !isEnding else { return actions }
    for (leg, mobility) in broken.legs.sorted(by: { $0.key < $1.key })
    where self[leg].phase == .answered {
      moves[leg] = newMove(mobility, tellingAt: instant, at: now)
    }
    actions += callerGoesOn(broken, at: now)
    actions += targetsGoOn(broken, tellingAt: instant, at: now)
    for (leg, mobility) in broken.legs.sorted(by: { $0.key < $1.key })
    where mobility == .fixed && moves[leg] != nil && !isEnding {
      actions += lost(leg, at: now)
    }
    return actions
  }

  private func newMove(_ mobility: Mobility, tellingAt instant: BootInstant, at now: Moment)
    -> LegMove
  {
    switch mobility {
    case .moves:
      LegMove(
        mobility: .moves, stage: .due(at: instant),
        until: instant.advanced(by: limits.proofAfterMove))
    case .returns, .fixed:
      LegMove(
        mobility: mobility, stage: .awaited, until: now.boot.advanced(by: limits.returnAfterLoss))
    }
  }

  /// The requester may offer again once it knows where we are.
  private mutating func refuse(_ renegotiation: Renegotiation?) -> [CallAction] {
    guard let renegotiation else { return [] }
    if let sequence = renegotiation.owedSequence {
      return acknowledge(renegotiation.asked, sequence: sequence, body: .none)
    }
    return reply(
      StatusCode.requestPending, to: renegotiation.request, renegotiation.token,
      on: renegotiation.requester)
  }

  /// Its ACK went, or goes, to the lost address: it is said once more, and no ACK is waited for.
  private mutating func answerUnacknowledged(_ broken: BrokenOff) -> [CallAction] {
    attendance?.awaitsAnswer = false
    return broken.legs.keys.sorted().flatMap { leg -> [CallAction] in
      guard let answer = self[leg].answer else { return [] }
      self[leg].answer = nil
      let said: [CallAction] = [
        .respond(answer.response, to: answer.token), .forget(answer.token),
      ]
      guard self[leg].owesBye else { return said }
      self[leg].owesBye = false
      return said + hangUp(leg)
    }
  }

  /// A request whose answer went to the lost address.
  private mutating func again(_ request: OpenRequest, at now: Moment) -> [CallAction] {
    switch request.purpose {
    // An open leg's is that of a dialog that its INVITE made besides.
    case .bye: return self[request.leg].isOpen ? [] : hangUp(request.leg)
    case .notice: return noticeAgain(request.leg)
    case .relayed(let relayed):
      return reply(
        StatusCode.serverTimeout, to: relayed.request, relayed.token, on: relayed.requester)
    // What they were for the re-INVITE says, or whoever rings is asked anew, or it is over.
    case .invite, .renegotiation, .abandoned, .joining, .attending, .refresh, .progress, .informing,
      .moving:
      return []
    }
  }

  // MARK: - Who is not answered yet

  /// A caller who can be reached hears the answer from the new place. Should it have given up meanwhile, its
  /// CANCEL was lost: it is not waited for longer than ghosts may ring.
  private mutating func callerGoesOn(_ broken: BrokenOff, at now: Moment) -> [CallAction] {
    guard let mobility = broken.legs[caller.id], !isReceived, caller.isOpen else { return [] }
    guard mobility == .moves else { return end(.nodeLost, evidence: .nodeLost, at: now) }
    // Its PRACK would go to the lost address.
    (caller.progress, caller.reliability) = (nil, .never)
    switch state {
    // Members are called anew, and answer by themselves.
    case .attended: return isPaging ? [] : attendanceIsOver(at: now)
    case .ringing(let until):
      state = .ringing(until: min(until, now.boot.advanced(by: limits.ringingAfterMove)))
      return []
    case .holdingBack(let leg, _): return connectCaller(to: leg, at: now)
    case .settling, .talking, .ending: return []
    }
  }

  /// Whoever rang is called again from the new place where it can be, as the same leg.
  private mutating func targetsGoOn(
    _ broken: BrokenOff, tellingAt instant: BootInstant, at now: Moment
  ) -> [CallAction] {
    var actions: [CallAction] = []
    if let answered = transfer?.answered, broken.legs[answered] != nil || isMovingStayer(broken) {
      transferGoesOn(with: answered, at: instant)
    }
    for leg in broken.legs.keys.sorted() where isUnconfirmed(leg) {
      actions += confirmationFailed(leg, .nodeLost, evidence: .nodeLost, at: now)
    }
    for (leg, mobility) in broken.legs.sorted(by: { $0.key < $1.key })
    where leg != caller.id && self[leg].isOpen && self[leg].phase != .answered && asks(leg) {
      if mobility == .moves {
        self[leg].alternatives.insert(self[leg].way, at: 0)
        actions += askNextWay(leg, at: now) ?? []
      } else {
        actions += unreachable(leg, at: now)
      }
    }
    return actions
  }

  private func isMovingStayer(_ broken: BrokenOff) -> Bool {
    transfer.map { broken.legs[$0.stayer] != nil } ?? false
  }

  /// The two are offered each other's session when they know where we are.
  private mutating func transferGoesOn(with answered: LegID, at instant: BootInstant) {
    guard let current = transfer else { return }
    let later = instant.advanced(by: self[answered].glarePause)
    switch current.stage {
    case .asking, .settling: break
    case .moving: transfer?.stage = .moving(answered, nextAt: later)
    case .joining: transfer?.stage = .joining(answered, nextAt: later)
    }
  }

  /// It rang, and nothing leads to it any more.
  private mutating func unreachable(_ leg: LegID, at now: Moment) -> [CallAction] {
    let closed = close(leg, .nodeLost, evidence: .nodeLost, by: .us)
    return closed
      + (transfer?.targets.contains(leg) == true
        ? targetFailed(leg, .nodeLost, at: now) : failed(leg, .nodeLost, at: now))
  }
}
