import NodeContract
import SIP
import TLS

@testable import CallControl

/// A phone or carrier: a complete user agent over the transaction layer.
final class Party {
  /// What it does with a call that comes in.
  enum Habit {
    case answer(after: Duration)
    case ring
    /// 183 with its tones first.
    case play(thenAnswerAfter: Duration)
    case refuse(Int)
    case ignore
  }

  let number: String
  /// Whose extension it is.
  var domain = Fixture.domain
  let endpoint: IPEndpoint
  /// Where it sends its requests outside dialogs.
  var server: IPEndpoint
  let rtp: UInt16
  var password: String
  var habit = Habit.answer(after: .milliseconds(500))
  /// What it wants a password for; nil: nothing.
  var door: CarrierDoor?
  /// What it answers a REGISTER with.
  var registers: (SIPRequest) -> SIPResponse = { $0.response(481, toTag: "none") }
  /// What it answers a NOTIFY or MESSAGE outside calls with; nil: nothing at all.
  var takes: Int? = 200
  /// What else it says in its responses to INVITE and UPDATE.
  var adorns: (inout SIPResponse) -> Void = { _ in }
  /// What it offers and answers with.
  var formats = ["0", "8", "101"]
  /// The number among them by which it knows telephone events.
  var events = "101"
  /// What lies beneath its audio; nil: plain RTP, and it reads no more than the codecs.
  var media: PartyMedia?
  /// What its dynamic numbers stand for, beside those events.
  var maps: [String] = []
  /// How long it wants packets to be, in milliseconds: `ptime`, `maxptime`.
  var packetTime: String?
  var longestPacketTime: String?
  weak var world: (any Surroundings)?

  private var layer = TransactionLayer()
  private(set) var calls: [PartyCall] = []
  private var clients: [ClientTransactionID: (SIPResponse?) -> Void] = [:]
  private var counter = 0
  private(set) var challenges: [Int] = []
  /// Final responses to everything that it sent, in order.
  private(set) var finals: [Int] = []
  /// Requests that came in, in order, but not repetitions.
  private(set) var requests: [SIPRequest] = []
  /// Its own 2xx to INVITEs.
  private(set) var answers: [SIPResponse] = []
  /// Hears nothing.
  var isUnplugged = false
  /// So it is, and the network says so.
  var isUnreachable = false

  /// Nobody takes connections at its address.
  var refusesConnections = false

  /// What it calls itself, behind a NAT that lets in only whom it has sent something.
  var privateEndpoint: IPEndpoint?

  /// How it reaches us.
  var transport = SIPTransport.udp

  init(_ number: String, at endpoint: String, server: IPEndpoint = Fixture.phones) {
    self.number = number
    self.endpoint = Fixture.endpoint(endpoint)
    self.server = server
    password = Fixture.password(of: number)
    rtp = 30_000 + (self.endpoint.port % 10_000) * 2
  }

  /// The carrier of the fixture.
  static func carrier() -> Party {
    Party("carrier", at: Fixture.carrier.description, server: Fixture.trunks)
  }

  var isCarrier: Bool {
    [Fixture.trunks, Fixture.longTrunks, Fixture.otherTrunks].contains(server)
  }
  var now: BootInstant { world?.now.boot ?? BootInstant(nanoseconds: 0) }
  var lastCall: PartyCall? { calls.last }

  // MARK: - Network and time

  var nextDeadline: BootInstant? {
    (calls.compactMap(\.nextDeadline) + [layer.nextDeadline].compactMap { $0 }).min()
  }

  func advance() {
    handle(layer.advance(to: now))
    for call in calls { call.advance() }
  }

  func receive(_ message: SIPMessage, at local: IPEndpoint) {
    guard !isUnplugged else { return }
    handle(
      layer.receive(
        message, over: Flow(transport: transport, local: endpoint, remote: local), at: now))
  }

  var openTransactions: Int { layer.openCount }

  private func handle(_ events: [TransactionEvent]) {
    for event in events { handle(event) }
  }

  private func handle(_ event: TransactionEvent) {
    switch event {
    case .send(let message, let flow): world?.send(message, from: self, to: flow.remote)
    case .request(let request, let id, _): received(request, id)
    case .cancelled(let id): calls.first { $0.serverID == id }?.cancelledByPeer()
    case .acknowledged(let request, _): call(of: request)?.acknowledged(request)
    case .response(let response, let id): received(response, id)
    case .timedOut(let id):
      clients.removeValue(forKey: id)?(nil)
    case .acknowledgementMissing, .unanswered, .stray, .refused: break
    }
  }

  private func received(_ response: SIPResponse, _ id: ClientTransactionID) {
    if response.isSuccess, response.headers.cseq.method == .invite, clients[id] == nil {
      calls.first { $0.owns(response) }?.acknowledgeAgain(response)
      return
    }
    guard let act = clients[id] else { return }
    if response.status >= 200 {
      clients[id] = nil
      finals.append(response.status)
    }
    act(response)
  }

  private func received(_ request: SIPRequest, _ id: ServerTransactionID) {
    requests.append(request)
    let flow = Flow(transport: transport, local: endpoint, remote: server)
    if let refusal = door?.refusal(of: request, over: flow, at: now) {
      return respond(refusal, to: id)
    }
    if let call = call(of: request) { return call.received(request, id) }
    switch request.method {
    case .invite where request.headers.to.tag == nil:
      let call = PartyCall(answering: request, id, of: self)
      calls.append(call)
      call.follow(habit)
    case .register: respond(registers(request), to: id)
    case .notify, .message:
      guard let takes else { return unanswered.append((request, id)) }
      respond(request.response(takes, toTag: newTag()), to: id)
    default: respond(request.response(481, toTag: newTag()), to: id)
    }
  }

