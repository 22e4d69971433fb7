public import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1

/// etcd through its JSON gateway (etcd 3.4 and later). Requests go to the member that answered
/// last and, when it does not answer, to the next one.
public struct EtcdClient: Sendable {
  let members: EtcdMembers
  let http: HTTPClient
  let timeout: Duration

  /// - Parameters:
  ///   - endpoints: the members' base URLs: `http://127.0.0.1:2379`.
  ///   - http: who makes the requests; without one the client makes its own, to be closed by
  ///     `close`.
  ///   - timeout: how long one member may take to answer.
  public init(endpoints: [String], http: HTTPClient? = nil, timeout: Duration = .seconds(2)) {
    self.init(EtcdMembers(endpoints), http ?? EtcdClient.impatient(), timeout)
  }

  private init(_ members: EtcdMembers, _ http: HTTPClient, _ timeout: Duration) {
    self.members = members
    self.http = http
    self.timeout = timeout
  }

  /// The same for whom a later answer is worth nothing: no member may take longer. Whichever answers it is
  /// asked first by both from then on.
  public func answering(within timeout: Duration) -> EtcdClient {
    EtcdClient(members, http, timeout)
  }

  /// A member that refuses a connection is passed over at once: trying it again is our own affair.
  private static func impatient() -> HTTPClient {
    var configuration = HTTPClient.Configuration()
    configuration.timeout.connect = .seconds(1)
    configuration.connectionPool.retryConnectionEstablishment = false
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  /// Nothing may be asked afterwards.
  public func close() async { try? await http.shutdown() }

  /// Whether that member is there, whoever leads and whether anybody does.
  public func answers(_ endpoint: String, within patience: Duration) async -> Bool {
    let deadline = NIODeadline.now() + TimeAmount(patience)
    let request = HTTPClientRequest(url: endpoint + "/version")
    guard let response = try? await http.execute(request, deadline: deadline) else { return false }
    // Read to its end, so that the connection serves the next question.
    _ = try? await response.body.collect(upTo: 1 << 10)
    return response.status == .ok
  }

  // MARK: - Keys

  /// The key as the quorum has it.
  public func get(_ key: String) async throws -> EtcdEntry? {
    try await range(RangeRequest(key: Data(key))).entries.first
  }

  /// All keys that begin with `prefix`.
  public func range(prefix: String) async throws -> EtcdRange {
    let key = Data(prefix)
    return try await range(RangeRequest(key: key, rangeEnd: key.endOfPrefix))
  }

  /// The keys that begin with `prefix` and were written after the store's `revision`. Whether some are
  /// gone since, their count tells.
  public func range(prefix: String, writtenAfter revision: Int64) async throws -> EtcdRange {
    let key = Data(prefix)
    return try await range(
      RangeRequest(
        key: key, rangeEnd: key.endOfPrefix, minModRevision: Int64Text(revision + 1)))
  }

  /// The store's revision, as the quorum has it: that of the last transaction.
  public func revision() async throws -> Int64 {
    try await range(RangeRequest(key: Data("/"))).revision
  }

  private func range(_ request: RangeRequest) async throws -> EtcdRange {
    let response: RangeResponse = try await call("/v3/kv/range", request)
    return EtcdRange(
      entries: response.kvs?.map(\.entry) ?? [], count: Int(response.count?.value ?? 0),
      revision: response.header?.revision?.value ?? 0)
  }

  /// Writes the key whatever it was; returns the transaction's revision.
  @discardableResult
  public func put(_ value: [UInt8], at key: String, lease: LeaseID? = nil) async throws -> Int64 {
    let request = PutRequest(
      key: Data(key), value: Data(value), lease: lease.map { Int64Text($0.number) })
    let response: PutResponse = try await call("/v3/kv/put", request, lease: lease)
    return response.header?.revision?.value ?? 0
  }

  /// Writes the key if its last write was the one of `revision`; 0: if there is no such key.
  public func compareAndSet(
    _ key: String, expecting revision: Int64, to value: [UInt8], lease: LeaseID? = nil
  ) async throws -> CompareAndSetResult {
    let put = PutRequest(
      key: Data(key), value: Data(value), lease: lease.map { Int64Text($0.number) })
    return try await transact(
      key, expecting: revision, TransactionRequest.Operation(requestPut: put), lease: lease)
  }

  /// Writes all of these keys in one transaction, at most 128 as etcd has it, if each is as expected;
  /// returns its revision. Nil: one was not, and none is written.
  public func compareAndSet(_ writes: [ComparedWrite]) async throws -> Int64? {
    let request = TransactionRequest(
      compare: writes.map {
        .init(key: Data($0.key), modRevision: Int64Text($0.expectedRevision))
      },
      success: writes.map {
        .init(requestPut: PutRequest(key: Data($0.key), value: Data($0.value)))
      },
      failure: [])
    let response: TransactionResponse = try await call("/v3/kv/txn", request)
    return response.succeeded == true ? response.header?.revision?.value ?? 0 : nil
  }

  /// Deletes the key if its last write was the one of `revision`.
  public func delete(
    _ key: String, expecting revision: Int64
  ) async throws -> CompareAndSetResult {
    try await transact(
      key, expecting: revision,
      TransactionRequest.Operation(requestDeleteRange: DeleteRequest(key: Data(key))))
  }

  private func transact(
    _ key: String, expecting revision: Int64, _ operation: TransactionRequest.Operation,
    lease: LeaseID? = nil
  ) async throws -> CompareAndSetResult {
    let name = Data(key)
    let request = TransactionRequest(
      compare: [.init(key: name, modRevision: Int64Text(revision))], success: [operation],
      failure: [.init(requestRange: RangeRequest(key: name))])
    let response: TransactionResponse = try await call("/v3/kv/txn", request, lease: lease)
    if response.succeeded == true {
      return .written(revision: response.header?.revision?.value ?? 0)
    }
    return .lost(to: response.responses?.first?.responseRange?.kvs?.first?.entry)
  }

  // MARK: - Leases

  /// A lease that ends `timeToLive` after it was last kept alive; whole seconds.
  public func grantLease(timeToLive: Duration) async throws -> LeaseID {
    let seconds = max(1, timeToLive.components.seconds)
    let response: LeaseGrantResponse = try await call(
      "/v3/lease/grant", LeaseRequest.grant(seconds: seconds))
    return LeaseID(response.id.value)
  }

  /// Throws `leaseNotFound` when it was too late.
  public func keepAlive(_ lease: LeaseID) async throws {
    let response: LeaseKeepAliveResponse = try await call(
      "/v3/lease/keepalive", LeaseRequest.about(lease), lease: lease)
    if let error = response.error { throw EtcdError(error, lease: lease) }
    guard let left = response.result?.timeToLive?.value, left > 0 else {
      throw EtcdError.leaseNotFound(lease)
    }
  }

  /// Ends the lease and every key under it.
  public func revoke(_ lease: LeaseID) async throws {
    let _: EmptyResponse = try await call(
      "/v3/lease/revoke", LeaseRequest.about(lease), lease: lease)
  }

  // MARK: - Calls

  /// Asks one member after the other. A request whose answer was lost may have been carried out:
  /// everything here can be said twice, and who compares sees what became of it.
  private func call<Response: Decodable>(
    _ path: String, _ request: some Encodable, lease: LeaseID? = nil
  ) async throws -> Response {
    var failures: [String] = []
    for endpoint in members.inOrder() {
      do {
        let response: Response = try await call(endpoint, path, request, lease: lease)
        members.answered(endpoint)
        return response
      } catch let error as EtcdError where !error.isPassing {
        throw error
      } catch {
        try Task.checkCancellation()
        failures.append("\(endpoint): \(error)")
      }
    }
    throw EtcdError.unavailable(failures)
  }

  func call<Response: Decodable>(
    _ endpoint: String, _ path: String, _ request: some Encodable, lease: LeaseID? = nil
  ) async throws -> Response {
    let deadline = NIODeadline.now() + TimeAmount(timeout)
    let response = try await http.execute(
      try post(request, to: endpoint + path), deadline: deadline)
    let body = Data(buffer: try await response.body.collect(upTo: 16 << 20))
    guard response.status == .ok else {
      throw EtcdError(body, status: Int(response.status.code), lease: lease)
    }
    do {
      return try GatewayJSON.decode(from: body)
    } catch {
      throw EtcdError.malformed("\(path): \(error)")
    }
  }

  func post(_ request: some Encodable, to url: String) throws -> HTTPClientRequest {
    var post = HTTPClientRequest(url: url)
    post.method = .POST
    post.headers.add(name: "Content-Type", value: "application/json")
    post.body = .bytes(try GatewayJSON.encode(request))
    return post
  }
}

extension Data {
  init(buffer: ByteBuffer) { self.init(buffer.readableBytesView) }
}

extension EtcdError {
  /// gRPC's codes that matter here.
  private enum Code {
    static let deadlineExceeded = 4
    static let notFound = 5
    static let outOfRange = 11
    static let unavailable = 14
  }

  /// Another member, or the same one later, may do it.
  var isPassing: Bool {
    switch self {
    case .unavailable: true
    case .refused(let code, _): code == Code.deadlineExceeded || code == Code.unavailable
    case .leaseNotFound, .compacted, .malformed: false
    }
  }

  init(_ error: GatewayError, lease: LeaseID? = nil) {
    let code = error.grpcCode ?? error.code ?? 0
    let message = error.message ?? error.error ?? "no message"
    if let lease, code == Code.notFound {
      self = .leaseNotFound(lease)
    } else {
      self = .refused(code: code, message: message)
    }
  }

  init(_ body: Data, status: Int, lease: LeaseID?) {
    if let error = try? GatewayJSON.decode(GatewayError.self, from: body), error.code != nil {
      self.init(error, lease: lease)
    } else if status >= 500 {
      self = .unavailable(["status \(status)"])
    } else {
      self = .malformed("status \(status)")
    }
  }
}
