import NodeContract
import SIP

@testable import CallControl

/// A party's end of one call.
final class PartyCall {
  enum State: Equatable {
    case calling, ringing, talking
    case ended
  }

  let party: Party
  let isCaller: Bool
  private(set) var state: State
  private(set) var dialog: Dialog?
  var invite: SIPRequest
  fileprivate(set) var serverID: ServerTransactionID?
  private var clientID: ClientTransactionID?
  private var makesOffer = true

  /// Statuses that the caller heard, in order.
  private(set) var heard: [Int] = []
  private(set) var finalStatus: Int?
  /// Statuses of its own re-INVITEs.
  private(set) var renegotiations: [Int] = []
  /// The session of the other side as told last.
  private(set) var theirSession: SessionDescription?
  private(set) var wasCancelled = false
  private(set) var cancelReason: String?
  private(set) var isAcknowledged = false
  private var hangsUpLater = false
  /// INFO and re-INVITE that came in.
  private(set) var received: [SIPRequest] = []

  private var acknowledgements: [UInt32: (SIPRequest, String)] = [:]
  private var pending: (SIPResponse, ServerTransactionID, Retransmission)?
  private var direction = "sendrecv"
  var isHolding: Bool { state == .talking && direction != "sendrecv" }
  private var sessionVersion: UInt64 = 1
  /// The party makes no ACK for 2xx.
  var forgetsACK = false
  /// The caller answers reliable responses by PRACK.
  var acknowledgesProgress = false
  private var acknowledged: Set<UInt32> = []
  /// It is a fax machine, which takes fax for an answer and, once it offered it, speaks nothing else.
  var isFaxMachine = false
  private(set) var faxes = false
  /// As it was before an offer that may be refused.
  private var faxed = false
  /// What it answers a re-INVITE with; nil: accepts.
  var refusesOffers: Int?
  /// How long it thinks over a re-INVITE.
  var thinks: Duration = .zero

  init(calling uri: SIPURI, of party: Party, offer: Bool) {
    self.party = party
    isCaller = true
    state = .calling
    makesOffer = offer
    invite = party.request(.invite, to: uri)
    if offer { invite.body = .session(session()) }
  }

  init(answering invite: SIPRequest, _ id: ServerTransactionID, of party: Party) {
    self.party = party
    isCaller = false
    state = .ringing
    self.invite = invite
    serverID = id
    dialog = Dialog(answering: invite, localTag: party.newTag(), contact: party.contact)
    if case .session(let offer) = invite.body { theirSession = offer }
  }

  // MARK: - Sessions

  func session(port: UInt16? = nil, answering offer: SessionDescription? = nil)
    -> SessionDescription
  {
    var session = SessionDescription(
      origin: SessionOrigin(
        sessionID: 1, version: sessionVersion, address: party.endpoint.address),
      connection: party.endpoint.address,
      media: [
        MediaDescription(
          kind: "audio", port: port ?? party.rtp, profile: "RTP/AVP", formats: party.formats,
          attributes: [
            SessionAttribute("rtpmap", "\(party.events) telephone-event/8000"),
            SessionAttribute("fmtp", "\(party.events) 0-16"), SessionAttribute(direction),
          ] + party.maps.map { SessionAttribute("rtpmap", $0) } + party.packetTimes)
      ])
    party.media?.dress(&session, answering: offer)
    if faxes { session.media = [party.fax(at: port ?? party.rtp)] }
    return session
  }

  /// An answer takes the direction that fits the offer.
  private func answer(to offer: SessionDescription) -> SessionDescription {
    (faxed, faxes) = (offer.offersFax, offer.offersFax)
    if faxes { return session() }
    var answer = session(answering: offer)
    let told = offer.media.first.map { MediaDirection(of: $0, in: offer) } ?? .both
    let fitting = told == .send ? "recvonly" : told == .none ? "inactive" : direction
    answer.media[0].attributes[2] = SessionAttribute(fitting)
    return answer
  }

  // MARK: - Calling

  func start() {
    party.sendWithPassword(
      invite,
      sent: { [self] request, id in
        invite = request
        clientID = id
      },
      then: { [self] in answered($0) })
  }

