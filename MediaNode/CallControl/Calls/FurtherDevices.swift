import NodeContract

/// Who is asked when those who ring now do not answer.
enum Further: Hashable, Sendable {
  case devices(FurtherDevices)
  case members(FurtherMembers)

  /// When they are asked, unless everybody refuses before.
  var nextAt: BootInstant {
    switch self {
    case .devices(let devices): devices.nextAt
    case .members(let members): members.nextAt
    }
  }
}

/// Members of a group in their turn; none left: when the last one's turn is over.
struct FurtherMembers: Hashable, Sendable {
  let left: [ExtensionID]
  /// How long each turn is.
  let ringsFor: Duration
  let skipsBusy: Bool
  /// What was called, and what the members are shown.
  let called: String
  let shownCaller: String
  var nextAt: BootInstant
}

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
