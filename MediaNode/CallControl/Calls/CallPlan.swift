import NodeContract
import SIP

/// Who calls, as the exchange found out.
struct CallOrigin: Sendable {
  let tenant: DirectoryTenant
  let party: LegParty
  /// Extension, or E.164 with plus where it is a public number.
  let number: String
  let displayName: String?
  let time: WallTime
  /// The caller wants to stay unknown.
  var isWithheld = false
  /// What phones show of somebody unknown, which says nothing of who it is; nil: only that.
  var nameWhenWithheld: String?
  /// The carrier checked the number and found that it is somebody else's.
  var isDisproven = false
  /// Somebody outside calls, although one of the tenant's sent the call on and pays for it.
  var isFromOutside = false
  /// Whom the call was for before it came here, the latest first.
  var forwardings: [Forwarding] = []
  /// Whose rules sent it on already, the first first.
  var passed: [LegParty] = []
}

/// Somebody to be asked: a device of an extension, or a carrier.
struct CallTarget: Sendable {
  let party: LegParty
  let address: ExchangeAddress
  let flow: Flow
  let uri: SIPURI
  /// Without tag.
  let from: NameAddress
  let to: NameAddress
  let isTrunk: Bool
  /// Its `q` in thousandths: those who say less are asked later.
  var preference: Int16 = 1000
  /// Who calls and who forwarded, for those who may know.
  var headers: [HeaderField] = []
  /// Proxies on the way, nearest first.
  var routes: [NameAddress] = []
  /// Other ways to the same party, should the first fail.
  var alternatives: [CallWay] = []
  /// Its answer is not enough: whoever answers must say that it takes the call.
  var mustConfirm = false
  /// How long it rings at most; nil: as long as the others.
  var ringsFor: Duration?
  /// What its leg's record says of whom it is for and who calls; nil: what the destination says.
  var record: (called: String, caller: String)?
  /// The device is on its way here from a lost site, and is not waited for any longer. Nil: it is here.
  var expectedUntil: BootInstant?
}

/// What receives a caller in the place of somebody who answers.
enum Reception: Hashable, Sendable {
  /// The caller may leave a message.
  case mailbox(MailboxOffer)
  case menu(MenuVisit)
  /// The caller waits for an agent.
  case queue(QueuedCaller)
  /// The caller hears something, and then its flow goes on.
  case announcement(FlowAnnouncement)
}

/// Where a call goes, or why it goes nowhere.
struct CallDestination: Sendable {
  enum Kind: Sendable {
    case targets([CallTarget])
    case refused(CallOutcome)
    /// Nobody is asked: the caller hears the exchange itself.
    case reception(Reception)
  }

  /// The called number for the record: an extension, or E.164 with plus.
  let called: String
  /// As the caller called it, where rules sent the call on; and whose, the first first.
  var asked: String?
  var passed: [LegParty] = []
  /// What the rules of whom it rings at say of what may come of it.
  var answering: PendingRules?
  /// The flow that it is in, which goes on when nobody takes it.
  var flow: FlowVisit?
  /// Those of a group whose turn is to come; the targets are rung together.
  var members: FurtherMembers?
  /// The user is looked for there: the targets are those of the step that rings now, together.
  var steps: FurtherSteps?
  /// What the called party is shown, and what stands in its legs' record.
  var shownCaller = ""
  /// A call for help, which no limit stops.
  var isEmergency = false
  /// Where nobody can be asked now: devices on their way here from a lost site.
  var expected: [CallTarget] = []
  let kind: Kind

  /// All targets ring at once, whatever they say.
  var ringsAll: Bool { members != nil || steps != nil }

  /// Those whose turn is to come, apart from less preferred devices.
  func further(after now: BootInstant) -> Further? {
    members.map { .members($0.beginning(at: now)) } ?? steps.map { .steps($0.beginning(at: now)) }
  }
}
