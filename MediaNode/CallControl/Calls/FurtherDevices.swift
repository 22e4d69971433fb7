import NodeContract

/// Devices of an extension that like to be asked later than those that ring now: they said so by a
/// lower `q` (RFC 3261 section 16.6, the serial search). Who they are is found out when it is their
/// turn.
struct FurtherDevices: Hashable, Sendable {
  let party: LegParty
  /// In thousandths; those who like it less than this are left.
  let below: Int16
  /// What their legs' record says of the caller.
  let shownCaller: String
  /// When they are asked, unless everybody refuses before.
  var nextAt: BootInstant
}
