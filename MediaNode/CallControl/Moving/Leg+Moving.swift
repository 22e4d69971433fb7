import NodeContract
import SIP

extension Leg {
  /// What may have been said from the former address after its last checkpoint: numbers of ours are above
  /// that.
  static let numbersSkipped: UInt32 = 100

  /// Its party is talked to from another address from now on: the dialog stays what it is, with another
  /// Contact of ours.
  mutating func move(to place: NewPlace) {
    let host = place.address(for: flow)
    if flow.transport.isReliable { lostFlow = lostFlow ?? flow }
    address = host.name
    epoch = place.epoch
    flow = flow.moved(to: host)
    name(contact.moved(to: host, over: flow))
    for index in abandonedWays.indices { abandonedWays[index].move(to: place) }
    alternatives = alternatives.compactMap { $0.moved(to: place) }
    skipNumbers()
  }

  /// Takes another path to the party, from the address where the leg is.
  mutating func take(_ path: Flow, from host: ExchangeAddress) {
    flow = path
    name(contact.moved(to: host, over: path))
  }

  /// What the party is told from now on of where we are.
  private mutating func name(_ contact: NameAddress) {
    self.contact = contact
    dialog?.contact = contact
    for index in early.indices { early[index].dialog.contact = contact }
    if !isIncoming { invite.headers.contacts = .addresses([contact]) }
    answer?.response.headers.contacts = .addresses([contact])
  }

  private mutating func skipNumbers() {
    branches &+= Self.numbersSkipped
    if dialog == nil, !isIncoming { invite.headers.cseq.number &+= Self.numbersSkipped }
    for _ in 0..<Self.numbersSkipped {
      _ = dialog?.skipSequence()
      for index in early.indices { _ = early[index].dialog.skipSequence() }
    }
  }

  /// The path that its INVITE took, to be taken once more.
  var way: CallWay {
    CallWay(
      address: address, epoch: epoch, contact: contact, flow: flow, uri: invite.uri,
      routes: invite.headers.routes)
  }
}

extension Flow {
  /// The same from another address of ours.
  func moved(to host: ExchangeAddress) -> Flow {
    var moved = self
    let port = transport == .tls ? host.securePort ?? host.sipPort : host.sipPort
    moved.local = IPEndpoint(host.ip, port: port)
    return moved
  }
}

extension NameAddress {
  /// A Contact of ours at another address of ours, for whoever is at the other end of the flow.
  fileprivate func moved(to host: ExchangeAddress, over flow: Flow) -> NameAddress {
    var moved = self
    let place = host.uri(over: flow)
    (moved.uri.host, moved.uri.port) = (place.host, place.port)
    moved.uri.parameters["transport"] = place.parameters["transport"]
    return moved
  }
}

extension CallWay {
  /// Nil: it was a connection, which is gone.
  fileprivate func moved(to place: NewPlace) -> CallWay? {
    guard !flow.transport.isReliable else { return nil }
    let host = place.address(for: flow)
    let flow = flow.moved(to: host)
    return CallWay(
      address: place.name, epoch: place.epoch, contact: contact.moved(to: host, over: flow),
      flow: flow, uri: uri, routes: routes)
  }
}

extension AbandonedWay {
  fileprivate mutating func move(to place: NewPlace) {
    self = AbandonedWay(branch: branch, flow: flow.moved(to: place.address(for: flow)))
  }
}
