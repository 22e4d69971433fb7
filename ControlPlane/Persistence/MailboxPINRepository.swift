public import NodeContract
internal import Postgres
public import Tenancy

/// What is kept of a PIN: a digest that costs time to make, and the salt that it was made with.
public struct StoredPIN: Hashable, Sendable {
  public var salt: [UInt8]
  public var digest: [UInt8]

  public init(salt: [UInt8], digest: [UInt8]) {
    self.salt = salt
    self.digest = digest
  }
}

/// What becomes of somebody who is about to try a PIN.
public enum PINAttempt: Hashable, Sendable {
  /// Counted as a failure until it is known to be right.
  case allowed(StoredPIN)
  case locked
  /// There is no mailbox, or it has no PIN.
  case none
}

/// PINs of mailboxes.
public struct MailboxPINRepository: Sendable {
  /// Wrong PINs in a row until nobody gets in with one for `lockMinutes`.
  public static let mostFailures = 5
  public static let lockMinutes = 15

  let store: Store

  /// `false` where there is no mailbox.
  public func replace(
    _ pin: StoredPIN, of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Bool {
    try await store.transaction(in: scope) { transaction in
      guard try transaction.lockMailbox(id, of: tenant) else { return false }
      return try transaction.execute(
        """
        INSERT INTO mailbox_pins (tenant_id, extension_id, salt, digest)
        VALUES (\(tenant), \(id), \(ByteString(pin.salt)), \(ByteString(pin.digest)))
        ON CONFLICT (tenant_id, extension_id) DO UPDATE SET salt = EXCLUDED.salt,
          digest = EXCLUDED.digest, failures = 0, locked_until = NULL
        """) > 0
    }
  }

  /// `false` where there is none.
  public func remove(
    of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> Bool {
    try await store.transaction(in: scope) { transaction in
      try transaction.execute(
        "DELETE FROM mailbox_pins WHERE tenant_id = \(tenant) AND extension_id = \(id)") > 0
    }
  }

  /// Counts before anybody compares, so that many who try at once are no better off.
  public func attempt(
    of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws -> PINAttempt {
    try await store.transaction(in: scope) { transaction in
      let allowed = try transaction.query(
        """
        UPDATE mailbox_pins SET failures = (failures + 1) % \(Self.mostFailures),
          locked_until = CASE WHEN failures + 1 >= \(Self.mostFailures)
            THEN now() + \(Self.lockMinutes) * interval '1 minute' END
        WHERE tenant_id = \(tenant) AND extension_id = \(id)
          AND (locked_until IS NULL OR locked_until <= now())
        RETURNING salt, digest
        """
      ).first {
        StoredPIN(
          salt: try $0.value("salt", as: ByteString.self).bytes,
          digest: try $0.value("digest", as: ByteString.self).bytes)
      }
      if let allowed { return .allowed(allowed) }
      let count = try transaction.query(
        "SELECT 1 FROM mailbox_pins WHERE tenant_id = \(tenant) AND extension_id = \(id)"
      ).count
      return count > 0 ? .locked : .none
    }
  }

  /// It was right: what was counted is forgotten.
  public func succeeded(
    of id: ExtensionID, of tenant: TenantID, in scope: AccessScope
  ) async throws {
    try await store.transaction(in: scope) { transaction in
      _ = try transaction.execute(
        """
        UPDATE mailbox_pins SET failures = 0, locked_until = NULL
        WHERE tenant_id = \(tenant) AND extension_id = \(id)
        """)
    }
  }
}
