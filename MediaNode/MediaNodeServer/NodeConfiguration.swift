import CallControl
import Configuration
import ControlLink
import FoundationEssentials
import Logging
import NodeContract
import Ownership
import SIP
import TLS

/// Settings of a node: a JSON file, then `TANDEM_*` variables, then `--set name=value`, in rising
/// precedence.
struct NodeConfiguration: Sendable {
  var name: NodeName
  var site: SiteName
  /// All that it may be told to hold. What the keeper has no sockets of it binds when it is given it.
  var addresses: [AddressSetting]
  /// Addresses of other sites whose calls it may be told to carry on at its own.
  var standsByFor: [ForeignAddress]
  /// How it proves, without the control plane, that they lead here.
  var proof: PhysicalProof
  /// Who answers echoes from them, where that is the proof.
  var gateway: IPAddress?
  var relayPorts: ClosedRange<UInt16>
  /// Who the node is for phones and carriers that come by TLS, to the port above each address' own;
  /// nil: none can.
  var secureSIP: TLSServerIdentity?
  /// Further certificates, for peers that ask for their names.
  var furtherIdentities: [TLSServerIdentity]
  /// Whose certificates such peers may show; nil: they are not asked.
  var clientAuthority: String?
  /// Who vouches for carriers that we connect to; nil: the system's authorities.
  var carrierAuthority: String?
  /// Know where carriers' domains are; none: those of the system's `resolv.conf`.
  var nameServers: [IPEndpoint]
  var replicas: [ReplicaEndpoint]
  var certificate: String
  var key: String
  var authority: String
  /// Where the spool, the tenants' snapshots and the known grants lie.
  var stateDirectory: String
  /// 32 bytes in hexadecimal, made at enrolment: seals the snapshots.
  var snapshotKeyFile: String
  /// WAV files under which callers wait.
  var music: String
  /// The folder of the languages' sound packages.
  var prompts: String
  /// The folder of what a synthesiser spoke at set-up.
  var synthesised: String
  /// Callers from extensions hear why their calls go nowhere.
  var announces: Bool
  /// Of which it dies when a message has it (`DeadlyWord`); nil but in a laboratory.
  var deadlyWord: String?
  var logLevel: Logger.Level
  /// The usual ones but for what `limits` names.
  var limits = ExchangeLimits()

  static func load(file: String, overrides: [String: String]) async throws -> NodeConfiguration {
    let path = ConfigReader(
      provider: InMemoryProvider(values: ["filePath": ConfigValue(.string(file), isSecret: false)]))
    let flags = overrides.map { (AbsoluteConfigKey($0.split(separator: ".").map(String.init)), $1) }
    let reader = ConfigReader(providers: [
      InMemoryProvider(
        values: Dictionary(
          flags.map { ($0, ConfigValue(.string($1), isSecret: false)) },
          uniquingKeysWith: { _, last in last })),
      EnvironmentVariablesProvider().prefixKeys(with: "tandem"),
      try await FileProvider<JSONSnapshot>(config: path),
    ])
    return try NodeConfiguration(reading: reader)
  }

  private init(reading reader: ConfigReader) throws {
    name = try reader.value("name", as: NodeName.init)
    site = try reader.value("site", as: SiteName.init)
    addresses = try reader.values("addresses", as: AddressSetting.init(text:))
    standsByFor = try reader.values(
      ifGiven: "stands-by-for", as: ForeignAddress.init(text:),
      "addresses with their roles: phones-b phones")
    (proof, gateway) = try reader.proof()
    relayPorts = try reader.portRange("relay-ports")
    secureSIP = try reader.scoped(to: "sip-tls").serverIdentity()
    furtherIdentities = try reader.scoped(to: "sip-tls").furtherIdentities()
    carrierAuthority = reader.scoped(to: "sip-tls").string(forKey: "carrier-authority")
    clientAuthority = reader.scoped(to: "sip-tls").string(forKey: "client-authority")
    nameServers = try (reader.stringArray(forKey: "name-servers") ?? []).map { text in
      guard let server = IPEndpoint(text) else {
        throw SettingError(
          name: "name-servers", value: text, expected: "addresses and ports: 192.0.2.53:53")
      }
      return server
    }
    replicas = try reader.values("replicas", as: ReplicaEndpoint.init(text:))
    certificate = try reader.requiredString(forKey: "certificate")
    key = try reader.requiredString(forKey: "key")
    authority = try reader.requiredString(forKey: "authority")
    stateDirectory = try reader.requiredString(forKey: "state")
    snapshotKeyFile = try reader.requiredString(forKey: "snapshot-key-file")
    let sounds = reader.scoped(to: "sounds")
    music = sounds.string(forKey: "music", default: WaitingMusic.usualFolder)
    prompts = sounds.string(forKey: "prompts", default: Announcer.usualFolder)
    synthesised = sounds.string(forKey: "synthesised", default: "\(stateDirectory)/prompts")
    announces = sounds.bool(forKey: "announcements", default: true)
    logLevel = Logger.Level(rawValue: reader.string(forKey: "log-level", default: "info")) ?? .info
    deadlyWord = try reader.scoped(to: "laboratory").deadlyWord()
    limits.read(from: reader.scoped(to: "limits"))
  }
}

