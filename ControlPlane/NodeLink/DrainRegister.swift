public import Etcd
public import NodeContract

/// Nodes that are to be emptied, as operators wish: `/tandem/v1/drain/NAME` in etcd, beside the grants
/// that follow from it, so that it works while Postgres is away.
public struct DrainRegister: Sendable {
  static let prefix = "/tandem/v1/drain/"

  private let etcd: EtcdClient

  public init(_ etcd: EtcdClient) { self.etcd = etcd }

  /// As a quorum has them.
  public func nodes() async throws -> Set<NodeName> {
    let keys = try await etcd.range(prefix: Self.prefix).entries.map(\.key)
    return Set(keys.compactMap { NodeName($0.dropFirst(Self.prefix.count)) })
  }

  public func begin(_ node: NodeName) async throws {
    try await etcd.put(Array("{}".utf8), at: Self.prefix + node.text)
  }

  public func end(_ node: NodeName) async throws {
    let key = Self.prefix + node.text
    while let entry = try await etcd.get(key) {
      if case .written = try await etcd.delete(key, expecting: entry.modRevision) { return }
    }
  }
}
