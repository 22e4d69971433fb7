import FoundationEssentials
import Hummingbird
public import Logging
import NIOCore

/// A request as a handler sees it: what the handler needs it asks for and gets as a typed value,
/// or the request ends with the problem that says what is wrong.
public struct IncomingRequest: Sendable {
  /// Names the request in answers and logs.
  public let id: String
  public let log: Logger
  public let path: String
  /// How large the body may be, in bytes.
  public let bodyLimit: Int
  private let request: Request
  private let parameters: Parameters

  init(_ request: Request, in scope: RequestScope, bodyLimit: Int) {
    self.request = request
    self.bodyLimit = bodyLimit
    id = scope.requestID
    log = scope.logger
    path = request.uri.path
    parameters = scope.parameters
  }

  /// The token of `Authorization: Bearer …` (RFC 6750 section 2.1).
  public var bearerToken: String? {
    guard let value = request.headers[.authorization] else { return nil }
    let parts = value.split(separator: " ", omittingEmptySubsequences: true)
    guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
    return String(parts[1])
  }

  /// The media type of the body, without its parameters, in lower case.
  public var contentType: String? {
    request.headers[.contentType]?.split(separator: ";").first
      .map { $0.trimmed.lowercased() }
  }

  /// The client's own name of the request, by which it is known when it comes again; nil: it has none.
  public func idempotencyKey() throws(Problem) -> String? {
    guard let value = request.headers[.idempotencyKey] else { return nil }
    guard (1...255).contains(value.utf8.count), value.utf8.allSatisfy({ 0x20...0x7E ~= $0 }) else {
      throw .badRequest("An Idempotency-Key has 1 to 255 visible characters of ASCII.")
    }
    return value
  }

  /// What of a file of so many bytes is asked for.
  public func range(of length: Int) -> ByteRange {
    // We give files no validators, so none of a client's can be ours (RFC 9110 section 13.1.5).
    guard request.headers[.ifRange] == nil, let value = request.headers[.range] else {
      return .whole
    }
    return ByteRange(parsing: value, of: length)
  }

  /// The part `{name}` of the path. A text that is no such value names nothing: 404.
  public func parameter<Value>(
    _ name: String, as parse: (String) throws -> Value?
  ) throws(Problem) -> Value {
    let text = parameters.get(name) ?? ""
    guard let value = (try? parse(text)) ?? nil else {
      throw .notFound("There is no \(name) '\(text)'.")
    }
    return value
  }

  /// The query's `name`; `nil` where it has none.
  public func query<Value>(
    _ name: String, as parse: (String) throws -> Value?
  ) throws(Problem) -> Value? {
    guard let text = request.uri.queryParameters[Substring(name)] else { return nil }
    guard let value = (try? parse(String(text))) ?? nil else {
      let field = Problem.Field(name: name, detail: "\(name) cannot be '\(text)'.")
      throw .badRequest(field.detail, fields: [field])
    }
    return value
  }

  /// The query's `name`, which must be there.
  public func requiredQuery<Value>(
    _ name: String, as parse: (String) throws -> Value?
  ) throws(Problem) -> Value {
    if let value = try query(name, as: parse) { return value }
    let field = Problem.Field(name: name, detail: "The query must have \(name).")
    throw .badRequest(field.detail, fields: [field])
  }

  /// The body's bytes, up to the route's limit.
  public func body() async throws -> [UInt8] {
    do {
      let buffer = try await request.body.collect(upTo: bodyLimit)
      return Array(buffer.readableBytesView)
    } catch is NIOTooManyBytesError {
      throw Problem.contentTooLarge(limit: bodyLimit)
    }
  }

  /// The body as JSON; `created_at` is read as `createdAt`.
  public func json<Value: Decodable>(_ type: Value.Type = Value.self) async throws -> Value {
    if let contentType, contentType != "application/json" {
      throw Problem(
        kind: "unsupported-media-type", title: "The body is of another kind",
        status: .unsupportedMediaType, detail: "Send application/json, not \(contentType).")
    }
    let bytes = try await body()
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do {
      return try decoder.decode(type, from: Data(bytes))
    } catch let error as DecodingError {
      throw Problem(error)
    }
  }
}

extension Problem {
  /// Says which member of the body is missing or of the wrong kind.
  init(_ error: DecodingError) {
    switch error {
    case .keyNotFound(let key, let context):
      let name = Problem.name(context.codingPath + [key])
      self = .invalid([Field(name: name, detail: "\(name) is missing.")])
    case .valueNotFound(_, let context):
      let name = Problem.name(context.codingPath)
      self = .invalid([Field(name: name, detail: "\(name) must not be null.")])
    case .typeMismatch(let type, let context):
      let name = Problem.name(context.codingPath)
      let kind = Problem.kind(of: type)
      self = .invalid([Field(name: name, detail: "\(name) must be \(kind).")])
    case .dataCorrupted(let context) where context.codingPath.isEmpty:
      self = .badRequest("The body is not JSON.")
    case .dataCorrupted(let context):
      let name = Problem.name(context.codingPath)
      self = .invalid([Field(name: name, detail: "\(name): \(context.debugDescription).")])
    @unknown default:
      self = .badRequest("The body cannot be read.")
    }
  }

  /// `rates.3.valid_from`
  private static func name(_ path: [any CodingKey]) -> String {
    guard !path.isEmpty else { return "The body" }
    return path.map { $0.intValue.map(String.init) ?? snakeCase($0.stringValue) }
      .joined(separator: ".")
  }

  private static func snakeCase(_ name: String) -> String {
    name.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
  }

  private static func kind(of type: any Any.Type) -> String {
    switch type {
    case is String.Type: "a string"
    case is Bool.Type: "true or false"
    case is Int.Type, is Int64.Type, is Double.Type: "a number"
    case is [String: Any].Type: "an object"
    default: "of another kind"
    }
  }
}

extension Substring {
  fileprivate var trimmed: Substring {
    guard let first = firstIndex(where: { $0 != " " }), let last = lastIndex(where: { $0 != " " })
    else { return "" }
    return self[first...last]
  }
}
