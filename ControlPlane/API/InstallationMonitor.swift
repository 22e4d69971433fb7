public import NodeContract

/// What this replica sees of the installation at this moment.
public protocol InstallationMonitor: Sendable {
  /// `nil`: never heard of since this replica started.
  func status(of node: NodeName) async -> NodeStatus?
  /// Who holds the address; `nil`: nobody was ever granted it, or etcd has not been read yet.
  func holding(of address: AddressName) async -> AddressHolding?
}

/// A node as seen from this replica.
public struct NodeStatus: Hashable, Sendable {
  public var isLinked: Bool
  /// Since its last beat was heard here.
  public var beatAge: Duration?
  /// What it last said of itself.
  public var load: NodeLoad?

  public init(isLinked: Bool, beatAge: Duration?, load: NodeLoad?) {
    self.isLinked = isLinked
    self.beatAge = beatAge
    self.load = load
  }
}

/// Who holds an address, by which grant.
public struct AddressHolding: Hashable, Sendable {
  public var holder: NodeName
  public var epoch: Epoch

  public init(holder: NodeName, epoch: Epoch) {
    self.holder = holder
    self.epoch = epoch
  }
}
