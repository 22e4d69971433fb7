public import Hummingbird

/// A path, a method and what answers.
public struct Route: Sendable, CustomStringConvertible {
  public typealias Handler = @Sendable (IncomingRequest) async throws -> Response

  public let method: HTTPRequest.Method
  /// With its parameters in braces: `/v1/tenants/{tenant}`.
  public let path: String
  /// How large a request's body may be, in bytes.
  public let bodyLimit: Int
  let handler: Handler

  /// `GET /v1/tenants/{tenant}`
  public var description: String { "\(method.rawValue) \(path)" }

  /// Whether `path` is one of this route's, whatever the method.
  func matches(_ path: String) -> Bool {
    let own = self.path.split(separator: "/")
    let other = path.split(separator: "/")
    return own.count == other.count
      && zip(own, other).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
  }
}

/// Routes under a common path, in the order of their registration.
public struct RouteGroup: Sendable {
  /// 1 MiB, unless a route says otherwise.
  public static let bodyLimit = 1 << 20

  public private(set) var routes: [Route] = []
  private let prefix: String

  public init(_ prefix: String = "") { self.prefix = prefix }

  public mutating func get(_ path: String, _ handler: @escaping Route.Handler) {
    add(.get, path, handler)
  }

  public mutating func post(
    _ path: String, bodyLimit: Int = RouteGroup.bodyLimit, _ handler: @escaping Route.Handler
  ) {
    add(.post, path, bodyLimit: bodyLimit, handler)
  }

  public mutating func put(
    _ path: String, bodyLimit: Int = RouteGroup.bodyLimit, _ handler: @escaping Route.Handler
  ) {
    add(.put, path, bodyLimit: bodyLimit, handler)
  }

  public mutating func patch(_ path: String, _ handler: @escaping Route.Handler) {
    add(.patch, path, handler)
  }

  public mutating func delete(_ path: String, _ handler: @escaping Route.Handler) {
    add(.delete, path, handler)
  }

  private mutating func add(
    _ method: HTTPRequest.Method, _ path: String, bodyLimit: Int = RouteGroup.bodyLimit,
    _ handler: @escaping Route.Handler
  ) {
    routes.append(
      Route(method: method, path: prefix + path, bodyLimit: bodyLimit, handler: handler))
  }
}
