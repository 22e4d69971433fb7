public import NodeContract

/// Which leg of which call of which tenant a fact is about.
public struct LegIdentity: Hashable, Sendable {
  public let tenant: TenantID
  public let call: CallID
  public let leg: LegID

  public init(tenant: TenantID, call: CallID, leg: LegID) {
    self.tenant = tenant
    self.call = call
    self.leg = leg
  }

  /// What `fact` is about.
  public init(_ fact: Fact) {
    self.init(tenant: fact.tenant, call: fact.call, leg: fact.leg)
  }
}

/// Something seen, by whom and when.
public struct Sighting<Event: Hashable & Sendable>: Hashable, Sendable {
  public let event: Event
  public let time: FactTime
  public let observer: NodeName
  public let epoch: Epoch

  public init(_ event: Event, of fact: Fact) {
    self.event = event
    time = fact.time
    observer = fact.observer
    epoch = fact.epoch
  }
}

/// A leg's CDR, derived from the facts known so far. Merging is commutative and idempotent: facts
/// in any order and any repetition give the same record.
public struct LegRecord: Hashable, Sendable {
  public let identity: LegIdentity
  /// `nil` while the fact that began the leg has not arrived.
  public private(set) var offered: Sighting<LegOffer>?
  public private(set) var rung: Sighting<Signal>?
  public private(set) var answered: Sighting<Signal>?
  public private(set) var ended: Sighting<LegEnd>?
  public private(set) var measured: Sighting<LegMedia>?

  /// An event that says no more than that it happened.
  public enum Signal: Hashable, Sendable { case seen }

  public init(identity: LegIdentity, facts: some Sequence<Fact> = []) {
    self.identity = identity
    for fact in facts { merge(fact) }
  }

  /// Takes in one fact; a fact about another leg changes nothing.
  public mutating func merge(_ fact: Fact) {
    guard LegIdentity(fact) == identity else { return }
    switch fact.event {
    case .offered(let offer): offered = earlier(offered, Sighting(offer, of: fact))
    case .rung: rung = earlier(rung, Sighting(.seen, of: fact))
    case .answered: answered = earlier(answered, Sighting(.seen, of: fact))
    case .ended(let end): ended = better(ended, Sighting(end, of: fact))
    case .measured(let media): measured = longer(measured, Sighting(media, of: fact))
    case .held, .adopted, .switched: break
    }
  }

  /// Whoever heard most of the leg tells most of it.
  private func longer(_ known: Sighting<LegMedia>?, _ new: Sighting<LegMedia>) -> Sighting<LegMedia>
  {
    guard let known, known.event.packets != new.event.packets else { return earlier(known, new) }
    return known.event.packets < new.event.packets ? new : known
  }

  /// The strongest evidence counts, and of equally strong the earliest.
  private func better(_ known: Sighting<LegEnd>?, _ new: Sighting<LegEnd>) -> Sighting<LegEnd> {
    guard let known, known.event.evidence != new.event.evidence else { return earlier(known, new) }
    return known.event.evidence < new.event.evidence ? new : known
  }

  private func earlier<Event: Ranked>(
    _ known: Sighting<Event>?, _ new: Sighting<Event>
  ) -> Sighting<Event> {
    guard let known else { return new }
    return new.rank.lexicographicallyPrecedes(known.rank) ? new : known
  }
}

extension LegRecord {
  /// How long the parties could talk: `nil` unless answered and ended. The boot clock says it when
  /// both were seen in one boot of one machine, the wall clock otherwise. Whole milliseconds.
  public var talkTime: Duration? {
    guard let answered, let ended else { return nil }
    let milliseconds =
      answered.time.boot == ended.time.boot
      ? LegRecord.difference(
        answered.time.instant.nanoseconds, ended.time.instant.nanoseconds, per: 1_000_000)
      : LegRecord.difference(answered.time.wall.milliseconds, ended.time.wall.milliseconds, per: 1)
    return .milliseconds(milliseconds)
  }

  /// Never negative, and at most a century, whatever a node's clock says.
  private static func difference(_ start: Int64, _ end: Int64, per unit: Int64) -> Int64 {
    let century: Int64 = 100 * 366 * 86_400_000
    let (difference, overflowed) = end.subtractingReportingOverflow(start)
    guard !overflowed else { return end < start ? 0 : century }
    return max(0, min(difference / unit, century))
  }

  /// The trunk that the leg went out through, if an answered call did: only that is charged.
  public var chargedTrunk: TrunkID? {
    guard answered != nil, ended != nil, let offer = offered?.event, offer.direction == .outgoing,
      case .trunk(let trunk) = offer.party
    else { return nil }
    return trunk
  }
}

/// An order over equal times, so that the same facts choose the same one everywhere.
protocol Ranked: Hashable, Sendable {
  /// Distinguishes any two values that are not equal.
  var tieBreaker: String { get }
}

extension Sighting where Event: Ranked {
  /// The wall clock first: it is the only one that machines share. The rest breaks ties.
  fileprivate var rank: [RankKey] {
    [
      .number(time.wall.milliseconds), .text(time.boot.hexadecimal),
      .number(time.instant.nanoseconds), .text(observer.text),
      .number(Int64(epoch.generation)), .number(epoch.revision), .text(event.tieBreaker),
    ]
  }
}

/// One place of a rank; ranks of one kind have numbers and texts in the same places.
private enum RankKey: Comparable {
  case number(Int64)
  case text(String)
}

extension LegRecord.Signal: Ranked {
  var tieBreaker: String { "" }
}

extension LegOffer: Ranked {
  var tieBreaker: String {
    let who =
      switch party {
      case .extension(let id, let number): "extension\u{1F}\(id)\u{1F}\(number)"
      case .trunk(let id): "trunk\u{1F}\(id)"
      }
    return [direction.rawValue, who, from, to, sipCallID].joined(separator: "\u{1F}")
  }
}

extension LegMedia: Ranked {
  var tieBreaker: String {
    [packets, lost, jitter, roundTrip ?? .max, UInt64(opinion ?? .max)].map(String.init)
      .joined(separator: "\u{1F}")
  }
}

extension LegEnd: Ranked {
  var tieBreaker: String {
    [outcome.rawValue, evidence.rawValue, endedBy.rawValue].joined(separator: "\u{1F}")
  }
}