  private var unanswered: [(request: SIPRequest, id: ServerTransactionID)] = []

  /// Answers at last what it let wait.
  func answerAll() {
    for (request, id) in unanswered {
      respond(request.response(takes ?? 200, toTag: newTag()), to: id)
    }
    unanswered = []
  }

  private func call(of request: SIPRequest) -> PartyCall? {
    DialogID(of: request).flatMap { id in calls.first { $0.dialog?.id == id } }
  }

  // MARK: - Sending

  @discardableResult
  func send(_ request: SIPRequest, then act: @escaping (SIPResponse?) -> Void)
    -> ClientTransactionID
  {
    let flow = flow(of: request)
    let (id, events) = layer.send(request, over: flow, branch: newBranch(), at: now)
    clients[id] = act
    handle(events)
    return id
  }

  func sendACK(_ ack: SIPRequest, branch: String) {
    let flow = flow(of: ack)
    handle(layer.send(ack, over: flow, branch: branch, at: now).events)
  }

  /// Within a dialog it goes to where the other side says that it is.
  private func flow(of request: SIPRequest) -> Flow {
    let target = request.headers.to.tag == nil ? nil : request.uri.endpoint
    return Flow(transport: transport, local: endpoint, remote: target ?? server)
  }

  func respond(_ response: SIPResponse, to id: ServerTransactionID) {
    var response = response
    if response.headers.cseq.method.isOffering { adorns(&response) }
    if response.isSuccess, response.headers.cseq.method == .invite { answers.append(response) }
    handle(layer.respond(response, to: id, at: now))
  }

  func cancel(_ id: ClientTransactionID) { handle(layer.cancel(id, at: now)) }

  /// Of several devices with one number each has tags of its own.
  func newTag() -> String { "\(number)-\(endpoint.address)-\(endpoint.port)-\(count())" }
  func newBranch() -> String { "\(Via.magicCookie)-\(endpoint.port)-\(count())" }

  func count() -> Int {
    counter += 1
    return counter
  }

  var contact: NameAddress {
    let place = privateEndpoint ?? endpoint
    return NameAddress(
      uri: SIPURI(user: number, host: place.address.description, port: place.port))
  }

  var identity: NameAddress {
    NameAddress(
      uri: SIPURI(user: number, host: isCarrier ? server.address.description : domain))
  }

  /// Where it listens.
  var mediaEndpoint: IPEndpoint { IPEndpoint(endpoint.address, port: rtp) }

  /// A request outside dialogs.
  func request(_ method: SIPMethod, to uri: SIPURI, body: SIPBody = .none) -> SIPRequest {
    var from = identity
    from.tag = newTag()
    return SIPRequest(
      method: method, uri: uri,
      headers: SIPHeaders(
        vias: [], from: from, to: NameAddress(uri: uri),
        callID: "\(number)-\(endpoint.port)-\(count())", cseq: CSeq(1, method), maxForwards: 70,
        contacts: .addresses([contact])),
      body: body)
  }

  /// Sends, and once more with the password when it is challenged.
  func sendWithPassword(
    _ request: SIPRequest, sent: @escaping (SIPRequest, ClientTransactionID) -> Void = { _, _ in },
    then act: @escaping (SIPResponse?) -> Void
  ) {
    let id = send(request) { [self] response in
      guard let response, response.status == 401, let again = answer(response, request) else {
        return act(response)
      }
      challenges.append(401)
      sent(again, send(again, then: act))
    }
    sent(request, id)
  }

  /// The request with credentials for the challenge; MD5 like an old phone when `usesMD5`.
  var usesMD5 = false

  private func answer(_ response: SIPResponse, _ request: SIPRequest) -> SIPRequest? {
    let challenges = response.headers.values(of: "WWW-Authenticate")
      .compactMap { DigestChallenge($0) }
    guard let challenge = usesMD5 ? challenges.last : challenges.first else { return nil }
    var credentials = DigestCredentials(
      username: number, realm: challenge.realm, nonce: challenge.nonce,
      uri: request.uri.description, response: "", algorithm: challenge.algorithm,
      quality: DigestQuality(clientNonce: "c\(count())", count: 1))
    let hashing = OpenSSLHashing()
    let secret = Array("\(number):\(challenge.realm):\(password)".utf8)
    let ha1 = challenge.algorithm == .md5 ? hashing.md5(secret) : hashing.sha256(secret)
    credentials.response = credentials.expectedResponse(
      ha1: Fixture.hex(ha1), method: request.method, hashing: hashing)
    var again = request
    again.headers.cseq.number += 1
    again.headers["Authorization"] = credentials.description
    return again
  }

  // MARK: - What a person does with it

  func register(
    expires: Int? = nil, contacts: ContactList? = nil,
    change: (inout SIPRequest) -> Void = { _ in }, then act: @escaping (SIPResponse?) -> Void
  ) {
    var request = request(.register, to: SIPURI(host: domain))
    request.headers.to = NameAddress(uri: SIPURI(user: number, host: domain))
    request.headers["Expires"] = expires.map { "\($0)" }
    if let contacts { request.headers.contacts = contacts }
    change(&request)
    sendWithPassword(request, then: act)
  }

  @discardableResult
  func call(
    _ dialled: String, offer: Bool = true, change: (inout SIPRequest) -> Void = { _ in }
  ) -> PartyCall {
    let host = isCarrier ? server.address.description : domain
    let call = PartyCall(calling: SIPURI(user: dialled, host: host), of: self, offer: offer)
    change(&call.invite)
    calls.append(call)
    call.start()
    return call
  }
}
