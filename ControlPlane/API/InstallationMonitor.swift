public import NodeContract

/// What this replica sees of the installation at this moment.
public protocol InstallationMonitor: Sendable {
  /// `nil`: never heard of since this replica started.
  func status(of node: NodeName) async -> NodeStatus?
  /// Who holds the address; `nil`: nobody was ever granted it, or etcd has not been read yet.
  func holding(of address: AddressName) async -> AddressHolding?
  /// The nodes that are to be emptied.
  func draining() async throws -> Set<NodeName>
  /// From now on the node is emptied, or is not any more.
  func drain(_ node: NodeName, _ isWanted: Bool) async throws
  /// How that queue is now; `nil`: no node has told of it.
  func figures(ofQueue queue: ExtensionID, of tenant: TenantID) async -> QueueFigures?
  /// What a node still has.
  func remainder(of node: NodeName) async -> [RemainingCall]
}

/// A call that a node still has, or an address where nobody talks.
public struct RemainingCall: Hashable, Sendable {
  public var address: AddressName
  public var call: CallID?
  public var tenant: TenantID?
  /// Why it is still there, for people.
  public var reason: String

  public init(address: AddressName, call: CallID?, tenant: TenantID?, reason: String) {
    self.address = address
    self.call = call
    self.tenant = tenant
    self.reason = reason
  }
}

/// A node as seen from this replica.
public struct NodeStatus: Hashable, Sendable {
  public var isLinked: Bool
  /// Which of its processes: another after each start.
  public var process: UUIDv7?
  /// Since its last beat was heard here.
  public var beatAge: Duration?
  /// What it last said of itself.
  public var load: NodeLoad?

  public init(isLinked: Bool, process: UUIDv7?, beatAge: Duration?, load: NodeLoad?) {
    self.isLinked = isLinked
    self.process = process
    self.beatAge = beatAge
    self.load = load
  }
}

/// Who holds an address, by which grant.
public struct AddressHolding: Hashable, Sendable {
  public var holder: NodeName
  public var epoch: Epoch
  /// Who takes it over in its site.
  public var heir: NodeName?
  /// Who takes it over in another.
  public var standby: NodeName?
  /// Why it is not placed as it should be; only the replica that leads knows.
  public var doubt: String?

  public init(
    holder: NodeName, epoch: Epoch, heir: NodeName? = nil, standby: NodeName? = nil,
    doubt: String? = nil
  ) {
    self.holder = holder
    self.epoch = epoch
    self.heir = heir
    self.standby = standby
    self.doubt = doubt
  }
}
