import NodeContract
import SIP

/// One party hands the other on to somebody else (RFC 5589): new legs ring on its side of the
/// relay, and the one that answers takes its place.
struct Transfer: Hashable, Sendable {
  enum Stage: Hashable, Sendable {
    /// The targets ring. Leads to `settling`, `joining`.
    case asking(until: BootInstant)
    /// A carrier answered; the stayer hears so once that fact is on disk. Leads to `joining`.
    case settling(LegID, FactReceipt, until: BootInstant)
    /// The target comes from another call and is offered the stayer's session at its new place,
    /// again after `nextAt`. Leads to `joining`.
    case moving(LegID, nextAt: BootInstant?)
    /// The target answered; the stayer is offered its session, again after `nextAt`. Nil: our
    /// re-INVITE is under way.
    case joining(LegID, nextAt: BootInstant?)
  }

  let transferor: LegID
  let stayer: LegID
  /// The REFER's, which names the receipt of a carrier's answer.
  let token: RequestToken
  let targets: [LegID]
  var stage: Stage
  /// The INVITE of a target that came by itself to take the transferor's place, until its answer.
  var arrival: RequestToken?
  /// How often the stayer was asked in vain because an offer of its own was under way.
  var attempts: UInt8 = 0
  /// The stayer's session as it was before it was offered the target's.
  var before: SessionSide?
  var failures: [CallOutcome] = []

  var answered: LegID? {
    switch stage {
    case .asking: nil
    case .settling(let leg, _, _), .moving(let leg, _), .joining(let leg, _): leg
    }
  }

  var isMoving: Bool {
    switch stage {
    case .moving: true
    case .asking, .settling, .joining: false
    }
  }

  var nextDeadline: BootInstant? {
    switch stage {
    case .asking(let until), .settling(_, _, let until): until
    case .moving(_, let nextAt), .joining(_, let nextAt): nextAt
    }
  }
}

/// What whoever sent a REFER is told of it: the subscription that each REFER makes
/// (RFC 3515 section 2.4.4). One NOTIFY is under way at most.
struct Referral: Hashable, Sendable {
  let leg: LegID
  /// CSeq of the REFER, which tells several apart (section 2.4.6).
  let id: UInt32
  /// What the latest NOTIFY says.
  var told: UInt16 = 0
  /// What the next one will say.
  var next: UInt16?
  var isNotifying = false
  /// The transfer is done: when the party knows, its leg is hung up.
  var hangsUp = false
}

/// What a party asked for in a REFER.
struct TransferWish: Hashable, Sendable {
  let transferor: LegID
  let stayer: LegID
  let token: RequestToken
  let target: SIPURI
  /// The transferor's other call, whose party it is.
  let replaces: Replaces?
  let hops: Int
}
