public import NodeContract
internal import Postgres
public import Tenancy

/// A client's own name of a request, by which the same request is known when it comes again.
public struct IdempotencyKey: Hashable, Sendable {
  public let tenant: TenantID
  public let text: String
  /// Of what is asked for.
  public let requestHash: [UInt8]

  public init(tenant: TenantID, text: String, requestHash: [UInt8]) {
    self.tenant = tenant
    self.text = text
    self.requestHash = requestHash
  }
}

/// Requests that may come again without being done again, for a day. Any operation may use them that makes a
/// thing with an id.
public struct IdempotencyKeyRepository: Sendable {
  let store: Store

  /// What the request of that key made, or is to make now: `made`. Nil: the key was another request's.
  public func claim(
    _ key: IdempotencyKey, toMake made: UUIDv7, at now: WallTime, in scope: AccessScope
  ) async throws -> UUIDv7? {
    try await store.transaction(in: scope) { transaction in
      _ = try transaction.execute(
        """
        INSERT INTO idempotency_keys (tenant_id, key, request_hash, made, used_at)
        VALUES (\(key.tenant)::uuid, \(key.text)::text, \(ByteString(key.requestHash))::bytea, \(made)::uuid,
          \(now)::timestamptz)
        ON CONFLICT (tenant_id, key) DO NOTHING
        """)
      return try transaction.query(
        """
        SELECT made FROM idempotency_keys
        WHERE tenant_id = \(key.tenant) AND key = \(key.text) AND request_hash = \(ByteString(key.requestHash))
        """
      ).first { try $0.value("made", as: UUIDv7.self) }
    }
  }

  /// Takes away those that are older than a day.
  public func expire(in scope: AccessScope) async throws {
    try await store.transaction(in: scope) { transaction in
      _ = try transaction.execute(
        "DELETE FROM idempotency_keys WHERE used_at < now() - interval '24 hours'")
    }
  }
}
