import NodeContract

/// A call as the node that carries it knows it, and as its checkpoint says it.
struct SimulatedCall {
  let id: CallID
  let address: AddressName
  let number: Int
  /// The caller's leg and the carrier's.
  let legs: [LegID]
  /// Who is at the legs' ends.
  let parties: [Int]
  let offeredAt: FactTime
  var answeredAt: FactTime?
  /// The caller was told.
  var isTalking = false
  /// Of our requests to each party.
  var cseq = [100, 100]
  /// Whether the party follows: where the address moved across sites.
  var follows = [true, true]
  var epoch: Epoch
  /// Counts checkpoints.
  var version: UInt64 = 0
  /// Whether another site ever got a checkpoint of it.
  var isSharedAcross = false
  /// Nil unless it was adopted across sites.
  var adoptedAt: BootInstant?

  func isNewer(than other: SimulatedCall) -> Bool {
    (epoch, version) > (other.epoch, other.version)
  }
}

/// Where a party's datagrams for a call go: to an address, or to a node that took it over from afar.
enum Target: Hashable {
  case address(AddressName)
  case node(Int)
}

/// A phone or a carrier with one leg of one call.
struct SimulatedLeg {
  enum State { case none, calling, talking, leaving, ended }

  let call: CallID
  let number: Int
  let side: Int
  var state = State.none
  var target: Target
  /// Of the latest request that it took.
  var cseq = 0
  var epoch = Epoch.none
  var lastHeard: Instant = 0
  var wasAnswered = false
  /// It hangs up by itself then.
  var leavesAt: Instant
  var attempts = 0
  /// Whether it takes part in moves across sites.
  var follows: Bool
}
