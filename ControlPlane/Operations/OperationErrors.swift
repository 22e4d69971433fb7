public import Tenancy

/// What was asked for does not exist, or is somebody else's, which must look the same.
public struct NotFound: Error, Hashable, Sendable, CustomStringConvertible {
  /// `extension`
  public let kind: String
  public let name: String

  public init(_ kind: String, _ name: some CustomStringConvertible) {
    self.kind = kind
    self.name = name.description
  }

  public var description: String { "There is no \(kind) \(name)." }
}

/// There is one already, and whoever asks may see it.
public struct AlreadyThere<Thing: Sendable>: Error, Sendable {
  /// The field by which they are the same.
  public let field: InvalidField
  public let existing: Thing
}

/// Runs `make`; when a value is taken, finds out by whom. What `find` may not see stays a plain
/// `InvalidField`: the asker learns that the value is taken and not by whom.
func making<Thing: Sendable>(
  _ thing: Thing, store: (Thing) async throws -> Void, find: () async throws -> Thing?
) async throws -> Thing {
  do {
    try await store(thing)
    return thing
  } catch let field as InvalidField where field.problem == .taken {
    guard let existing = try await find() else { throw field }
    throw AlreadyThere(field: field, existing: existing)
  }
}

/// The value, or the error that says that there is none.
func found<Thing>(
  _ thing: Thing?, _ kind: String, _ name: some CustomStringConvertible
) throws(NotFound) -> Thing {
  guard let thing else { throw NotFound(kind, name) }
  return thing
}
