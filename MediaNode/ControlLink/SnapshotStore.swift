import Epoll
public import Logging
public import NodeContract
import TLS

/// Why the snapshots on disk are of no use.
public enum SnapshotStoreError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The key is not 32 bytes long.
  case unusableKey
  /// There are snapshots and none opens: most likely they were sealed with another key.
  case noneOpens(directory: String)

  public var description: String {
    switch self {
    case .unusableKey: "the key of the snapshots must be 32 bytes long"
    case .noneOpens(let directory): "no snapshot in \(directory) opens with this key"
    }
  }
}

/// The tenants that this node serves, on disk, so that it can serve them with no replica in reach:
/// one encrypted file per tenant, named by its id and bound to it. One owner at a time.
public struct SnapshotStore: Sendable {
  private static let suffix = ".snapshot"

  private let directory: String
  private let box: SealedBox
  private let logger: Logger

  /// Makes `directory` unless it is there.
  public init(directory: String, key: [UInt8], logger: Logger) throws {
    guard let box = SealedBox(key: key) else { throw SnapshotStoreError.unusableKey }
    try DurableFile.makeDirectory(directory)
    self.directory = directory
    self.box = box
    self.logger = logger
  }

  /// All snapshots that open. A file that does not, damaged or tampered with, is logged and left
  /// out: a replica will send that tenant again. Throws when there are files and none opens.
  public func load() throws -> [TenantSnapshot] {
    let files = try DurableFile.names(in: directory).filter { $0.hasSuffix(Self.suffix) }
    let tenants = files.compactMap(open)
    guard files.isEmpty || !tenants.isEmpty else {
      throw SnapshotStoreError.noneOpens(directory: directory)
    }
    return tenants
  }

  private func open(_ file: String) -> TenantSnapshot? {
    do {
      guard let uuid = UUIDv7(file.dropLast(Self.suffix.count)),
        let sealed = try DurableFile.read("\(directory)/\(file)")
      else { return nil }
      return try TenantSnapshot(parsingBody: box.open(sealed, context: uuid.bytes))
    } catch {
      logger.error(
        "a tenant's snapshot cannot be opened",
        metadata: ["file": "\(directory)/\(file)", "reason": "\(error)"])
      return nil
    }
  }

  /// Returns once the snapshot is on disk in place of an older one.
  public func save(_ tenant: TenantSnapshot) throws {
    let sealed = try box.seal(tenant.encodedBody(), context: tenant.tenant.uuid.bytes)
    try DurableFile.write(sealed, to: path(of: tenant.tenant))
  }

  /// Forgets a tenant; one that is not there is no error.
  public func remove(_ tenant: TenantID) throws {
    try DurableFile.remove(path(of: tenant))
  }

  private func path(of tenant: TenantID) -> String {
    "\(directory)/\(tenant.uuid.hexadecimal)\(Self.suffix)"
  }
}
