public import NodeContract

/// A leg's CDR as it stands on the bill.
public struct CallDetailRecord: Hashable, Sendable {
  public var leg: LegID
  public var call: CallID
  public var tenant: TenantID
  public var offer: LegOffer
  public var startedAt: WallTime
  public var rungAt: WallTime?
  public var answeredAt: WallTime?
  public var endedAt: WallTime
  /// Zero unless answered; whole milliseconds.
  public var talkTime: Duration
  public var end: LegEnd
  /// Who saw the end.
  public var node: NodeName
  /// What was measured of the audio; nil where nothing was, or the word of it is on its way.
  public var media: LegMedia?
  public var charge: Charge?
  public var unrated: UnratedReason?

  public init(
    leg: LegID, call: CallID, tenant: TenantID, offer: LegOffer, startedAt: WallTime,
    rungAt: WallTime?, answeredAt: WallTime?, endedAt: WallTime, talkTime: Duration, end: LegEnd,
    node: NodeName, media: LegMedia? = nil, charge: Charge? = nil, unrated: UnratedReason? = nil
  ) {
    self.leg = leg
    self.call = call
    self.tenant = tenant
    self.offer = offer
    self.startedAt = startedAt
    self.rungAt = rungAt
    self.answeredAt = answeredAt
    self.endedAt = endedAt
    self.talkTime = talkTime
    self.end = end
    self.node = node
    self.media = media
    self.charge = charge
    self.unrated = unrated
  }

  /// `nil` until both the leg's beginning and its end are known.
  public init?(_ leg: LegRecord) {
    guard let offered = leg.offered, let ended = leg.ended else { return nil }
    self.init(
      leg: leg.identity.leg, call: leg.identity.call, tenant: leg.identity.tenant,
      offer: offered.event, startedAt: offered.time.wall, rungAt: leg.rung?.time.wall,
      answeredAt: leg.answered?.time.wall, endedAt: ended.time.wall,
      talkTime: leg.talkTime ?? .zero, end: ended.event, node: ended.observer,
      media: leg.measured?.event)
  }

  /// What the bill shows: the paid seconds of a charged leg, else the begun seconds of talk.
  public var billedSeconds: Int64 {
    let (seconds, attoseconds) = talkTime.components
    return charge?.billedSeconds ?? seconds + (attoseconds > 0 ? 1 : 0)
  }
}