extension NodeConfiguration {
  /// What the exchange must know; nonces of an earlier process are stale.
  func exchange(boot: UUIDv7) -> ExchangeConfiguration {
    var exchange = ExchangeConfiguration(
      node: name, boot: boot,
      addresses: addresses.flatMap { address in
        address.endpoints.map { endpoint in
          ExchangeAddress(
            name: address.name, ip: endpoint.address, sipPort: endpoint.port,
            securePort: secureSIP == nil ? nil : endpoint.forTLS.port, role: address.role,
            relayPorts: relayPorts)
        }
      },
      limits: limits, secret: RandomBytes.make(32))
    exchange.announces = announces
    return exchange
  }

  func link(incarnation: UUIDv7) -> LinkConfiguration {
    LinkConfiguration(
      node: name, incarnation: incarnation, replicas: replicas,
      identity: TLSIdentity(certificate: certificate, key: key, authority: authority))
  }

  /// Reads the 32 bytes that seal the snapshots.
  func snapshotKey() throws -> [UInt8] {
    let text = try String(contentsOfFile: snapshotKeyFile, encoding: .utf8)
    let digits = text.filter { !$0.isWhitespace }
    guard let first = UUIDv7(digits.prefix(32)), let second = UUIDv7(digits.dropFirst(32)) else {
      throw SettingError(
        name: "snapshot-key-file", value: snapshotKeyFile,
        expected: "a file with 64 hexadecimal digits")
    }
    return first.bytes + second.bytes
  }
}

/// A setting that is there and means nothing.
struct SettingError: Error, CustomStringConvertible {
  let name: String
  let value: String
  let expected: String

  var description: String {
    "Setting “\(name)” is “\(value)”, which is not \(expected). Correct it in the configuration "
      + "file or the environment and start again."
  }
}

/// `NAME phones|trunks IP:PORT [IP:PORT]`: a service address that this node may be told to hold, by IPv4, by
/// IPv6, or by one and the other.
struct AddressSetting: Sendable {
  var name: AddressName
  var role: ExchangeAddress.Role
  /// One of each family at most, and one at least.
  var endpoints: [IPEndpoint]

  init?(text: String) {
    let words = text.split(separator: " ")
    guard (3...4).contains(words.count), let name = AddressName(words[0]),
      let role = ExchangeAddress.Role(rawValue: String(words[1])),
      case let endpoints = words.dropFirst(2).compactMap({ IPEndpoint($0) }),
      endpoints.count == words.count - 2,
      Set(endpoints.map { ServerLocator.Family(of: $0.address) }).count == endpoints.count
    else { return nil }
    self.name = name
    self.role = role
    self.endpoints = endpoints
  }

  var ips: [IPAddress] { endpoints.map(\.address) }
}

/// `NAME phones|trunks`: a service address of another site.
struct ForeignAddress: Sendable {
  var name: AddressName
  var role: ExchangeAddress.Role

  init?(text: String) {
    let words = text.split(separator: " ")
    guard words.count == 2, let name = AddressName(words[0]),
      let role = ExchangeAddress.Role(rawValue: String(words[1]))
    else { return nil }
    self.name = name
    self.role = role
  }
}

extension IPEndpoint {
  /// Where TLS arrives: 5061 for 5060 (RFC 3261 section 19.1.2).
  var forTLS: IPEndpoint { IPEndpoint(address, port: port &+ 1) }
}

extension ReplicaEndpoint {
  /// `NAME IP LINK-PORT BEAT-PORT`
  fileprivate init?(text: String) {
    let words = text.split(separator: " ")
    guard words.count == 4, let name = ReplicaName(words[0]), let host = IPAddress(words[1]),
      let linkPort = UInt16(words[2]), let beatPort = UInt16(words[3])
    else { return nil }
    self.init(name: name, host: host, linkPort: linkPort, beatPort: beatPort)
  }
}

