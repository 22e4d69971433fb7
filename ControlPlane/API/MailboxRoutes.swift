import HTTP
import Hummingbird
import NodeContract
import Operations
import Tenancy

/// Mailboxes, and what was left in them.
struct MailboxRoutes: Sendable {
  private static let mailbox = "/tenants/{tenant}/extensions/{extension}/mailbox"

  let keys: Authorization
  let mailboxes: MailboxOperations

  func register(on routes: inout RouteGroup) {
    routes.get(Self.mailbox, show)
    routes.put(Self.mailbox, replace)
    routes.delete(Self.mailbox, remove)
    routes.put(Self.mailbox + "/pin", setPIN)
    routes.delete(Self.mailbox + "/pin", removePIN)
    routes.get(Self.mailbox + "/messages", list)
    routes.get(Self.mailbox + "/messages/{message}", showMessage)
    routes.patch(Self.mailbox + "/messages/{message}", mark)
    routes.delete(Self.mailbox + "/messages/{message}", delete)
    routes.post(Self.mailbox + "/messages/{message}/forward", forward)
    routes.get(Self.mailbox + "/messages/{message}/sound", sound)
  }

  private func show(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readExtensions)
    return .json(
      MailboxView(
        try await mailboxes.find(request.id("extension"), of: request.id("tenant"), in: scope)))
  }

  private func replace(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageExtensions)
    let body: MailboxBody = try await request.json()
    let mailbox = try await mailboxes.replace(
      body.mailbox(), of: request.id("extension"), of: request.id("tenant"), in: scope)
    return .json(MailboxView(mailbox))
  }

  private func remove(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageExtensions)
    try await mailboxes.remove(request.id("extension"), of: request.id("tenant"), in: scope)
    return .noContent
  }

  private func setPIN(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageExtensions)
    let body: PINBody = try await request.json()
    return .json(
      MailboxView(
        try await mailboxes.setPIN(
          body.pin, of: request.id("extension"), of: request.id("tenant"), in: scope)))
  }

  private func removePIN(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageExtensions)
    try await mailboxes.removePIN(
      of: request.id("extension"), of: request.id("tenant"), in: scope)
    return .noContent
  }

  // MARK: - Messages

  private func list(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readMessages)
    let page = try await mailboxes.messages(
      request.page(), in: request.id("extension"), of: request.id("tenant"), in: scope)
    return .json(PageView(page, MessageView.init))
  }

  private func showMessage(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readMessages)
    return .json(
      MessageView(
        try await mailboxes.message(
          request.id("message"), in: request.id("extension"), of: request.id("tenant"),
          in: scope)))
  }

  private func mark(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageMessages)
    let body: MarkBody = try await request.json()
    return .json(
      MessageView(
        try await mailboxes.mark(
          request.id("message"), as: body.state, in: request.id("extension"),
          of: request.id("tenant"), in: scope)))
  }

  private func delete(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageMessages)
    try await mailboxes.delete(
      request.id("message"), in: request.id("extension"), of: request.id("tenant"), in: scope)
    return .noContent
  }

  private func forward(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .manageMessages)
    let body: ForwardBody = try await request.json()
    let (tenant, other): (TenantID, ExtensionID) = (
      try request.id("tenant"), try reference(body.to, field: "to")
    )
    let copy = try await mailboxes.forward(
      request.id("message"), in: request.id("extension"), to: other, of: tenant, in: scope)
    return .created(
      MessageView(copy),
      at: "/v1/tenants/\(tenant)/extensions/\(other)/mailbox/messages/\(copy.id)")
  }

  private func sound(_ request: IncomingRequest) async throws -> Response {
    let scope = try await keys.scope(of: request, toDo: .readMessages)
    let contents = try await mailboxes.sound(
      of: request.id("message"), in: request.id("extension"), of: request.id("tenant"), in: scope)
    return try .sound(contents, type: .mp3, for: request)
  }
}

private struct MailboxBody: Decodable {
  /// Seconds.
  var longestMessage: Int?
  var mostMessages: Int?
  var retentionDays: Int?
  /// A sound of the tenant's, snd_….
  var greeting: String?

  func mailbox() throws(InvalidField) -> NewMailbox {
    var mailbox = NewMailbox(
      longestMessage: longestMessage ?? 180, mostMessages: mostMessages ?? 100,
      retention: retentionDays)
    if let greeting { mailbox.greeting = try reference(greeting, field: "greeting") }
    return mailbox
  }
}

private struct PINBody: Decodable {
  /// 4 to 10 digits. It is never shown again.
  var pin: String
}

private struct MailboxView: Encodable {
  /// Seconds.
  var longestMessage: Int
  var mostMessages: Int
  /// Null: messages stay until somebody deletes them.
  @Nullable var retentionDays: Int?
  /// Null: callers hear that nobody is there.
  @Nullable var greeting: String?
  /// It takes no more until some are deleted.
  var isFull: Bool
  /// Its owner may hear it from any phone.
  var hasPin: Bool

  init(_ mailbox: Mailbox) {
    longestMessage = mailbox.longestMessage
    mostMessages = mailbox.mostMessages
    retentionDays = mailbox.retention
    greeting = mailbox.greeting?.id.description
    isFull = mailbox.isFull
    hasPin = mailbox.hasPIN
  }
}

private struct MarkBody: Decodable {
  /// `new`, `heard` or `saved`.
  var state: String
}

private struct ForwardBody: Decodable {
  /// An extension with a mailbox, ext_….
  var to: String
}

private struct MessageView: Encodable {
  var id: String
  var call: String
  /// Null: the caller hid it.
  @Nullable var caller: String?
  @Nullable var callerName: String?
  var leftAt: Timestamp
  var seconds: Double
  var state: String
  /// `hung-up`, `key`, `silence`, `longest`, or `cut`: it may not be all.
  var ending: String
  /// The extension that sent it on from its own mailbox. Null: its caller left it here.
  @Nullable var forwardedBy: String?
  @Nullable var forwardedAt: Timestamp?

  init(_ message: MailboxMessage) {
    id = message.id.description
    call = message.call.description
    caller = message.caller.isEmpty ? nil : message.caller
    callerName = message.callerName.isEmpty ? nil : message.callerName
    leftAt = Timestamp(message.leftAt)
    seconds = Double(message.milliseconds) / 1_000
    state = message.state.rawValue
    ending = message.ending.rawValue
    forwardedBy = message.forwarded?.by
    forwardedAt = message.forwarded.map { Timestamp($0.at) }
  }
}
