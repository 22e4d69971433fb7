public import NodeContract

/// Which service addresses this node may serve, and under which epoch: the highest that it ever
/// heard of, whoever told it. An order with a lower one is refused, so a delayed or repeated order
/// can never bring back an owner that another has replaced.
public struct AddressGrants: Hashable, Sendable {
  /// What the node must do so that the order takes effect.
  public enum Effect: Hashable, Sendable {
    case adopt(AddressName, Epoch)
    case release(AddressName)
    /// Nothing changes: the order was refused, or had been carried out before.
    case none
  }

  /// What is known of one address.
  public struct Grant: Hashable, Sendable {
    public var epoch: Epoch
    /// Whether that epoch gave the address to this node.
    public var isHeld: Bool
    /// Whether the node serves it for another site than its own.
    public var isAcross: Bool

    public init(epoch: Epoch, isHeld: Bool, isAcross: Bool = false) {
      self.epoch = epoch
      self.isHeld = isHeld
      self.isAcross = isAcross
    }
  }

  private var grants: [AddressName: Grant]

  /// Knows these addresses and no grant of them yet.
  public init(addresses: some Sequence<AddressName>) {
    let nothing = Grant(epoch: .none, isHeld: false)
    grants = Dictionary(addresses.map { ($0, nothing) }) { first, _ in first }
  }

  /// Judges an order. Orders of the known epoch are idempotent; should adoption and release ever
  /// come with the same epoch, the release wins, since two owners are worse than none.
  public mutating func receive(_ order: OwnershipOrder) -> (
    verdict: OrderAnswer.Verdict, effect: Effect
  ) {
    guard let known = grants[order.address] else { return (.refusedUnknownAddress, .none) }
    guard order.epoch >= known.epoch else { return (.refusedStale(known: known.epoch), .none) }
    switch order.verb {
    case .adopt: return adopt(order, known: known)
    case .release: return release(order, known: known)
    }
  }

  private mutating func adopt(_ order: OwnershipOrder, known: Grant) -> (
    verdict: OrderAnswer.Verdict, effect: Effect
  ) {
    guard order.epoch > known.epoch else {
      return known.isHeld
        ? (.done, .none) : (.refusedStale(known: known.epoch), .none)
    }
    grants[order.address] = Grant(epoch: order.epoch, isHeld: true)
    return (.done, .adopt(order.address, order.epoch))
  }

  private mutating func release(_ order: OwnershipOrder, known: Grant) -> (
    verdict: OrderAnswer.Verdict, effect: Effect
  ) {
    grants[order.address] = Grant(epoch: order.epoch, isHeld: false)
    return (.done, known.isHeld ? .release(order.address) : .none)
  }

  mutating func note(isAcross: Bool, of address: AddressName) {
    grants[address]?.isAcross = isAcross
  }

  /// What the node serves, in the order of names.
  public var held: [HeldAddress] {
    grants.filter(\.value.isHeld).map { HeldAddress(address: $0.key, epoch: $0.value.epoch) }
      .sorted { $0.address < $1.address }
  }

  /// The highest epoch heard of; nil: no such address here.
  public func epoch(of address: AddressName) -> Epoch? { grants[address]?.epoch }

  /// All that must outlive the process.
  public var known: [AddressName: Grant] { grants }

  /// Takes back what was persisted. Lower epochs than those known, and addresses that the
  /// configuration no longer names, are left out. Answers with what is held now.
  public mutating func restore(_ persisted: [AddressName: Grant]) -> [HeldAddress] {
    for (address, grant) in persisted {
      guard let known = grants[address], grant.epoch > known.epoch else { continue }
      grants[address] = grant
    }
    return held
  }
}