extension ExchangeLimits {
  /// `calls`, `calls-per-tenant`, `bindings`; `tenant-requests` and `source-requests` each second
  /// (ten times as many at once).
  fileprivate mutating func read(from reader: ConfigReader) {
    calls = reader.int(forKey: "calls", default: calls)
    callsPerTenant = reader.int(forKey: "calls-per-tenant", default: callsPerTenant)
    bindings = reader.int(forKey: "bindings", default: bindings)
    if let rate = reader.int(forKey: "tenant-requests") {
      protection.requestsOfTenant = .perSecond(rate, burst: rate.clampedBurst)
    }
    if let rate = reader.int(forKey: "source-requests") {
      protection.requestsOfSource = .perSecond(rate, burst: rate.clampedBurst)
    }
  }
}

extension Int {
  fileprivate var clampedBurst: Int { Swift.min(Swift.max(self, 1), 1_000_000) * 10 }
}

extension ConfigReader {
  fileprivate func value<Value>(_ name: ConfigKey, as make: (String) -> Value?) throws -> Value {
    let text = try requiredString(forKey: name)
    guard let value = make(text) else {
      throw SettingError(name: "\(name)", value: text, expected: "a \(Value.self)")
    }
    return value
  }

  fileprivate func values<Value>(_ name: ConfigKey, as make: (String) -> Value?) throws -> [Value] {
    try requiredStringArray(forKey: name).map { text in
      guard let value = make(text) else {
        throw SettingError(name: "\(name)", value: text, expected: "a \(Value.self)")
      }
      return value
    }
  }

  /// None, unless they are given.
  fileprivate func values<Value>(
    ifGiven name: ConfigKey, as make: (String) -> Value?, _ expected: String
  ) throws -> [Value] {
    try (stringArray(forKey: name) ?? []).map { text in
      guard let value = make(text) else {
        throw SettingError(name: "\(name)", value: text, expected: expected)
      }
      return value
    }
  }

  /// `binding` where no other machine can have the addresses, so that whoever has the socket has the
  /// address; `gateway IP` where the network's gateway answers whom it finds there; `none` where nothing
  /// proves it: then nothing leaves while no replica is heard.
  fileprivate func proof() throws -> (PhysicalProof, gateway: IPAddress?) {
    let text = string(forKey: "proof", default: "binding")
    let words = text.split(separator: " ")
    switch (words.first, words.count) {
    case ("binding", 1): return (.binding, nil)
    case ("none", 1): return (.none, nil)
    case ("gateway", 2):
      if let gateway = IPAddress(words[1]) { return (.gatewayEcho, gateway) }
    default: break
    }
    throw SettingError(
      name: "proof", value: text, expected: "binding, none, or gateway and its IP address")
  }

  /// Long enough that nobody guesses it.
  fileprivate func deadlyWord() throws -> String? {
    guard let word = string(forKey: "deadly-word") else { return nil }
    guard word.utf8.count >= 32 else {
      throw SettingError(
        name: "laboratory.deadly-word", value: word, expected: "32 characters or more")
    }
    return word
  }

  /// Both files, or none.
  fileprivate func serverIdentity() throws -> TLSServerIdentity? {
    guard string(forKey: "certificate") != nil || string(forKey: "key") != nil else { return nil }
    return TLSServerIdentity(
      certificate: try requiredString(forKey: "certificate"), key: try requiredString(forKey: "key")
    )
  }

  /// `CERTIFICATE-FILE KEY-FILE` each.
  fileprivate func furtherIdentities() throws -> [TLSServerIdentity] {
    try (stringArray(forKey: "further-certificates") ?? []).map { text in
      let files = text.split(separator: " ").map(String.init)
      guard files.count == 2 else {
        throw SettingError(
          name: "sip-tls.further-certificates", value: text, expected: "two files: CERTIFICATE KEY")
      }
      return TLSServerIdentity(certificate: files[0], key: files[1])
    }
  }

  fileprivate func portRange(_ name: ConfigKey) throws -> ClosedRange<UInt16> {
    let first = try scoped(to: name).requiredInt(forKey: "first")
    let last = try scoped(to: name).requiredInt(forKey: "last")
    guard (1024...65535).contains(first), (1024...65535).contains(last), first < last else {
      throw SettingError(
        name: "\(name)", value: "\(first)–\(last)", expected: "a range of ports above 1023")
    }
    return UInt16(first)...UInt16(last)
  }
}
