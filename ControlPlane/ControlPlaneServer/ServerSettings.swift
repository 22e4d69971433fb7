import Configuration
import Foundation
import Logging
import NodeContract
import NodeLink
import Postgres
import Tenancy

/// What a replica is told about itself and what it depends on: a JSON file, `TANDEM_*` variables,
/// flags, in rising precedence. `postgres.password-file` is `TANDEM_POSTGRES_PASSWORD_FILE` and
/// `--postgres-password-file`.
struct ServerSettings {
  var name: ReplicaName
  /// Where it stands: where no node has a living neighbour, it is the witness there.
  var site: SiteName?
  var apiHost: String
  var apiPort: Int
  var link: NodeLinkSettings
  var beatsHost: String
  var beatsPort: Int
  /// Where other replicas reach that; nil: they do not, and this one judges alone.
  var beatsPlace: IPEndpoint?
  /// As the server's own role, which row-level security binds.
  var postgres: PostgresConfiguration
  /// As the schema's owner, for migrations only; `nil` where this replica does not migrate.
  var postgresOwner: PostgresConfiguration?
  var etcdEndpoints: [String]
  /// Which of them stands in this replica's site: other replicas listen for it.
  var etcdMember: String?
  /// Whether a lost site's addresses are given to nodes of another.
  var movesAcross: Bool
  /// The name server of this replica's site; nil: it has none.
  var names: NameSettings?
  /// Raised by a restore from backup.
  var generation: UInt32
  var logLevel: Logger.Level

  static func load(file: String?, arguments: [String]) async throws -> ServerSettings {
    var providers: [any ConfigProvider] = [
      EnvironmentVariablesProvider(environmentVariables: try Flags.variables(of: arguments)),
      EnvironmentVariablesProvider().prefixKeys(with: "tandem"),
    ]
    if let file {
      let place = ConfigReader(
        provider: InMemoryProvider(values: ["filePath": .init(stringLiteral: file)]))
      do {
        providers.append(try await FileProvider<JSONSnapshot>(config: place))
      } catch {
        throw UnusableSetting(
          key: "--config", reason: "names \(file), which cannot be read: \(error)")
      }
    }
    return try ServerSettings(ConfigReader(providers: providers))
  }

  private init(_ reader: ConfigReader) throws {
    name = try reader.value("name") { ReplicaName($0) }
    site = try reader.string(forKey: "site").map { _ in
      try reader.value("site") { SiteName($0) }
    }
    apiHost = reader.string(forKey: "api.host", default: "127.0.0.1")
    apiPort = try reader.port("api.port", default: 7080)
    link = NodeLinkSettings(
      host: reader.string(forKey: "link.host", default: "127.0.0.1"),
      port: try reader.port("link.port", default: 7443),
      certificate: try reader.text("link.certificate"), key: try reader.text("link.key"),
      authority: try reader.text("link.authority"))
    beatsHost = reader.string(forKey: "beats.host", default: "127.0.0.1")
    beatsPort = try reader.port("beats.port", default: 7444)
    beatsPlace = IPAddress(reader.string(forKey: "beats.address", default: beatsHost))
      .reached(at: beatsPort)
    postgres = try reader.postgres(user: "postgres.user", password: "postgres.password-file")
    postgresOwner =
      reader.string(forKey: "postgres.owner-user") == nil
      ? nil
      : try reader.postgres(user: "postgres.owner-user", password: "postgres.owner-password-file")
    etcdEndpoints = reader.stringArray(forKey: "etcd.endpoints", default: [])
    etcdMember = reader.string(forKey: "etcd.member")
    movesAcross = reader.bool(forKey: "placement.across", default: false)
    names = try reader.names()
    generation = UInt32(try reader.number("generation", in: 1...Int(UInt32.max), default: 1))
    logLevel = try reader.value("log-level", default: "info") { Logger.Level(rawValue: $0) }
    guard !etcdEndpoints.isEmpty else {
      throw UnusableSetting(key: "etcd.endpoints", reason: "names no member")
    }
  }
}

/// A name server beside this replica.
struct NameSettings {
  /// Where its copy of the zones lies, and its control socket.
  var folder: String
  /// Who answers for the zones, as their parents name them.
  var servers: [SIPDomain]
  /// `pdns_control`, or where it lies.
  var control: String
}

