/// How a transaction is run.
public struct TransactionOptions: Sendable {
  public enum Isolation: String, Sendable {
    case readCommitted = "READ COMMITTED"
    /// Every statement sees the same state.
    case repeatableRead = "REPEATABLE READ"
  }

  public var isolation: Isolation
  public var isReadOnly: Bool
  /// How often it is tried while the server reports deadlocks or serialization failures.
  public var attempts: Int
  /// Settings that hold until its end.
  public var settings: [Setting]

  /// A `SET LOCAL`. Names and values come from code, never from a peer.
  public struct Setting: Sendable {
    public let name: String
    public let value: String

    /// Both of letters, digits and `._:-` alone, so that they need no quoting.
    public init(_ name: String, _ value: String) {
      precondition(Setting.isPlain(name) && Setting.isPlain(value), "setting \(name)=\(value)")
      self.name = name
      self.value = value
    }

    private static func isPlain(_ text: String) -> Bool {
      text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
          UInt8(ascii: ":"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
    }
  }

  public init(
    isolation: Isolation = .readCommitted, isReadOnly: Bool = false, attempts: Int = 4,
    settings: [Setting] = []
  ) {
    self.isolation = isolation
    self.isReadOnly = isReadOnly
    self.attempts = attempts
    self.settings = settings
  }

  /// One round trip that begins the transaction and sets what holds in it.
  var beginScript: String {
    let access = isReadOnly ? "READ ONLY" : "READ WRITE"
    return settings.reduce("BEGIN ISOLATION LEVEL \(isolation.rawValue) \(access)") {
      $0 + "; SET LOCAL \($1.name) = '\($1.value)'"
    }
  }
}

/// An open transaction: usable only inside the closure that it is lent to, on the thread of its
/// connection.
public struct Transaction: ~Copyable {
  let connection: Connection

  public func query(_ query: Query) throws(PostgresError) -> Rows { try connection.run(query) }

  /// Runs a statement whose rows nobody reads; returns how many rows it touched.
  @discardableResult
  public func execute(_ query: Query) throws(PostgresError) -> Int {
    try connection.run(query).affected
  }
}

/// A connection outside a transaction.
struct Session: ~Copyable {
  let connection: Connection

  func query(_ query: Query) throws(PostgresError) -> Rows { try connection.run(query) }
  func run(script: String) throws(PostgresError) { try connection.run(script: script) }
}
