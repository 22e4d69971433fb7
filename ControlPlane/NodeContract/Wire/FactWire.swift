internal import FoundationEssentials
internal import SwiftProtobuf

// Facts and their places in a spool.

extension SpoolRecord: WireConvertible {
  init(wire: WireSpoolRecord) throws(WireError) {
    guard wire.sequence >= 1, Int64(exactly: wire.sequence) != nil else {
      throw .invalidField("spool_record.sequence")
    }
    self.init(
      spool: try WireField.id(wire.spool, "spool_record.spool"), sequence: wire.sequence,
      fact: try WireField.required(wire.fact, present: wire.hasFact, "spool_record.fact"))
  }

  var wire: WireSpoolRecord {
    .with {
      $0.spool = spool.wire
      $0.sequence = sequence
      $0.fact = fact.wire
    }
  }
}

extension Fact: WireConvertible {
  init(wire: WireFact) throws(WireError) {
    self.init(
      tenant: try WireField.id(wire.tenant, "fact.tenant"),
      call: try WireField.id(wire.call, "fact.call"),
      leg: try WireField.id(wire.leg, "fact.leg"),
      time: try WireField.required(wire.time, present: wire.hasTime, "fact.time"),
      observer: try WireField.name(wire.observer, "fact.observer"),
      epoch: try WireField.required(wire.epoch, present: wire.hasEpoch, "fact.epoch"),
      event: try FactEvent(wire: wire.event))
  }

  var wire: WireFact {
    .with {
      $0.tenant = tenant.wire
      $0.call = call.wire
      $0.leg = leg.wire
      $0.time = time.wire
      $0.observer = observer.text
      $0.epoch = epoch.wire
      $0.event = event.wire
    }
  }
}

extension FactTime: WireConvertible {
  init(wire: WireFactTime) throws(WireError) {
    // Never negative, so that the difference of two instants cannot overflow.
    guard wire.instantNanoseconds >= 0 else { throw .invalidField("fact_time.instant") }
    guard (0...WireField.latestWallTime).contains(wire.wallMilliseconds) else {
      throw .invalidField("fact_time.wall")
    }
    self.init(
      boot: try WireField.uuid(wire.boot, "fact_time.boot"),
      instant: BootInstant(nanoseconds: wire.instantNanoseconds),
      wall: WallTime(milliseconds: wire.wallMilliseconds))
  }

  var wire: WireFactTime {
    .with {
      $0.boot = boot.wire
      $0.instantNanoseconds = instant.nanoseconds
      $0.wallMilliseconds = wall.milliseconds
    }
  }
}

extension FactEvent {
  init(wire: WireFact.OneOf_Event?) throws(WireError) {
    switch wire {
    case .offered(let offer): self = .offered(try LegOffer(wire: offer))
    case .rung: self = .rung
    case .answered: self = .answered
    case .held(let held): self = .held(held)
    case .ended(let end): self = .ended(try LegEnd(wire: end))
    case .adopted: self = .adopted
    case .measured(let media): self = .measured(try LegMedia(wire: media))
    case .switched(let change): self = .switched(try AnsweringSwitches.Change(wire: change))
    case nil: throw .invalidField("fact.event")
    }
  }

  var wire: WireFact.OneOf_Event {
    switch self {
    case .offered(let offer): .offered(offer.wire)
    case .rung: .rung(WireNothing())
    case .answered: .answered(WireNothing())
    case .held(let held): .held(held)
    case .ended(let end): .ended(end.wire)
    case .adopted: .adopted(WireNothing())
    case .measured(let media): .measured(media.wire)
    case .switched(let change): .switched(change.wire)
    }
  }
}

extension LegMedia: WireConvertible {
  /// Counters and times far beyond any call, and far from the end of what Postgres can hold.
  private static let most: UInt64 = 1 << 53

  init(wire: WireLegMedia) throws(WireError) {
    let counts = [
      wire.packets, wire.packetsLost, wire.jitterMicroseconds, wire.roundTripMicroseconds,
    ]
    guard counts.allSatisfy({ $0 <= Self.most }), wire.opinionHundredths <= 500 else {
      throw .invalidField("leg_media")
    }
    self.init(
      packets: wire.packets, lost: wire.packetsLost, jitter: wire.jitterMicroseconds,
      roundTrip: wire.hasRoundTripMicroseconds ? wire.roundTripMicroseconds : nil,
      opinion: wire.hasOpinionHundredths ? UInt16(wire.opinionHundredths) : nil)
  }

