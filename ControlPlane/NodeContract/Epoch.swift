/// One order over all grants of a cell: the cell's generation (raised by a restore from backup),
/// then the revision of the etcd transaction that made the grant. Everyone refuses lower ones.
public struct Epoch: Hashable, Sendable, Comparable, CustomStringConvertible {
  public let generation: UInt32
  public let revision: Int64

  public init(generation: UInt32, revision: Int64) {
    self.generation = generation
    self.revision = revision
  }

  /// Before any grant.
  public static let none = Epoch(generation: 0, revision: 0)

  public var description: String { "\(generation).\(revision)" }

  public static func < (left: Epoch, right: Epoch) -> Bool {
    (left.generation, left.revision) < (right.generation, right.revision)
  }
}