  private func answered(_ response: SIPResponse?) {
    guard let response else { return finish(408) }
    if response.status < 200 { return progressed(response) }
    heard.append(response.status)
    guard response.isSuccess else { return finish(response.status) }
    finalStatus = response.status
    dialog?.receive(response)
    guard let dialog = dialog ?? Dialog(request: invite, response: response) else {
      return finish(0)
    }
    self.dialog = dialog
    state = .talking
    acknowledge(response, isOffer: !makesOffer)
    // It hung up while the 2xx was on its way.
    if wasCancelled { hangUp() }
  }

  private func progressed(_ response: SIPResponse) {
    heard.append(response.status)
    guard acknowledgesProgress, let sequence = response.headers.reliableSequence else { return }
    rang(response)
    guard var prack = dialog?.request(.prack), acknowledged.insert(sequence).inserted else {
      return
    }
    prack.headers["RAck"] =
      ProgressAcknowledgement(response: sequence, request: invite.headers.cseq).description
    party.send(prack) { _ in }
  }

  /// An offer in a 2xx is answered by its ACK.
  private func acknowledge(_ response: SIPResponse, isOffer: Bool) {
    guard !forgetsACK, let dialog else { return }
    var body = SIPBody.none
    if case .session(let description) = response.body {
      theirSession = description
      if isOffer { body = .session(answer(to: description)) }
    }
    let number = response.headers.cseq.number
    let ack = dialog.acknowledgement(of: number, body: body)
    let branch = party.newBranch()
    acknowledgements[number] = (ack, branch)
    party.sendACK(ack, branch: branch)
  }

  func owns(_ response: SIPResponse) -> Bool { DialogID(of: response) == dialog?.id }

  func acknowledgeAgain(_ response: SIPResponse) {
    guard let (ack, branch) = acknowledgements[response.headers.cseq.number] else { return }
    party.sendACK(ack, branch: branch)
  }

  private func finish(_ status: Int) {
    if finalStatus == nil { finalStatus = status }
    state = .ended
  }

  /// The caller gives up, or whoever talks hangs up.
  func hangUp() {
    switch state {
    case .calling:
      wasCancelled = true
      if let clientID { party.cancel(clientID) }
    case .ringing: refuse(486)
    case .talking where !isCaller && !isAcknowledged:
      // A called party may not say BYE before it heard the ACK (RFC 3261 section 15).
      hangsUpLater = true
    case .talking:
      state = .ended
      guard let bye = dialog?.request(.bye) else { return }
      party.send(bye) { _ in }
    case .ended: break
    }
  }

  // MARK: - Being called

  func follow(_ habit: Party.Habit) {
    if let theirSession, party.media?.refuses(theirSession) ?? false { return refuse(488) }
    switch habit {
    case .answer(let delay):
      ring()
      party.world?.after(delay) { [self] in pickUp() }
    case .ring: ring()
    case .play(let delay):
      play()
      party.world?.after(delay) { [self] in pickUp() }
    case .refuse(let status): refuse(status)
    case .ignore: break
    }
  }

  private func respond(_ status: Int, body: SIPBody = .none) {
    guard let serverID, let dialog else { return }
    var response = invite.response(status, toTag: dialog.id.localTag)
    response.headers.contacts = .addresses([party.contact])
    response.body = body
    party.respond(response, to: serverID)
    if response.isSuccess { pending = (response, serverID, Retransmission(at: party.now)) }
  }

  func ring() { respond(180) }

  func play() {
    guard let theirSession else { return ring() }
    respond(183, body: .session(answer(to: theirSession)))
  }

  func pickUp() {
    guard state == .ringing else { return }
    state = .talking
    dialog?.confirm()
    let body = theirSession.map { answer(to: $0) } ?? session()
    respond(200, body: .session(body))
  }

  func refuse(_ status: Int) {
    guard state == .ringing else { return }
    respond(status)
    finish(status)
  }

  func cancelledByPeer() {
    guard state == .ringing else { return }
    wasCancelled = true
    respond(487)
    finish(487)
  }

  func acknowledged(_ ack: SIPRequest) {
    isAcknowledged = true
    if hangsUpLater { hangUp() }
    if let (response, _, _) = pending, response.headers.cseq.number == ack.headers.cseq.number {
      pending = nil
    }
    if case .session(let answer) = ack.body { theirSession = answer }
  }

  // MARK: - Within the dialog

