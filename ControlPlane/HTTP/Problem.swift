public import Hummingbird

/// What went wrong with a request, in two texts: one for who asked and one for the log.
/// Answered as `application/problem+json` (RFC 9457).
public struct Problem: Error, Sendable {
  /// The kind, last part of the `type` URI: `not-found`.
  public var kind: String
  /// The kind for people; the same for every problem of a kind.
  public var title: String
  public var status: HTTPResponse.Status
  /// What happened this time and what to do about it.
  public var detail: String
  /// The fields that cannot be taken as they are.
  public var fields: [Field]
  /// For the log only.
  public var cause: String?
  /// `Retry-After`, for problems that pass.
  public var retryAfter: Duration?
  /// The methods of `Allow`, for a method that the path does not have.
  public var allowedMethods: [String]
  /// The path of what stands in the way, where the client may see it.
  public var location: String?
  /// How long the file is, where what was asked for lies behind its end.
  public var length: Int?

  /// One field of the request's body or query, and what is wrong with it.
  public struct Field: Hashable, Sendable, Encodable {
    /// The field's name, dotted where it stands inside another: `rates.3.prefix`.
    public var name: String
    public var detail: String

    public init(name: String, detail: String) {
      self.name = name
      self.detail = detail
    }
  }

  public init(
    kind: String, title: String, status: HTTPResponse.Status, detail: String,
    fields: [Field] = [], cause: String? = nil, retryAfter: Duration? = nil,
    allowedMethods: [String] = []
  ) {
    self.kind = kind
    self.title = title
    self.status = status
    self.detail = detail
    self.fields = fields
    self.cause = cause
    self.retryAfter = retryAfter
    self.allowedMethods = allowedMethods
  }
}

extension Problem {
  public static func badRequest(_ detail: String, fields: [Field] = []) -> Problem {
    Problem(
      kind: "bad-request", title: "The request cannot be read", status: .badRequest,
      detail: detail, fields: fields)
  }

  /// Well-formed, but the values cannot be taken.
  public static func invalid(_ fields: [Field]) -> Problem {
    Problem(
      kind: "invalid", title: "A value cannot be taken", status: .unprocessableContent,
      detail: fields.map(\.detail).joined(separator: " "), fields: fields)
  }

  public static func unauthorized(_ detail: String) -> Problem {
    Problem(
      kind: "unauthorized", title: "No valid key", status: .unauthorized, detail: detail)
  }

  public static func forbidden(_ detail: String) -> Problem {
    Problem(
      kind: "forbidden", title: "The key may not do this", status: .forbidden, detail: detail)
  }

  /// Also what somebody else's object looks like.
  public static func notFound(_ detail: String) -> Problem {
    Problem(kind: "not-found", title: "Nothing there", status: .notFound, detail: detail)
  }

  /// With the path of what stands in the way in `location`.
  public static func conflict(
    _ detail: String, fields: [Field] = [], location: String? = nil
  ) -> Problem {
    var problem = Problem(
      kind: "conflict", title: "Something stands in the way", status: .conflict, detail: detail,
      fields: fields)
    problem.location = location
    return problem
  }

  public static func contentTooLarge(limit: Int) -> Problem {
    Problem(
      kind: "content-too-large", title: "The body is too large", status: .contentTooLarge,
      detail: "At most \(limit) bytes are taken here.")
  }

  /// RFC 9110 section 15.5.17.
  public static func rangeNotSatisfiable(length: Int) -> Problem {
    var problem = Problem(
      kind: "range-not-satisfiable", title: "The file has no such bytes",
      status: .rangeNotSatisfiable, detail: "The file has \(length) bytes.")
    problem.length = length
    return problem
  }

  public static func methodNotAllowed(_ methods: [String]) -> Problem {
    Problem(
      kind: "method-not-allowed", title: "The path has no such method",
      status: .methodNotAllowed, detail: "Use \(methods.joined(separator: ", ")).",
      allowedMethods: methods)
  }

  /// Something that we depend on is away; trying again helps.
  public static func unavailable(_ detail: String, cause: any Error) -> Problem {
    Problem(
      kind: "unavailable", title: "Not available at the moment", status: .serviceUnavailable,
      detail: detail, cause: String(describing: cause), retryAfter: .seconds(2))
  }

  /// Our own mistake: the log has the cause, under the request's id.
  public static func internalError(cause: any Error) -> Problem {
    Problem(
      kind: "internal-error", title: "Our mistake", status: .internalServerError,
      detail: "Tell us the request's id.", cause: String(describing: cause))
  }
}

/// An error that knows how to tell a client about itself.
public protocol ProblemConvertible: Error {
  var asProblem: Problem { get }
}

extension Problem: ProblemConvertible {
  public var asProblem: Problem { self }
}

extension Problem {
  /// The response, which names the request by `id`.
  func response(to id: String) -> Response {
    let document = ProblemDocument(
      type: "urn:tandem:problem:\(kind)", title: title, status: status.code, detail: detail,
      instance: "urn:tandem:request:\(id)", errors: fields.isEmpty ? nil : fields,
      existing: location?.split(separator: "/").last.map(String.init))
    var response = Response.json(document, status: status, contentType: "application/problem+json")
    if let retryAfter {
      response.headers[.retryAfter] = String(retryAfter.components.seconds)
    }
    if let length { response.headers[.contentRange] = "bytes */\(length)" }
    if !allowedMethods.isEmpty {
      response.headers[.allow] = allowedMethods.joined(separator: ", ")
    }
    if let location { response.headers[.location] = location }
    if status == .unauthorized { response.headers[.wwwAuthenticate] = "Bearer" }
    return response
  }
}

/// RFC 9457 section 3.1, and members of our own: `errors` by field, and the id or name of what
/// stands in the way.
private struct ProblemDocument: Encodable {
  var type: String
  var title: String
  var status: Int
  var detail: String
  var instance: String
  var errors: [Problem.Field]?
  var existing: String?
}
