public import NodeContract
public import SIP

/// Carriers that are known by a domain, and where they are (RFC 3263).
extension Exchange {
  /// Asks for what should be known and is not. After each change of tenants and grants.
  mutating func reviewLocations(at now: Moment) {
    let wanted = directory.routedTrunks.values.compactMap { locationKey(of: $0) }
    locate(locations.review(Set(wanted), at: now.boot), at: now)
  }

  /// There is somebody now who carries actions out. Tenants that were installed and addresses that
  /// were adopted before want what they want from now on.
  public mutating func serviceStarts(at now: Moment) -> [ExchangeAction] {
    locate(locations.openQuestions, at: now)
    return takeOutbox(at: now)
  }

  mutating func advanceLocations(to now: Moment) {
    guard let next = locations.nextDeadline, next <= now.boot else { return }
    locate(locations.advance(to: now.boot), at: now)
  }

  /// The DNS answered a question of `ExchangeAction.locate`.
  public mutating func located(_ answer: DNSAnswer, to question: DNSQuestion, at now: Moment)
    -> [ExchangeAction]
  {
    locate(locations.take(answer, to: question, at: now.boot), at: now)
    return takeOutbox(at: now)
  }

  private mutating func locate(_ questions: [DNSQuestion], at now: Moment) {
    outbox += questions.map(ExchangeAction.locate)
    let callers = locatedCallers
    guard callers != carriersByAddress else { return }
    carriersByAddress = callers
    reviewRegistrations(at: now)
  }

  /// Nil: the trunk has no domain, or we do not serve the address that it talks to.
  private func locationKey(of trunk: TrunkEntry) -> CarrierLocations.Key? {
    guard let route = trunk.route, grants[trunk.address] != nil,
      let forms = configuration.forms(of: trunk.address)
    else { return nil }
    return CarrierLocations.Key(route: route, family: ServerLocator.Family(of: forms.first.ip))
  }

  private func location(of trunk: TrunkEntry) -> ServerLocation? {
    locationKey(of: trunk).flatMap { locations[$0] }
  }

  // MARK: - Who calls

  /// Who calls from the addresses that the DNS told.
  private var locatedCallers: [CallerPlace: Set<TrunkID>] {
    var callers: [CallerPlace: Set<TrunkID>] = [:]
    for trunk in directory.routedTrunks.values {
      for ip in location(of: trunk)?.addresses ?? [] {
        callers[CallerPlace(address: trunk.address, ip: ip), default: []].insert(trunk.id)
      }
    }
    return callers
  }

  func locatedTrunks(at flow: Flow, _ address: AddressName) -> [TrunkID] {
    carriersByAddress[CallerPlace(address: address, ip: flow.remote.address)]?.sorted() ?? []
  }

  // MARK: - Where calls go

  /// The trunk with all addresses that are its carrier's.
  func located(_ trunk: TrunkEntry) -> TrunkEntry {
    guard let location = location(of: trunk) else { return trunk }
    var trunk = trunk
    trunk.peers += location.endpoints.subtracting(trunk.peers).sorted {
      $0.description < $1.description
    }
    return trunk
  }

  /// The ways to the carrier's servers, each from the form of the address that reaches it, in the order in which a request tries them: as the DNS says,
  /// or else to the trunk's peers.
  func flows(
    to trunk: TrunkEntry, from forms: AddressForms, _ random: inout some RandomNumberGenerator
  ) -> [Flow] {
    let limit = limits.waysPerTrunk + 1
    if let location = location(of: trunk) {
      let flows = location.servers(limit: limit, &random).compactMap {
        forms.flow(to: $0, named: trunk.route.flatMap { SIPURI($0) }?.host)
      }
      if !flows.isEmpty { return flows }
    }
    return trunk.peers.prefix(limit).compactMap { peer in
      forms.form(reaching: peer.address).map { Flow(local: $0.endpoint, remote: peer) }
    }
  }
}

/// Whence calls come.
struct CallerPlace: Hashable, Sendable {
  let address: AddressName
  let ip: IPAddress
}

extension TrunkEntry {
  /// Whether calls can go out over it, as far as its settings say.
  var isOutgoing: Bool { !peers.isEmpty || route != nil }
}

extension AddressForms {
  /// Nil: nothing leads there from us, or TLS alone does, and we take none here.
  fileprivate func flow(to server: ServerAddress, named name: String?) -> Flow? {
    guard let form = form(reaching: server.endpoint.address) else { return nil }
    guard server.transport == .tls else {
      return Flow(transport: server.transport, local: form.endpoint, remote: server.endpoint)
    }
    guard let securePort = form.securePort else { return nil }
    return Flow(
      transport: .tls, local: IPEndpoint(form.ip, port: securePort), remote: server.endpoint,
      peerName: name)
  }
}