extension IPAddress? {
  /// Nil for a host's name, and where a socket listens that listens at all of its machine's addresses.
  fileprivate func reached(at port: Int) -> IPEndpoint? {
    guard let address = self, address != .v4(0), address != .v6(0, 0) else { return nil }
    return IPEndpoint(address, port: UInt16(clamping: port))
  }
}

/// `--api-port 7080` and `--api-port=7080` set what `TANDEM_API_PORT` sets.
enum Flags {
  static func variables(of arguments: [String]) throws(UnusableSetting) -> [String: String] {
    var variables: [String: String] = [:]
    var rest = arguments[...]
    while let flag = rest.popFirst() {
      let parts = flag.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard flag.hasPrefix("--"), let value = parts.count == 2 ? String(parts[1]) : rest.popFirst()
      else { throw UnusableSetting(key: flag, reason: "is not followed by a value") }
      variables[parts[0].dropFirst(2).replacing("-", with: "_").uppercased()] = value
    }
    return variables
  }
}

/// A setting that is missing or makes no sense.
struct UnusableSetting: Error, CustomStringConvertible {
  let key: String
  let reason: String
  var description: String { "The setting \(key) \(reason)." }
}

extension ConfigReader {
  fileprivate func text(_ key: String) throws -> String {
    guard let text = string(forKey: ConfigKey(key.split(separator: ".").map(String.init))) else {
      throw UnusableSetting(key: key, reason: "is missing")
    }
    return text
  }

  fileprivate func value<Value>(
    _ key: String, default fallback: String? = nil, _ parse: (String) -> Value?
  ) throws -> Value {
    let given = string(forKey: ConfigKey(key.split(separator: ".").map(String.init)))
    let text = try given ?? fallback ?? text(key)
    guard let value = parse(text) else {
      throw UnusableSetting(key: key, reason: "cannot be '\(text)'")
    }
    return value
  }

  /// `names.servers` goes with `names.folder`.
  fileprivate func names() throws -> NameSettings? {
    guard let folder = string(forKey: "names.folder") else { return nil }
    let texts = stringArray(forKey: "names.servers", default: [])
    guard !texts.isEmpty else {
      throw UnusableSetting(key: "names.servers", reason: "names no name server")
    }
    let servers = try texts.map { text in
      guard let name = try? SIPDomain(text) else {
        throw UnusableSetting(
          key: "names.servers", reason: "cannot have '\(text)': it is no host name")
      }
      return name
    }
    return NameSettings(
      folder: folder, servers: servers,
      control: string(forKey: "names.control", default: "pdns_control"))
  }

  fileprivate func port(_ key: String, default fallback: Int) throws -> Int {
    try number(key, in: 0...65_535, default: fallback)
  }

  /// What is given and is no number is a mistake and not the same as nothing.
  fileprivate func number(
    _ key: String, in range: ClosedRange<Int>, default fallback: Int
  ) throws -> Int {
    let name = ConfigKey(key.split(separator: ".").map(String.init))
    let number = int(forKey: name)
    if number == nil, let text = string(forKey: name) {
      throw UnusableSetting(key: key, reason: "cannot be '\(text)'")
    }
    guard range.contains(number ?? fallback) else {
      throw UnusableSetting(key: key, reason: "cannot be \(number ?? fallback)")
    }
    return number ?? fallback
  }

  fileprivate func postgres(user: String, password: String) throws -> PostgresConfiguration {
    let key = ConfigKey(password.split(separator: ".").map(String.init))
    return PostgresConfiguration(
      host: string(forKey: "postgres.host", default: "127.0.0.1"),
      port: try port("postgres.port", default: 5432),
      database: string(forKey: "postgres.database", default: "tandem"), user: try text(user),
      password: try string(forKey: key).map { try secret(inFile: $0, key: password) })
  }

  /// The file's text without the end of its line.
  private func secret(inFile path: String, key: String) throws -> String {
    guard let data = FileManager.default.contents(atPath: path),
      let text = String(data: data, encoding: .utf8)
    else { throw UnusableSetting(key: key, reason: "names \(path), which cannot be read") }
    return text.trimmingCharacters(in: .newlines)
  }
}
