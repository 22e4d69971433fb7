import CallFlows
import Drills
public import HTTP
import NodeContract
public import Operations
public import Persistence
public import Tenancy

// From requests to values, and from errors to problems.

extension Authorization {
  /// Who asks, provided that the key of the request is good for `permission`.
  func principal(
    of request: IncomingRequest, toDo permission: Permission
  ) async throws -> Principal {
    try await principal(showing: request.bearerToken, toDo: permission)
  }

  /// What the one who asks may reach.
  func scope(of request: IncomingRequest, toDo permission: Permission) async throws -> AccessScope {
    try await principal(of: request, toDo: permission).scope
  }
}

extension Principal {
  /// The reseller that a body names; a reseller's own key need not name it.
  func reseller(named text: String?) throws -> ResellerID {
    if let text { return try reference(text, field: "reseller") }
    guard case .reseller(let id) = role else { throw InvalidField("reseller", .empty) }
    return id
  }
}

/// The id that a body names in `field`; text that is no such id names nothing.
func reference<Kind>(_ text: String, field: String) throws(InvalidField) -> TypedID<Kind> {
  guard let id = TypedID<Kind>(text) else { throw InvalidField(field, .unknownReference) }
  return id
}

extension IncomingRequest {
  func id<Kind>(_ parameter: String) throws(Problem) -> TypedID<Kind> {
    try self.parameter(parameter) { TypedID<Kind>($0) }
  }

  func name<Kind>(_ parameter: String) throws(Problem) -> OperatorName<Kind> {
    try self.parameter(parameter) { OperatorName<Kind>($0) }
  }

  /// `?limit=50&cursor=…`
  func page() throws -> PageRequest {
    let limit = try query("limit") { Int($0) }
    let cursor = try query("cursor") { Cursor(opaque: $0) }
    return try PageRequest(limit: limit ?? 100, after: cursor.map { PageCursor($0.position) })
  }

  /// `?reseller=res_…`, to see one reseller's only.
  func reseller() throws(Problem) -> ResellerID? {
    try query("reseller") { ResellerID($0) }
  }
}

extension PageView {
  init<Thing>(_ page: Page<Thing>, _ view: (Thing) -> Item) {
    self.init(
      items: page.items.map(view), next: page.next.map { Cursor(position: $0.text) })
  }
}

extension Timestamp {
  init(_ time: WallTime) { self.init(milliseconds: time.milliseconds) }
}

/// What is there already answers for itself: the client is told where it is.
func naming<Thing: Sendable, Made>(
  _ path: (Thing) -> String, _ make: () async throws -> Made
) async throws -> Made {
  do {
    return try await make()
  } catch let conflict as AlreadyThere<Thing> {
    let field = Problem.Field(name: conflict.field.field, detail: conflict.field.description)
    throw Problem.conflict(
      field.detail, fields: [field], location: path(conflict.existing))
  }
}

extension InvalidField: ProblemConvertible {
  public var asProblem: HTTP.Problem {
    let part = HTTP.Problem.Field(name: field, detail: description)
    return problem == .taken ? .conflict(description, fields: [part]) : .invalid([part])
  }
}

extension NotFound: ProblemConvertible {
  public var asProblem: Problem { .notFound(description) }
}

extension AuthorizationError: ProblemConvertible {
  public var asProblem: Problem {
    switch self {
    case .noKey: .unauthorized("Send a key: Authorization: Bearer tdm_…")
    case .unknownKey: .unauthorized("The key is unknown or was revoked.")
    case .notAllowed(_, let role): .forbidden("Keys of the role \(role) may not do this.")
    }
  }
}

extension StoreError: ProblemConvertible {
  public var asProblem: Problem {
    switch self {
    case .outOfReach: .notFound("There is no such thing within the key's reach.")
    case .inUse: .conflict("Something else still refers to it.")
    case .unknownCursor:
      .badRequest(
        "The cursor does not belong to this list.",
        fields: [Problem.Field(name: "cursor", detail: "cursor must come from this list.")])
    case .unavailable: .unavailable("The database is not available at the moment.", cause: self)
    case .failed: .internalError(cause: self)
    }
  }
}

extension RefusedSound: ProblemConvertible {
  public var asProblem: Problem { .invalid([Problem.Field(name: "sound", detail: reason)]) }
}

extension TooManyUploads: ProblemConvertible {
  public var asProblem: Problem {
    .unavailable("Too many sounds are being converted at the moment.", cause: self)
  }
}

extension TenantQuota: ProblemConvertible {
  public var asProblem: Problem {
    switch kind {
    case .contacts: .conflict("The tenant has \(limit) contacts, as many as it may.")
    case .screening:
      .conflict("The tenant and its users have \(limit) screening lines, as many as they may.")
    }
  }
}

extension InvalidFlow: ProblemConvertible {
  public var asProblem: Problem {
    .invalid(fields.map { HTTP.Problem.Field(name: $0.field, detail: $0.description) })
  }
}

extension FlowRefused: ProblemConvertible {
  public var asProblem: Problem {
    .invalid(
      findings.filter(\.kind.isError).map { finding in
        HTTP.Problem.Field(
          name: finding.step.map { "steps.\($0)" } ?? "start",
          detail: "\(finding.text) \(finding.remedy)")
      })
  }
}

extension InvalidContacts: ProblemConvertible {
  public var asProblem: Problem {
    .invalid(fields.map { HTTP.Problem.Field(name: $0.field, detail: $0.description) })
  }
}

extension MailboxIsFull: ProblemConvertible {
  public var asProblem: Problem { .conflict("The mailbox holds as many messages as it may.") }
}

extension SoundQuota: ProblemConvertible {
  public var asProblem: Problem {
    switch self {
    case .tooMany(let limit): .conflict("The tenant has \(limit) sounds, as many as it may.")
    case .tooLong(let seconds):
      .conflict("The tenant's sounds would last longer than \(seconds / 60) minutes together.")
    }
  }
}

extension HeldRecording: ProblemConvertible {
  public var asProblem: Problem {
    Problem.conflict("The recording is held: it stays until somebody releases it.")
      .called("held", "The recording is held")
  }
}

extension ClickFailure: ProblemConvertible {
  public var asProblem: Problem {
    switch self {
    case .offline:
      Problem.conflict("None of the extension's telephones is registered.")
        .called("offline", "No telephone is there")
    case .notAllowed:
      Problem.conflict(
        "The call is not recorded, or the rule that has it recorded does not let it."
      )
      .called("not-allowed", "The recording goes on as it is")
    case .overloaded:
      .unavailable("The tenant has as many calls as it may at the moment.", cause: self)
    case .nobodyAnswers:
      .unavailable(
        "No node answers for the tenant at the moment. With the same Idempotency-Key the request may be "
          + "repeated.", cause: self)
    case .otherRequest:
      Problem.invalid([
        Problem.Field(
          name: "Idempotency-Key", detail: "The key was another request's before. Choose a new one."
        )
      ]).called("other-request", "Another request")
    }
  }
}

extension Problem {
  fileprivate func called(_ kind: String, _ title: String) -> Problem {
    var problem = self
    (problem.kind, problem.title) = (kind, title)
    return problem
  }
}

extension DrillForbidden: ProblemConvertible {
  public var asProblem: Problem {
    Problem.conflict(
      obstacles.map(\.detail).joined(separator: " "),
      fields: obstacles.map { HTTP.Problem.Field(name: $0.rule.rawValue, detail: $0.detail) }
    ).called("drill-forbidden", "A guard rail forbids the drill")
  }
}
