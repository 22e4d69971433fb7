/// A key with its value, and the transactions that made it.
public struct EtcdEntry: Hashable, Sendable {
  public var key: String
  public var value: [UInt8]
  /// The revision of the transaction that made the key.
  public var createRevision: Int64
  /// The revision of the last transaction that wrote it: what compare-and-set compares.
  public var modRevision: Int64
  /// The lease that the key ends with; `nil` for a key that stays.
  public var lease: LeaseID?

  public init(
    key: String, value: [UInt8], createRevision: Int64, modRevision: Int64, lease: LeaseID? = nil
  ) {
    self.key = key
    self.value = value
    self.createRevision = createRevision
    self.modRevision = modRevision
    self.lease = lease
  }
}

/// Keys as they were at one revision of the store.
public struct EtcdRange: Hashable, Sendable {
  public var entries: [EtcdEntry]
  /// How many keys there are, with those that were not asked for.
  public var count: Int
  public var revision: Int64

  public init(entries: [EtcdEntry], count: Int? = nil, revision: Int64) {
    self.entries = entries
    self.count = count ?? entries.count
    self.revision = revision
  }
}

/// A lease: keys written under it end when it is not kept alive.
public struct LeaseID: Hashable, Sendable, CustomStringConvertible {
  public let number: Int64

  public init(_ number: Int64) { self.number = number }

  /// Sixteen hexadecimal digits, as `etcdctl` writes it.
  public var description: String {
    let digits = String(UInt64(bitPattern: number), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

/// One of several keys that are written together or not at all.
public struct ComparedWrite: Hashable, Sendable {
  public var key: String
  /// That of the key's last write as it was seen; 0: there was no such key.
  public var expectedRevision: Int64
  public var value: [UInt8]

  public init(key: String, expectedRevision: Int64, value: [UInt8]) {
    self.key = key
    self.expectedRevision = expectedRevision
    self.value = value
  }
}

/// How a write that compares first went.
public enum CompareAndSetResult: Hashable, Sendable {
  /// It was written, in the transaction of this revision.
  case written(revision: Int64)
  /// The key was not as expected; this is what it is instead, `nil`: there is none.
  case lost(to: EtcdEntry?)
}

/// What follows of a set of keys.
public enum EtcdUpdate: Hashable, Sendable {
  /// All of them, at the beginning and whenever changes may have been missed.
  case all(EtcdRange)
  case put(EtcdEntry)
  /// The key is gone as of this revision.
  case deleted(key: String, revision: Int64)
  /// No member answers: what was heard last may be out of date.
  case interrupted(EtcdError)
}

/// Why etcd did not do what it was asked.
public enum EtcdError: Error, Hashable, Sendable, CustomStringConvertible {
  /// No member could be reached, or none had a quorum; what each one said.
  case unavailable([String])
  /// The lease has ended.
  case leaseNotFound(LeaseID)
  /// The revisions asked for are no longer kept; this one and later are.
  case compacted(Int64)
  /// etcd refused, with a code of gRPC.
  case refused(code: Int, message: String)
  /// An answer that is not etcd's.
  case malformed(String)

  public var description: String {
    switch self {
    case .unavailable(let causes): "no etcd member answered: \(causes.joined(separator: "; "))"
    case .leaseNotFound(let lease): "etcd's lease \(lease) has ended"
    case .compacted(let revision): "etcd keeps nothing from before revision \(revision)"
    case .refused(let code, let message): "etcd refused (\(code)): \(message)"
    case .malformed(let text): "etcd's answer cannot be read: \(text)"
    }
  }
}
