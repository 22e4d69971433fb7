import NodeContract

/// A caller's place among those who wait for the same queue. It follows from what the call says of itself,
/// so that whoever carries the calls on has the same order.
struct QueuePlace: Hashable, Sendable, Comparable {
  /// It comes before all who are not.
  let isVIP: Bool
  let enteredAt: WallTime
  let call: CallID

  static func < (left: QueuePlace, right: QueuePlace) -> Bool {
    guard left.isVIP == right.isVIP else { return left.isVIP }
    return (left.enteredAt, left.call) < (right.enteredAt, right.call)
  }
}
