/// When something was observed. Durations come from the boot clock and only between facts of the
/// same boot; the wall clock says what stands on the bill.
public struct FactTime: Hashable, Sendable {
  /// The kernel's id of this boot.
  public let boot: UUIDv7
  public let instant: BootInstant
  public let wall: WallTime

  public init(boot: UUIDv7, instant: BootInstant, wall: WallTime) {
    self.boot = boot
    self.instant = instant
    self.wall = wall
  }
}

/// Something that a node observed of one leg. Facts are never refused; a commutative rule merges
/// them into the leg's CDR.
public struct Fact: Hashable, Sendable {
  public let tenant: TenantID
  public let call: CallID
  public let leg: LegID
  public let time: FactTime
  public let observer: NodeName
  public let epoch: Epoch
  public let event: FactEvent

  public init(
    tenant: TenantID, call: CallID, leg: LegID, time: FactTime, observer: NodeName, epoch: Epoch,
    event: FactEvent
  ) {
    self.tenant = tenant
    self.call = call
    self.leg = leg
    self.time = time
    self.observer = observer
    self.epoch = epoch
    self.event = event
  }
}

public enum FactEvent: Hashable, Sendable {
  case offered(LegOffer)
  case rung
  case answered
  case held(Bool)
  case ended(LegEnd)
  /// The observer carries on a leg that another node began.
  case adopted
  /// What was measured of the leg's audio; comes when the leg is over, mostly after its end.
  case measured(LegMedia)
  /// The party had calls to its extension answered otherwise.
  case switched(AnsweringSwitches.Change)
}

/// Who is at the far end of a leg.
public enum LegParty: Hashable, Sendable {
  case `extension`(ExtensionID, number: String)
  case trunk(TrunkID)
}

/// What is known of a leg when it begins.
public struct LegOffer: Hashable, Sendable {
  /// Seen from us: `incoming`, the party calls; `outgoing`, we call the party.
  public enum Direction: String, Hashable, Sendable { case incoming, outgoing }

  public let direction: Direction
  public let party: LegParty
  /// Calling number or extension, E.164 with plus where it is a public number.
  public let from: String
  /// Called number or extension, E.164 with plus where it is a public number.
  public let to: String
  /// The `Call-ID` of the leg's dialog, to find it in a carrier's records.
  public let sipCallID: String

  public init(
    direction: Direction, party: LegParty, from: String, to: String, sipCallID: String
  ) {
    self.direction = direction
    self.party = party
    self.from = from
    self.to = to
    self.sipCallID = sipCallID
  }
}

/// How a leg's end was seen, weakest last: an observed BYE proves more than media that stopped,
/// and that more than a node that is gone.
public enum EndEvidence: String, Hashable, Sendable, Comparable, CaseIterable {
  /// A BYE, CANCEL or final response.
  case signalled
  /// No media for the leg's silence limit.
  case mediaEnded = "media-ended"
  /// The node died; the end is the last proof of its life.
  case nodeLost = "node-lost"

  private var weakness: Int {
    switch self {
    case .signalled: 0
    case .mediaEnded: 1
    case .nodeLost: 2
    }
  }

  /// Stronger evidence is greater.
  public static func < (left: EndEvidence, right: EndEvidence) -> Bool {
    left.weakness > right.weakness
  }
}

/// Who ended a leg.
public enum EndedBy: String, Hashable, Sendable { case party, us }

public struct LegEnd: Hashable, Sendable {
  public let outcome: CallOutcome
  public let evidence: EndEvidence
  public let endedBy: EndedBy

  public init(outcome: CallOutcome, evidence: EndEvidence, endedBy: EndedBy) {
    self.outcome = outcome
    self.evidence = evidence
    self.endedBy = endedBy
  }
}

/// A fact with its place in the spool of the node that observed it. (`spool`, `sequence`) is
/// unique for ever; sequences start at 1 and have no gaps.
public struct SpoolRecord: Hashable, Sendable {
  public let spool: SpoolID
  public let sequence: UInt64
  public let fact: Fact

  public init(spool: SpoolID, sequence: UInt64, fact: Fact) {
    self.spool = spool
    self.sequence = sequence
    self.fact = fact
  }
}
