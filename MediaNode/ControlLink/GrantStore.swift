import Epoll
public import NodeContract
public import Ownership

/// A line of the grants' file that means nothing.
public struct GrantStoreError: Error, Hashable, Sendable, CustomStringConvertible {
  public let path: String
  public let line: String

  public init(path: String, line: String) {
    self.path = path
    self.line = line
  }

  public var description: String { "\(path): “\(line)” is no grant" }
}

/// The highest epoch that this node ever heard of for each address, on disk, so that a node that
/// starts again refuses orders that were overtaken while it lived before. A small text file, one
/// line per address: `phones-a 1.42 held`, `phones-a 1.43 held unsettled` while the predecessor's end is
/// not certain yet, or `phones-a 1.44 released`.
public struct GrantStore: Sendable {
  private let path: String

  public init(path: String) { self.path = path }

  /// What was saved last; nothing when there is no file yet. A line that cannot be read is an
  /// error: guessing could bring back an owner that was replaced.
  public func load() throws -> [AddressName: AddressGrants.Grant] { try loadAll().grants }

  /// The same, and which of them are unsettled.
  public func loadAll() throws -> (
    grants: [AddressName: AddressGrants.Grant], unsettled: Set<AddressName>
  ) {
    guard let bytes = try DurableFile.read(path) else { return ([:], []) }
    var grants: [AddressName: AddressGrants.Grant] = [:]
    var unsettled: Set<AddressName> = []
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      guard let (address, grant, isSettled) = Self.parse(line) else {
        throw GrantStoreError(path: path, line: String(line))
      }
      grants[address] = grant
      if !isSettled { unsettled.insert(address) }
    }
    return (grants, unsettled)
  }

  /// Returns once `grants` are on disk. Before an order is answered, so that the answer holds.
  public func save(
    _ grants: [AddressName: AddressGrants.Grant], unsettled: Set<AddressName> = []
  ) throws {
    let lines = grants.sorted { $0.key < $1.key }.map { address, grant in
      "\(address) \(grant.epoch) \(grant.isHeld ? "held" : "released")"
        + (grant.isHeld && unsettled.contains(address) ? " unsettled\n" : "\n")
    }
    try DurableFile.write(Array(lines.joined().utf8), to: path)
  }

  private static func parse(
    _ line: Substring
  ) -> (AddressName, AddressGrants.Grant, isSettled: Bool)? {
    let words = line.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count >= 3, let address = AddressName(words[0]), let epoch = parseEpoch(words[1])
    else { return nil }
    switch words[2...].joined(separator: " ") {
    case "held": return (address, AddressGrants.Grant(epoch: epoch, isHeld: true), true)
    case "held unsettled": return (address, AddressGrants.Grant(epoch: epoch, isHeld: true), false)
    case "released": return (address, AddressGrants.Grant(epoch: epoch, isHeld: false), true)
    default: return nil
    }
  }

  private static func parseEpoch(_ text: Substring) -> Epoch? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let generation = UInt32(parts[0]), let revision = Int64(parts[1]),
      revision >= 0
    else { return nil }
    return Epoch(generation: generation, revision: revision)
  }
}
