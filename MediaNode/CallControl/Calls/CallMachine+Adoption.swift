import NodeContract

/// A call that came from another machine.
extension CallMachine {
  /// Its legs are at addresses of ours now.
  mutating func serve(under grants: [AddressName: Epoch]) {
    caller.epoch = grants[caller.address] ?? caller.epoch
    for place in callees.indices {
      callees[place].epoch = grants[callees[place].address] ?? callees[place].epoch
    }
  }
}
