import API
import DatabaseSupport
import FoundationEssentials
import HTTP
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import NodeContract
import Operations
import Persistence
@_spi(Authorization) import Tenancy
import Testing

/// The API over a database of the test's own, with two resellers: `mine` has the tenant that
/// everything is about and a second one, `theirs` has another.
struct APIBench: Sendable {
  let store: Store
  let mine: DemoCustomer
  let theirs: DemoCustomer
  let keys: Keys
  private let client: any TestClientProtocol

  /// One key of each kind of asker.
  struct Keys: Sendable {
    let `operator`: String
    let reseller: String
    let tenant: String
    let otherReseller: String
    let otherTenant: String
    /// Another tenant of the same reseller.
    let neighbour: String
  }

  static func with(_ body: @Sendable (APIBench) async throws -> Void) async throws {
    try await ScratchDatabase.with { scratch in
      let store = scratch.store
      let mine = try await DemoCustomer.make(in: store, name: "mine", digits: "2079460101")
      let theirs = try await DemoCustomer.make(in: store, name: "theirs", digits: "2079460201")
      let keys = try await Keys(mine, theirs, in: store)
      try await server(over: store).application().test(.router) { client in
        try await body(
          APIBench(store: store, mine: mine, theirs: theirs, keys: keys, client: client))
      }
    }
  }

  static func server(over store: Store) -> WebServer {
    WebServer(
      host: "127.0.0.1", port: 0, routes: routes(over: store), checks: [],
      metrics: MetricsRegistry(), log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  static func routes(over store: Store) -> [Route] {
    APIRoutes(
      store, installation: QuietInstallation(), drills: IdleDrills(), clicks: WillingNode()
    ).routes
  }

  /// What the API answers to a request with `key`.
  func send(
    _ method: HTTPRequest.Method, _ path: String, as key: String?, _ body: String? = nil,
    file: [UInt8]? = nil, type: String = "application/json", range: String? = nil,
    idempotencyKey: String? = nil
  ) async throws -> Answer {
    var headers: HTTPFields = [:]
    if let key { headers[.authorization] = "Bearer \(key)" }
    if let range { headers[.range] = range }
    if let idempotencyKey, let name = HTTPFields.Element.Name("Idempotency-Key") {
      headers[name] = idempotencyKey
    }
    if body != nil || file != nil { headers[.contentType] = type }
    let response = try await client.execute(
      uri: path, method: method, headers: headers,
      body: file.map { ByteBuffer(bytes: $0) } ?? body.map { ByteBuffer(string: $0) })
    return Answer(
      status: Int(response.status.code), body: String(buffer: response.body),
      location: response.headers[.location], retryAfter: response.headers[.retryAfter])
  }

  /// Where the tenant's things are.
  var tenantPath: String { "/v1/tenants/\(mine.tenant.id)" }
}

struct Answer: Sendable {
  let status: Int
  let body: String
  let location: String?
  let retryAfter: String?

  func json<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(type, from: Data(body.utf8))
  }

  /// The member `name` of the object, where it is a text.
  func text(_ name: String) throws -> String {
    struct Missing: Error { let name: String, body: String }
    struct Key: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }
    struct Members: Decodable {
      var texts: [String: String] = [:]
      init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        for key in container.allKeys {
          texts[key.stringValue] = try? container.decode(String.self, forKey: key)
        }
      }
    }
    let members = try JSONDecoder().decode(Members.self, from: Data(body.utf8))
    guard let text = members.texts[name] else { throw Missing(name: name, body: body) }
    return text
  }
}

extension APIBench.Keys {
  fileprivate init(_ mine: DemoCustomer, _ theirs: DemoCustomer, in store: Store) async throws {
    let operations = KeyOperations(store)
    func key(_ role: KeyRole) async throws -> String {
      try await operations.create("test", role: role, in: .platform).secret
    }
    let neighbour = try await TenantOperations(store).create(
      NewTenant(
        reseller: mine.reseller.id, name: "neighbour", domain: "neighbour.tandem.test",
        homeAddress: "phones-a", countryCode: "44"), in: .platform)
    self.init(
      operator: try await key(.operator), reseller: try await key(.reseller(mine.reseller.id)),
      tenant: try await key(.tenant(mine.tenant.id)),
      otherReseller: try await key(.reseller(theirs.reseller.id)),
      otherTenant: try await key(.tenant(theirs.tenant.id)),
      neighbour: try await key(.tenant(neighbour.id)))
  }
}

/// No node was ever heard of, but each queue has one caller since the beginning.
struct QuietInstallation: InstallationMonitor {
  /// Owed by each queue.
  static let callback = CallID(UUIDv7(high: 1, low: 1))

  func status(of node: NodeName) async -> NodeStatus? { nil }
  func holding(of address: AddressName) async -> AddressHolding? { nil }
  func draining() async throws -> Set<NodeName> { [] }
  func drain(_ node: NodeName, _ isWanted: Bool) async throws {}
  func remainder(of node: NodeName) async -> [RemainingCall] { [] }
  func figures(ofQueue queue: ExtensionID, of tenant: TenantID) async -> QueueFigures? {
    QueueFigures(
      waiting: 1, waitingSince: DemoCustomer.beginning,
      agents: [.init(queue, .paused, reason: "lunch"), .init(queue, .wrappingUp)],
      callbacks: [
        .init(Self.callback, to: "+447700900123", since: DemoCustomer.beginning, attempts: 1)
      ])
  }
}

/// A node that makes every call, but for those that its number speaks against.
struct WillingNode: ClickDesk {
  func carryOut(_ order: ClickOrder, at home: AddressName) async -> ClickAnswer? {
    let refusal: ClickRefusal? =
      switch order.number {
      case "0001": .offline
      case "0002": .unknownNumber
      case "0003": .featureCode
      case "0004": .overloaded
      case "0005": .stale
      default: order.shown == "+442079469999" ? .notOurs : nil
      }
    guard order.number != "0006" else { return nil }
    let isUnknown = order.verb == .callOff && order.call == Self.nobodys
    return ClickAnswer(
      call: order.call, verb: order.verb, refusal: isUnknown ? .noCall : refusal)
  }

  /// A call that it does not have.
  static let nobodys = CallID(UUIDv7(high: 1, low: 99))
}

extension Trait where Self == ConditionTrait {
  static var needsPostgres: Self {
    .enabled(if: ScratchDatabase.isAvailable, "needs TANDEM_TEST_POSTGRES, see Tests/run")
  }
}
