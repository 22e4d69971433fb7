public import NodeContract
public import Persistence
public import Tenancy

/// What somebody says of an extension's mailbox.
public struct NewMailbox: Sendable {
  /// Seconds.
  public var longestMessage: Int
  public var mostMessages: Int
  /// Days; nil: messages stay until they are deleted.
  public var retention: Int?
  /// Nil: callers hear that nobody is there.
  public var greeting: SoundID?

  public init(
    longestMessage: Int, mostMessages: Int, retention: Int?, greeting: SoundID? = nil
  ) {
    self.greeting = greeting
    self.longestMessage = longestMessage
    self.mostMessages = mostMessages
    self.retention = retention
  }
}

/// It takes no more messages until some are deleted.
public struct MailboxIsFull: Error, Hashable, Sendable {}

/// Mailboxes, and what was left in them.
public struct MailboxOperations: Sendable {
  let store: Store
  private let clock: Clock

  public init(_ store: Store, clock: Clock = .system) { (self.store, self.clock) = (store, clock) }

  public func find(
    _ id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Mailbox {
    try found(await store.mailboxes.mailbox(of: id, of: tenant, in: scope), "mailbox", id)
  }

  /// Callers may leave messages from now on; those that are there stay.
  public func replace(
    _ new: NewMailbox, of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Mailbox {
    let mailbox = try Mailbox(
      checkingLongestMessage: new.longestMessage, mostMessages: new.mostMessages,
      retention: new.retention,
      greeting: await store.reference(to: new.greeting, as: "greeting", of: tenant, in: scope))
    return try found(
      await store.mailboxes.replace(mailbox, of: id, of: tenant, in: scope), "extension", id)
  }

  /// With all its messages.
  public func remove(_ id: ExtensionID, of tenant: TenantID, in scope: AccessScope) async throws {
    guard try await store.mailboxes.remove(of: id, of: tenant, in: scope) else {
      throw NotFound("mailbox", id)
    }
  }

  // MARK: - Messages

  /// Newest first.
  public func messages(
    _ page: PageRequest, in id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Page<MailboxMessage> {
    _ = try await find(id, of: tenant, in: scope)
    return try await store.mailboxes.messages(page, of: id, of: tenant, in: scope)
  }

  public func message(
    _ message: SoundID, in id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> MailboxMessage {
    try found(
      await store.mailboxes.message(message, in: id, of: tenant, in: scope), "message", message)
  }

  /// As MP3.
  public func sound(
    of message: SoundID, in id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> SoundContents {
    _ = try await self.message(message, in: id, of: tenant, in: scope)
    return try found(
      await store.sounds.contents(of: message, of: tenant, in: scope), "message", message)
  }

  public func mark(
    _ message: SoundID, as state: String, in id: ExtensionID, of tenant: TenantID,
    in scope: AccessScope
  ) async throws -> MailboxMessage {
    guard let state = MailboxMessage.State(rawValue: state) else {
      let words = MailboxMessage.State.allCases.map(\.rawValue).joined(separator: ", ")
      throw InvalidField("state", .malformed(expected: "one of \(words)"))
    }
    guard try await store.mailboxes.mark(message, as: state, in: id, of: tenant, in: scope) else {
      throw NotFound("message", message)
    }
    return try await self.message(message, in: id, of: tenant, in: scope)
  }

  /// The colleague's copy. Throws `InvalidField` for `to` (unknown), and `MailboxIsFull`.
  public func forward(
    _ message: SoundID, in id: ExtensionID, to other: ExtensionID, of tenant: TenantID,
    in scope: AccessScope
  ) async throws -> MailboxMessage {
    _ = try await self.message(message, in: id, of: tenant, in: scope)
    let copy: SoundID = clock.id()
    switch try await store.mailboxes.forward(
      message, in: id, to: other, as: copy, of: tenant, in: scope)
    {
    case .done: return try await self.message(copy, in: other, of: tenant, in: scope)
    case .noMessage: throw NotFound("message", message)
    case .noMailbox: throw InvalidField("to", .unknownReference)
    case .full: throw MailboxIsFull()
    }
  }

  public func delete(
    _ message: SoundID, in id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws {
    guard try await store.mailboxes.delete(message, in: id, of: tenant, in: scope) else {
      throw NotFound("message", message)
    }
  }
}