  func received(_ request: SIPRequest, _ id: ServerTransactionID) {
    guard dialog?.receive(request) == true else {
      return party.respond(request.response(500), to: id)
    }
    dialog?.refreshTarget(by: request)
    received.append(request)
    switch request.method {
    case .bye:
      party.respond(request.response(200), to: id)
      pending = nil
      finish(finalStatus ?? 200)
    case .invite: consider(request, id)
    default: party.respond(request.response(200), to: id)
    }
  }

  private func consider(_ request: SIPRequest, _ id: ServerTransactionID) {
    guard state == .talking else { return party.respond(request.response(481), to: id) }
    guard !isRenegotiating, pending == nil else {
      return party.respond(request.response(491), to: id)
    }
    party.world?.after(thinks) { [self] in decide(request, id) }
  }

  private func decide(_ request: SIPRequest, _ id: ServerTransactionID) {
    guard state == .talking else { return party.respond(request.response(487), to: id) }
    if let refusesOffers { return party.respond(request.response(refusesOffers), to: id) }
    if case .session(let offer) = request.body, offer.offersFax, !isFaxMachine {
      return party.respond(request.response(488), to: id)
    }
    sessionVersion += 1
    var response = request.response(200)
    response.headers.contacts = .addresses([party.contact])
    if case .session(let offer) = request.body {
      theirSession = offer
      response.body = .session(answer(to: offer))
    } else {
      response.body = .session(session())
    }
    party.respond(response, to: id)
    pending = (response, id, Retransmission(at: party.now))
  }

  private var isRenegotiating = false

  /// A re-INVITE with the session as it was last.
  func repeatOffer() {
    guard state == .talking, !isRenegotiating,
      let request = dialog?.request(.invite, body: .session(session()))
    else { return }
    isRenegotiating = true
    party.send(request) { [self] in renegotiated($0, false) }
  }

  /// Offers anew: hold with `sendonly`, another port, or without an offer.
  func offer(direction: String = "sendrecv", port: UInt16? = nil, withoutOffer: Bool = false) {
    guard state == .talking, !isRenegotiating else { return }
    self.direction = direction
    sessionVersion += 1
    let body = withoutOffer ? SIPBody.none : .session(session(port: port))
    guard let request = dialog?.request(.invite, body: body) else { return }
    isRenegotiating = true
    party.send(request) { [self] in renegotiated($0, withoutOffer) }
  }

  /// A fax machine heard another, and goes over to T.38; or back to voice.
  func offerFax(_ faxes: Bool = true, port: UInt16? = nil) {
    guard !isRenegotiating else { return }
    (faxed, self.faxes) = (self.faxes, faxes)
    offer(port: port)
  }

  private func renegotiated(_ response: SIPResponse?, _ withoutOffer: Bool) {
    if let response, response.isProvisional { return }
    isRenegotiating = false
    renegotiations.append(response?.status ?? 408)
    guard let response, response.isSuccess else {
      faxes = faxed
      return
    }
    faxed = faxes
    dialog?.receive(response)
    acknowledge(response, isOffer: withoutOffer)
  }

  /// The caller takes note of the dialog that a provisional response made.
  func rang(_ response: SIPResponse) {
    if dialog == nil { dialog = Dialog(request: invite, response: response) }
  }

  /// A new request within the dialog, to be changed and sent.
  func request(_ method: SIPMethod, body: SIPBody = .none) -> SIPRequest? {
    dialog?.request(method, body: body)
  }

  func send(_ method: SIPMethod, body: SIPBody, then act: @escaping (Int) -> Void) {
    guard let request = dialog?.request(method, body: body) else { return }
    party.send(request) { act($0?.status ?? 408) }
  }

  // MARK: - Time

  var nextDeadline: BootInstant? { pending?.2.nextDeadline }

  func advance() {
    guard let (response, id, pausing) = pending else { return }
    var retransmission = pausing
    let step = retransmission.advance(to: party.now)
    pending = (response, id, retransmission)
    switch step {
    case .wait: break
    case .again: party.respond(response, to: id)
    case .giveUp:
      pending = nil
      isAcknowledged = true
      hangUp()
    }
  }
}

extension Party {
  fileprivate var packetTimes: [SessionAttribute] {
    [("ptime", packetTime), ("maxptime", longestPacketTime)].compactMap { name, value in
      value.map { SessionAttribute(name, $0) }
    }
  }
}
