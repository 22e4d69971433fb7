import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// One API and one key.
struct APIClient: Sendable {
  private let client: HTTPClient
  private let address: String
  private let key: String

  /// No answer of the API is larger.
  private static let answerLimit = 64 << 20
  private static let patience = TimeAmount.seconds(60)
  /// A call of hours is many megabytes.
  private static let patienceWithFiles = TimeAmount.hours(1)

  static func with<Answer>(
    address: String, key: String, _ body: (APIClient) async throws -> Answer
  ) async throws -> Answer {
    let client = HTTPClient(eventLoopGroupProvider: .singleton)
    do {
      let answer = try await body(APIClient(client: client, address: address, key: key))
      try await client.shutdown()
      return answer
    } catch {
      try? await client.shutdown()
      throw error
    }
  }

  func get(_ path: String) async throws -> JSON { try await send(.GET, path) }

  /// - Parameter idempotencyKey: by which the same request is known when it comes again.
  func post(
    _ path: String, _ members: [String: JSON?], idempotencyKey: String? = nil
  ) async throws -> JSON {
    let body = JSON.object(members.compactMapValues { $0 })
    return try await send(
      .POST, path, body: Data(body.text.utf8), type: "application/json",
      idempotencyKey: idempotencyKey)
  }

  /// - Parameter type: of a file that the API looks into by itself.
  func post(_ path: String, file: Data, type: String) async throws -> JSON {
    try await send(.POST, path, body: file, type: type)
  }

  func post(_ path: String, csv: Data) async throws -> JSON {
    try await send(.POST, path, body: csv, type: "text/csv")
  }

  func put(_ path: String, _ body: JSON) async throws -> JSON {
    try await send(.PUT, path, body: Data(body.text.utf8), type: "application/json")
  }

  func patch(_ path: String, _ members: [String: JSON?]) async throws -> JSON {
    let body = JSON.object(members.compactMapValues { $0 })
    return try await send(.PATCH, path, body: Data(body.text.utf8), type: "application/json")
  }

  /// Writes a file that the API keeps as it comes. It has its name when it is whole.
  func save(_ path: String, in file: String) async throws -> Output {
    let draft = file + ".part"
    let bytes = try await download(request(.GET, path), to: draft)
    guard rename(draft, file) == 0 else { throw CocoaError(.fileWriteUnknown) }
    return Output(
      .object(["file": .string(file), "bytes": .number(Decimal(bytes))]),
      columns: [Output.Column("File", "file"), Output.Column("Bytes", "bytes")])
  }

  func delete(_ path: String) async throws -> JSON { try await send(.DELETE, path) }

  /// Creates a thing. With `orExisting`, one that is there already is as good: the API's conflict
  /// names it, and it is fetched from `collection/NAME`.
  func create(
    in collection: String, _ members: [String: JSON?], orExisting: Bool
  ) async throws -> JSON {
    do {
      return try await post(collection, members)
    } catch let problem as APIProblem {
      guard orExisting, problem.status == 409, let existing = problem.existing else {
        throw problem
      }
      return try await get("\(collection)/\(existing)")
    }
  }

  private func send(
    _ method: HTTPMethod, _ path: String, body: Data? = nil, type: String? = nil,
    idempotencyKey: String? = nil
  ) async throws -> JSON {
    var request = request(method, path)
    if let idempotencyKey { request.headers.add(name: "Idempotency-Key", value: idempotencyKey) }
    if let type { request.headers.add(name: "Content-Type", value: type) }
    if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
    let (status, data) = try await exchange(request)
    let answer = data.isEmpty ? JSON.null : try? JSON(parsing: data)
    guard (200..<300).contains(status), let answer else {
      throw APIProblem(status: status, answer: answer, request: "\(method) \(path)")
    }
    return answer
  }

  private func request(_ method: HTTPMethod, _ path: String) -> HTTPClientRequest {
    var request = HTTPClientRequest(url: address + path)
    request.method = method
    request.headers.add(name: "Authorization", value: "Bearer \(key)")
    request.headers.add(
      name: "Accept", value: "application/json, application/problem+json, audio/mpeg, audio/wav")
    return request
  }

  private func download(_ request: HTTPClientRequest, to file: String) async throws -> Int {
    let response = try await connected {
      try await client.execute(request, timeout: Self.patienceWithFiles)
    }
    guard (200..<300).contains(Int(response.status.code)) else {
      let body = try await connected { try await response.body.collect(upTo: Self.answerLimit) }
      throw APIProblem(
        status: Int(response.status.code), answer: try? JSON(parsing: Data(body.readableBytesView)),
        request: "\(request.method) \(request.url.dropFirst(address.count))")
    }
    guard FileManager.default.createFile(atPath: file, contents: nil),
      let handle = FileHandle(forWritingAtPath: file)
    else { throw CocoaError(.fileNoSuchFile, userInfo: [NSFilePathErrorKey: file]) }
    defer { try? handle.close() }
    var count = 0
    try await connected {
      for try await piece in response.body {
        try handle.write(contentsOf: Data(piece.readableBytesView))
        count += piece.readableBytes
      }
    }
    return count
  }

  private func exchange(_ request: HTTPClientRequest) async throws -> (status: Int, body: Data) {
    try await connected {
      let response = try await client.execute(request, timeout: Self.patience)
      let body = try await response.body.collect(upTo: Self.answerLimit)
      return (Int(response.status.code), Data(body.readableBytesView))
    }
  }

  private func connected<Answer>(_ body: () async throws -> Answer) async throws -> Answer {
    do {
      return try await body()
    } catch let error as CocoaError {
      throw error
    } catch {
      throw ConnectionFailure(address: address, cause: "\(error)")
    }
  }
}

/// The API cannot be reached.
struct ConnectionFailure: Error, CustomStringConvertible {
  let address: String
  let cause: String

  var description: String {
    "\(address) does not answer (\(cause)). Is the control plane up, and is --api right?"
  }
}

/// What the API refused, from its problem document (RFC 9457).
struct APIProblem: Error, CustomStringConvertible {
  let status: Int
  let title: String
  let detail: String?
  /// On a conflict: the id or name of the thing that is there already.
  let existing: String?
  let request: String

  init(status: Int, answer: JSON?, request: String) {
    self.status = status
    self.request = request
    title = answer?["title"]?.string ?? "the API answered \(status) and no problem document"
    detail = answer?["detail"]?.string
    existing = answer?["existing"]?.string
  }

  var description: String {
    "\(title)\(detail.map { ": \($0)" } ?? "") (\(status) to \(request))\(remedy)"
  }

  private var remedy: String {
    switch status {
    case 401: ". Check the key: --key-file or TANDEM_API_KEY."
    case 403: ". This key's role may not do this."
    case 409 where existing != nil: ". --if-absent takes what is there."
    default: ""
    }
  }
}
