/// What tells dialogs apart (RFC 3261 section 12).
public struct DialogID: Hashable, Sendable {
  public var callID: String
  public var localTag: String
  /// Empty for a peer of RFC 2543, which sends none.
  public var remoteTag: String

  public init(callID: String, localTag: String, remoteTag: String) {
    self.callID = callID
    self.localTag = localTag
    self.remoteTag = remoteTag
  }

  /// The dialog that a request within it names: To has our tag. Nil outside dialogs.
  public init?(of request: SIPRequest) {
    guard let localTag = request.headers.to.tag else { return nil }
    self.init(
      callID: request.headers.callID, localTag: localTag,
      remoteTag: request.headers.from.tag ?? "")
  }

  /// The dialog that a response to our request belongs to. Nil without a To tag.
  public init?(of response: SIPResponse) {
    guard let localTag = response.headers.from.tag, let remoteTag = response.headers.to.tag else {
      return nil
    }
    self.init(callID: response.headers.callID, localTag: localTag, remoteTag: remoteTag)
  }
}

/// A relation between two user agents (RFC 3261 section 12), as one of them sees it.
public struct Dialog: Hashable, Sendable {
  public let id: DialogID
  /// Our address with our tag: From of our requests.
  public let local: NameAddress
  /// The peer's address with its tag: To of our requests.
  public let remote: NameAddress
  /// Where the peer wants our requests: its Contact.
  public private(set) var remoteTarget: SIPURI
  /// The proxies on the way, nearest first.
  public private(set) var routeSet: [NameAddress]
  /// Contact of our requests.
  public var contact: NameAddress
  /// CSeq of our latest request.
  public private(set) var localSequence: UInt32
  /// CSeq of the peer's latest request; nil before its first.
  public private(set) var remoteSequence: UInt32?
  /// Whether a 2xx made it; false while early.
  public private(set) var isConfirmed: Bool

  /// A dialog as another process knew it.
  public init(
    id: DialogID, local: NameAddress, remote: NameAddress, remoteTarget: SIPURI,
    routeSet: [NameAddress], contact: NameAddress, localSequence: UInt32,
    remoteSequence: UInt32?, isConfirmed: Bool
  ) {
    self.id = id
    self.local = local
    self.remote = remote
    self.remoteTarget = remoteTarget
    self.routeSet = routeSet
    self.contact = contact
    self.localSequence = localSequence
    self.remoteSequence = remoteSequence
    self.isConfirmed = isConfirmed
  }

  /// The dialog of our INVITE, from a response 101 to 299 to it that has a To tag. Nil without
  /// one, or for a 2xx without Contact.
  public init?(request: SIPRequest, response: SIPResponse) {
    guard (101..<300).contains(response.status), let id = DialogID(of: response) else {
      return nil
    }
    let target = response.headers.contacts.addresses.first?.uri
    guard target != nil || response.isProvisional else { return nil }
    self.id = id
    local = request.headers.from
    remote = response.headers.to
    remoteTarget = target ?? request.uri
    routeSet = response.headers.recordRoutes.reversed()
    contact = request.headers.contacts.addresses.first ?? request.headers.from
    localSequence = request.headers.cseq.number
    remoteSequence = nil
    isConfirmed = response.isSuccess
  }

  /// The dialog of the peer's INVITE, which we answer with `localTag`. Nil without a Contact.
  public init?(answering request: SIPRequest, localTag: String, contact: NameAddress) {
    guard let target = request.headers.contacts.addresses.first?.uri else { return nil }
    id = DialogID(
      callID: request.headers.callID, localTag: localTag,
      remoteTag: request.headers.from.tag ?? "")
    var local = request.headers.to
    local.tag = localTag
    self.local = local
    remote = request.headers.from
    remoteTarget = target
    routeSet = request.headers.recordRoutes
    self.contact = contact
    localSequence = 0
    remoteSequence = request.headers.cseq.number
    isConfirmed = false
  }

  /// Notes a later response to our INVITE or re-INVITE: a 2xx confirms the dialog, recomputes the
  /// route set the first time (section 13.2.2.4) and refreshes the peer's target (12.2.1.2).
  public mutating func receive(_ response: SIPResponse) {
    guard response.isSuccess else { return }
    if !isConfirmed { routeSet = response.headers.recordRoutes.reversed() }
    isConfirmed = true
    if let target = response.headers.contacts.addresses.first?.uri { remoteTarget = target }
  }

  /// Notes that we accepted the peer's INVITE with a 2xx.
  public mutating func confirm() { isConfirmed = true }

  /// Notes a request of the peer within the dialog. False when its CSeq is below an earlier one:
  /// then it is answered 500 (section 12.2.2). ACK and CANCEL do not count.
  public mutating func receive(_ request: SIPRequest) -> Bool {
    let number = request.headers.cseq.number
    guard request.method != .ack, request.method != .cancel else { return true }
    if let remoteSequence, number <= remoteSequence { return false }
    remoteSequence = number
    return true
  }

  /// Notes that a request of the peer within the dialog was accepted: its Contact is where the peer
  /// wants our requests from now on, if it is one that says so (section 12.2.2). One that is refused
  /// changes nothing (RFC 6141 section 4.8).
  public mutating func refreshTarget(by request: SIPRequest) {
    guard request.method.refreshesTarget,
      let target = request.headers.contacts.addresses.first?.uri
    else { return }
    remoteTarget = target
  }

  /// A new request within the dialog (section 12.2.1.1), without Via.
  public mutating func request(_ method: SIPMethod, body: SIPBody = .none) -> SIPRequest {
    localSequence &+= 1
    return make(method, sequence: localSequence, body: body)
  }

  /// The next CSeq of our own, for a request that is sent once more.
  public mutating func skipSequence() -> UInt32 {
    localSequence &+= 1
    return localSequence
  }

  /// The ACK of a 2xx to our INVITE with this CSeq number (section 13.2.2.4), without Via.
  public func acknowledgement(of sequence: UInt32, body: SIPBody = .none) -> SIPRequest {
    make(.ack, sequence: sequence, body: body)
  }

  private func make(_ method: SIPMethod, sequence: UInt32, body: SIPBody) -> SIPRequest {
    let (uri, routes) = destination
    return SIPRequest(
      method: method, uri: uri,
      headers: SIPHeaders(
        vias: [], from: local, to: remote, callID: id.callID, cseq: CSeq(sequence, method),
        maxForwards: 70, contacts: .addresses([contact]), routes: routes),
      body: body)
  }

  /// Request-URI and Route. A first proxy without `lr` is a strict router: it gets the
  /// Request-URI, and the target goes to the end of Route (section 12.2.1.1).
  private var destination: (uri: SIPURI, routes: [NameAddress]) {
    guard let first = routeSet.first, !first.uri.parameters.contains("lr") else {
      return (remoteTarget, routeSet)
    }
    return (first.uri, routeSet.dropFirst() + [NameAddress(uri: remoteTarget)])
  }
}
