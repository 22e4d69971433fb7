public import NodeContract

/// Finds the servers of one SIP URI (RFC 3263 section 4), as a value: questions to the DNS go out,
/// answers come in, until it knows what became of it.
public struct ServerLocator: Sendable {
  public enum Outcome: Hashable, Sendable {
    case found(ServerLocation, lifetime: Duration)
    /// The domain has no server, and that for so long.
    case nowhere(lifetime: Duration)
    /// The DNS did not answer.
    case failed
  }

  /// Which addresses we can reach.
  public enum Family: Hashable, Sendable {
    case v4, v6

    public init(of address: IPAddress) {
      self = if case .v4 = address { .v4 } else { .v6 }
    }
  }

  /// How much of the DNS' answers is used; the rest is left out.
  private enum Limit {
    static let services = 6
    static let servers = 16
    static let addresses = 8
  }

  private enum Step {
    /// Which services the domain has. Leads to `servers`.
    case services
    /// Which servers these services have. Leads to `addresses`.
    case servers
    /// Which addresses these servers have. Leads nowhere.
    case addresses
  }

  /// A service, by the name of its SRV records.
  private struct Candidate: Hashable {
    let transport: SIPTransport
    let name: String
  }

  private let uri: SIPURI
  private let family: Family
  private var step = Step.services
  private var candidates: [Candidate] = []
  private var servers: [String: [ServiceRecord]] = [:]
  private var services: [ServerLocation.Service] = []
  private var addresses: [String: [IPAddress]] = [:]
  private var unanswered: Set<DNSQuestion> = []
  private var lifetime = Duration.seconds(86_400)
  private var hasFailures = false

  public init(of uri: SIPURI, for family: Family) {
    self.uri = uri
    self.family = family
  }

  /// Nil while questions are open.
  public var outcome: Outcome? {
    guard unanswered.isEmpty else { return nil }
    let known = services.map { service in
      var service = service
      for index in service.servers.indices {
        service.servers[index].addresses = addresses[service.servers[index].host] ?? []
      }
      service.servers.removeAll { $0.addresses.isEmpty }
      return service
    }.filter { !$0.servers.isEmpty }
    if !known.isEmpty { return .found(ServerLocation(services: known), lifetime: lifetime) }
    return hasFailures ? .failed : .nowhere(lifetime: lifetime)
  }

  /// The first questions; none where the URI says all.
  public mutating func begin() -> [DNSQuestion] {
    if uri.port != nil || IPAddress(uri.host) != nil { return askForTarget(by: plainTransport) }
    if let transport = namedTransport { return askForServers(of: [Self.service(transport, uri)]) }
    return ask([DNSQuestion(.naptr, uri.host)])
  }

  /// The next questions. An answer to what was not asked changes nothing.
  public mutating func take(_ answer: DNSAnswer, to question: DNSQuestion) -> [DNSQuestion] {
    guard unanswered.remove(question) != nil else { return [] }
    let records = note(answer)
    switch step {
    case .services: return takeServices(records)
    case .servers:
      servers[question.name] = records.compactMap(\.service)
      return unanswered.isEmpty ? askForAddresses() : []
    case .addresses:
      addresses[question.name] = Array(
        records.compactMap { $0.address(of: family) }.prefix(Limit.addresses))
      return []
    }
  }

  private mutating func note(_ answer: DNSAnswer) -> [DNSRecord] {
    switch answer {
    case .records(let records, let lifetime):
      self.lifetime = min(self.lifetime, lifetime)
      return records
    case .none(let lifetime): self.lifetime = min(self.lifetime, lifetime)
    case .failed: hasFailures = true
    }
    return []
  }

  private mutating func ask(_ questions: [DNSQuestion]) -> [DNSQuestion] {
    unanswered.formUnion(questions)
    return questions
  }

  // MARK: - Which transport (section 4.1)

  /// What the URI's `transport` says; SIPS is over TLS whatever it says.
  private var namedTransport: SIPTransport? {
    let name = uri.parameters["transport"]?.uppercased()
    guard uri.scheme != .sips else { return name == nil ? nil : .tls }
    return name.flatMap(SIPTransport.init(rawValue:))
  }

  /// Where nothing but the URI is asked.
  private var plainTransport: SIPTransport {
    namedTransport ?? (uri.scheme == .sips ? .tls : .udp)
  }

