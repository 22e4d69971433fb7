internal import Crypto
public import Logging
public import NodeContract
public import Persistence
@_spi(Authorization) public import Tenancy

/// Answers what callers want of their mailboxes, whose nodes say that they may, or what PIN they keyed.
public struct MailboxVisits: Sendable {
  private let store: Store
  private let logger: Logger

  public init(store: Store, logger: Logger) {
    self.store = store
    self.logger = logger
  }

  /// What cannot be said now is `failed`: the caller is told so, and may call again.
  public func answer(_ request: MailboxRequest) async -> MailboxAnswer.Outcome {
    do {
      return try await outcome(of: request)
    } catch {
      logger.error(
        "a caller does not hear the mailbox",
        metadata: ["tenant": "\(request.tenant)", "cause": "\(error)"])
      return .failed
    }
  }

  private func outcome(of request: MailboxRequest) async throws -> MailboxAnswer.Outcome {
    let (id, tenant) = (request.mailbox, request.tenant)
    switch request.verb {
    case .open(let pin):
      if let pin, let refused = try await refusal(of: pin, for: id, of: tenant) { return refused }
      return try await store.mailboxes.waitingMessages(
        in: id, of: tenant, most: MailboxRequest.mostMessages, in: .platform
      ).map { .messages($0) } ?? .missing
    case .mark(let message, let state):
      return Self.done(
        try await store.mailboxes.mark(message, as: state, in: id, of: tenant, in: .platform))
    case .delete(let message):
      return Self.done(
        try await store.mailboxes.setAside(message, in: id, of: tenant, in: .platform))
    case .restore(let message):
      return Self.done(
        try await store.mailboxes.takeBack(message, in: id, of: tenant, in: .platform))
    case .forward(let message, let other, let copy):
      switch try await store.mailboxes.forward(
        message, in: id, to: other, as: copy, of: tenant, in: .platform)
      {
      case .done: return .done
      case .noMessage: return .missing
      case .noMailbox: return .noMailbox
      case .full: return .full
      }
    case .sound(let message, let offset):
      return try await store.mailboxes.piece(
        of: message, from: offset, in: id, of: tenant, in: .platform
      ).map { .sound($0.contents, isLast: $0.isLast) } ?? .missing
    }
  }

  private static func done(_ isDone: Bool) -> MailboxAnswer.Outcome { isDone ? .done : .missing }

  /// Nil: it is right. Whoever guesses does not hear whether there is such a mailbox.
  private func refusal(
    of pin: String, for id: ExtensionID, of tenant: TenantID
  ) async throws -> MailboxAnswer.Outcome? {
    switch try await store.mailboxPINs.attempt(of: id, of: tenant, in: .platform) {
    case .none: return .wrongPIN
    case .locked: return .locked
    case .allowed(let stored):
      guard stored.isDigest(of: pin) else { return .wrongPIN }
      try await store.mailboxPINs.succeeded(of: id, of: tenant, in: .platform)
      return nil
    }
  }
}

extension StoredPIN {
  /// A PIN has few digits: what a thief of the table must do for each guess is made dear.
  private static let rounds = 10_000

  init(_ pin: MailboxPIN) {
    var random = SystemRandomNumberGenerator()
    let salt = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    self.init(salt: salt, digest: Self.derive(pin.digits, salt))
  }

  /// Takes as long whatever is wrong with it.
  func isDigest(of digits: String) -> Bool {
    let derived = Self.derive(digits, salt)
    guard derived.count == digest.count else { return false }
    return zip(derived, digest).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }

  /// PBKDF2 with HMAC-SHA256, one block (RFC 8018 section 5.2).
  private static func derive(_ digits: String, _ salt: [UInt8]) -> [UInt8] {
    let key = SymmetricKey(data: Array(digits.utf8))
    var block = Array(HMAC<SHA256>.authenticationCode(for: salt + [0, 0, 0, 1], using: key))
    var result = block
    for _ in 1..<rounds {
      block = Array(HMAC<SHA256>.authenticationCode(for: block, using: key))
      for index in result.indices { result[index] ^= block[index] }
    }
    return result
  }
}

extension MailboxOperations {
  /// Whoever knows the PIN hears the mailbox from any phone of the tenant's.
  public func setPIN(
    _ text: String, of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Mailbox {
    let pin = StoredPIN(try MailboxPIN(checking: text))
    guard try await store.mailboxPINs.replace(pin, of: id, of: tenant, in: scope) else {
      throw NotFound("mailbox", id)
    }
    return try await find(id, of: tenant, in: scope)
  }

  /// The mailbox is heard from its owner's phones only.
  public func removePIN(of id: ExtensionID, of tenant: TenantID, in scope: AccessScope)
    async throws
  {
    _ = try await find(id, of: tenant, in: scope)
    _ = try await store.mailboxPINs.remove(of: id, of: tenant, in: scope)
  }
}