  var wire: WireLegMedia {
    .with {
      $0.packets = min(packets, Self.most)
      $0.packetsLost = min(lost, Self.most)
      $0.jitterMicroseconds = min(jitter, Self.most)
      if let roundTrip { $0.roundTripMicroseconds = min(roundTrip, Self.most) }
      if let opinion { $0.opinionHundredths = UInt32(min(opinion, 500)) }
    }
  }
}

extension LegOffer: WireConvertible {
  init(wire: WireLegOffer) throws(WireError) {
    self.init(
      direction: try WireField.present(Direction(wire: wire.direction), "leg_offer.direction"),
      party: try LegParty(wire: wire.party), from: wire.from, to: wire.to,
      sipCallID: wire.sipCallID)
  }

  var wire: WireLegOffer {
    .with {
      $0.direction = direction.wire
      $0.party = party.wire
      $0.from = from
      $0.to = to
      $0.sipCallID = sipCallID
    }
  }
}

extension LegOffer.Direction {
  init?(wire: WireLegOffer.Direction) {
    switch wire {
    case .incoming: self = .incoming
    case .outgoing: self = .outgoing
    case .unspecified, .UNRECOGNIZED: return nil
    }
  }

  var wire: WireLegOffer.Direction {
    switch self {
    case .incoming: .incoming
    case .outgoing: .outgoing
    }
  }
}

extension LegParty {
  init(wire: WireLegOffer.OneOf_Party?) throws(WireError) {
    switch wire {
    case .extension(let party):
      self = .extension(
        try WireField.id(party.extension, "extension_party.extension"), number: party.number)
    case .trunk(let trunk): self = .trunk(try WireField.id(trunk, "leg_offer.trunk"))
    case nil: throw .invalidField("leg_offer.party")
    }
  }

  var wire: WireLegOffer.OneOf_Party {
    switch self {
    case .extension(let id, let number):
      .extension(
        .with {
          $0.extension = id.wire
          $0.number = number
        })
    case .trunk(let id): .trunk(id.wire)
    }
  }
}

extension LegEnd: WireConvertible {
  init(wire: WireLegEnd) throws(WireError) {
    self.init(
      outcome: try WireField.present(CallOutcome(wire: wire.outcome), "leg_end.outcome"),
      evidence: try WireField.present(EndEvidence(wire: wire.evidence), "leg_end.evidence"),
      endedBy: try WireField.present(EndedBy(wire: wire.endedBy), "leg_end.ended_by"))
  }

  var wire: WireLegEnd {
    .with {
      $0.outcome = outcome.wire
      $0.evidence = evidence.wire
      $0.endedBy = endedBy.wire
    }
  }
}

extension EndEvidence {
  init?(wire: WireLegEnd.Evidence) {
    switch wire {
    case .signalled: self = .signalled
    case .mediaEnded: self = .mediaEnded
    case .nodeLost: self = .nodeLost
    case .unspecified, .UNRECOGNIZED: return nil
    }
  }

  var wire: WireLegEnd.Evidence {
    switch self {
    case .signalled: .signalled
    case .mediaEnded: .mediaEnded
    case .nodeLost: .nodeLost
    }
  }
}

extension EndedBy {
  init?(wire: WireLegEnd.EndedBy) {
    switch wire {
    case .party: self = .party
    case .us: self = .us
    case .unspecified, .UNRECOGNIZED: return nil
    }
  }

  var wire: WireLegEnd.EndedBy {
    switch self {
    case .party: .party
    case .us: .us
    }
  }
}

extension CallOutcome {
  init?(wire: WireOutcome) {
    guard let outcome = CallOutcome.allCases.first(where: { $0.wire == wire }) else { return nil }
    self = outcome
  }

  var wire: WireOutcome {
    switch self {
    case .answered: .answered
    case .answeredElsewhere: .answeredElsewhere
    case .forwarded: .forwarded
    case .cancelled: .cancelled
    case .noAnswer: .noAnswer
    case .busy: .busy
    case .rejected: .rejected
    case .offline: .offline
    case .unknownNumber: .unknownNumber
    case .forbidden: .forbidden
    case .incompatibleMedia: .incompatibleMedia
    case .badRequest: .badRequest
    case .carrierFailed: .carrierFailed
    case .overloaded: .overloaded
    case .nodeLost: .nodeLost
    case .internalError: .internalError
    }
  }
}