  /// Of the services that we have a transport for, those of the lowest order: whoever ranks a secret
  /// way before a plain one is not spoken to in the plain one (RFC 3403 section 4.1).
  private mutating func takeServices(_ records: [DNSRecord]) -> [DNSQuestion] {
    let known = records.compactMap(\.pointer).compactMap { pointer in
      transport(of: pointer).map { (pointer, Candidate(transport: $0, name: pointer.replacement)) }
    }.sorted { ($0.0.order, $0.0.preference) < ($1.0.order, $1.0.preference) }
    let best = known.filter { $0.0.order == known.first?.0.order }.map(\.1)
    return askForServers(of: best.isEmpty ? usualServices : Array(best.prefix(Limit.services)))
  }

  private func transport(of pointer: NamingAuthorityPointer) -> SIPTransport? {
    guard pointer.flags.lowercased() == "s", !pointer.replacement.isEmpty else { return nil }
    return switch pointer.service.uppercased() {
    case "SIPS+D2T": .tls
    case "SIP+D2T" where uri.scheme != .sips: .tcp
    case "SIP+D2U" where uri.scheme != .sips: .udp
    default: nil
    }
  }

  /// Where the domain names no services.
  private var usualServices: [Candidate] {
    let transports: [SIPTransport] = uri.scheme == .sips ? [.tls] : [.udp, .tcp, .tls]
    return transports.map { Self.service($0, uri) }
  }

  private static func service(_ transport: SIPTransport, _ uri: SIPURI) -> Candidate {
    let prefix =
      switch transport {
      case .udp: "_sip._udp."
      case .tcp: "_sip._tcp."
      case .tls: "_sips._tcp."
      }
    return Candidate(transport: transport, name: prefix + uri.host)
  }

  // MARK: - Which servers (section 4.2)

  private mutating func askForServers(of candidates: [Candidate]) -> [DNSQuestion] {
    step = .servers
    self.candidates = candidates.map {
      Candidate(transport: $0.transport, name: DNSQuestion(.srv, $0.name).name)
    }
    return ask(Set(self.candidates.map(\.name)).sorted().map { DNSQuestion(.srv, $0) })
  }

  private mutating func askForAddresses() -> [DNSQuestion] {
    services = candidates.compactMap { candidate in
      let records = (servers[candidate.name] ?? []).filter { !$0.host.isEmpty && $0.host != "." }
        .sorted { $0.priority < $1.priority }.prefix(Limit.servers)
      guard !records.isEmpty else { return nil }
      return ServerLocation.Service(
        transport: candidate.transport, servers: records.map(ServerLocation.Server.init))
    }
    guard !services.isEmpty else {
      // A domain that answers "." says that it has no such service.
      let isDenied = servers.values.contains { !$0.isEmpty }
      return isDenied ? [] : askForTarget(by: plainTransport)
    }
    return askForAddresses(of: services.flatMap { $0.servers.map(\.host) })
  }

  /// No service: the host itself is the server.
  private mutating func askForTarget(by transport: SIPTransport) -> [DNSQuestion] {
    let host = DNSQuestion(.a, uri.host).name
    let server = ServiceRecord(
      priority: 0, weight: 0, port: uri.port ?? transport.usualPort, host: host)
    services = [ServerLocation.Service(transport: transport, servers: [.init(server)])]
    guard let address = IPAddress(host) else { return askForAddresses(of: [host]) }
    step = .addresses
    if Family(of: address) == family { addresses[host] = [address] }
    return []
  }

  private mutating func askForAddresses(of hosts: [String]) -> [DNSQuestion] {
    step = .addresses
    let kind = family == .v4 ? DNSQuestion.Kind.a : .aaaa
    return ask(Set(hosts).sorted().prefix(Limit.servers).map { DNSQuestion(kind, $0) })
  }
}

extension ServerLocation.Server {
  fileprivate init(_ record: ServiceRecord) {
    self.init(
      priority: record.priority, weight: record.weight, port: record.port,
      host: DNSQuestion(.a, record.host).name, addresses: [])
  }
}

extension SIPTransport {
  /// RFC 3261 section 19.1.2.
  public var usualPort: UInt16 { self == .tls ? 5061 : 5060 }
}

extension DNSRecord {
  fileprivate var pointer: NamingAuthorityPointer? {
    if case .naptr(let pointer) = self { pointer } else { nil }
  }

  fileprivate var service: ServiceRecord? {
    if case .srv(let record) = self { record } else { nil }
  }

  fileprivate func address(of family: ServerLocator.Family) -> IPAddress? {
    guard case .address(let address) = self, ServerLocator.Family(of: address) == family else {
      return nil
    }
    return address
  }
}
