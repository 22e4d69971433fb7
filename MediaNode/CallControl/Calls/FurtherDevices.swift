import NodeContract

/// Who is asked when those who ring now do not answer.
enum Further: Hashable, Sendable {
  case devices(FurtherDevices)
  case members(FurtherMembers)
  case steps(FurtherSteps)

  /// When they are asked, unless everybody refuses before.
  var nextAt: BootInstant {
    switch self {
    case .devices(let devices): devices.nextAt
    case .members(let members): members.nextAt
    case .steps(let steps): steps.nextAt
    }
  }
}

/// Members of a group in their turn, or some who ring later beside those who ring; none left: when the last
/// one's turn is over, or all have rung together for as long as they do.
struct FurtherMembers: Hashable, Sendable {
  var left: [RingGroup.Member] = []
  /// Those who ring now ring on while others come, each for a time of its own.
  var isTogether = false
  /// Who comes then, the earliest first.
  var late: [RingGroup.Member] = []
  /// How long this turn is.
  var turn: Duration
  /// How long each turn is that says nothing else, or how long all ring together.
  let ringsFor: Duration
  let skipsBusy: Bool
  /// Whoever answers must say that it takes the call.
  var confirms: Bool
  /// What was called, and what the members are shown.
  let called: String
  let shownCaller: String
  /// Whose members they are, where rules of recording ask for it or one of them is rung otherwise than all.
  var group: ExtensionID?
  /// When the first were rung.
  var begunAt = BootInstant(nanoseconds: 0)
  var nextAt = BootInstant(nanoseconds: 0)
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

/// Where a user is looked for after those places at which it rings now.
struct FurtherSteps: Hashable, Sendable {
  let user: ExtensionID
  let left: [FollowMe.Step]
  /// The number of the step that rings now, from 1.
  let number: UInt8
  /// How long it does.
  let ringsFor: Duration
  let reason: Forwarding.Reason
  /// What was called, and what is shown of the caller.
  let called: String
  let callerName: String?
  let isWithheld: Bool
  var nextAt: BootInstant
}
