public import NodeContract

/// A leg that was offered and has not ended.
public struct OpenLeg: Hashable, Sendable {
  public let tenant: TenantID
  public let call: CallID
  public let leg: LegID
  public fileprivate(set) var epoch: Epoch
  /// The time of the leg's latest fact: the last proof that it was alive.
  public fileprivate(set) var lastFact: FactTime
  public fileprivate(set) var wasAnswered: Bool
}

/// The open legs of a spool, kept up to date fact by fact: as large as what is open, not as what
/// was ever spooled.
struct SpoolLegs: Equatable {
  private var legs: [LegID: OpenLeg] = [:]

  /// In the order of their birth.
  var all: [OpenLeg] { legs.values.sorted { $0.leg < $1.leg } }

  mutating func record(_ fact: Fact) {
    switch fact.event {
    case .offered:
      legs[fact.leg] = OpenLeg(
        tenant: fact.tenant, call: fact.call, leg: fact.leg, epoch: fact.epoch,
        lastFact: fact.time, wasAnswered: false)
    case .answered:
      legs[fact.leg]?.wasAnswered = true
      touch(fact)
    case .rung, .held: touch(fact)
    case .adopted: adopt(fact)
    case .ended: legs[fact.leg] = nil
    // Tells of the past.
    case .measured: break
    case .switched: touch(fact)
    }
  }

  /// What another node began; whether it was answered, that node's spool says.
  private mutating func adopt(_ fact: Fact) {
    guard legs[fact.leg] == nil else { return touch(fact) }
    legs[fact.leg] = OpenLeg(
      tenant: fact.tenant, call: fact.call, leg: fact.leg, epoch: fact.epoch,
      lastFact: fact.time, wasAnswered: false)
  }

  private mutating func touch(_ fact: Fact) {
    legs[fact.leg]?.lastFact = fact.time
    legs[fact.leg]?.epoch = fact.epoch
  }
}

// MARK: - On disk

// A segment has beside it what was open when it began, so that opening a spool reads one segment
// however many are kept: one line per leg, its fields in the order below, between spaces.

extension SpoolLegs {
  var text: String { all.map { SpoolLegs.line(for: $0) + "\n" }.joined() }

  /// Nil when any line is not one that `text` wrote.
  init?(text: String) {
    for line in text.split(separator: "\n") {
      guard let leg = SpoolLegs.leg(line) else { return nil }
      legs[leg.leg] = leg
    }
  }

  private static func line(for leg: OpenLeg) -> String {
    [
      "\(leg.tenant)", "\(leg.call)", "\(leg.leg)", "\(leg.epoch.generation)",
      "\(leg.epoch.revision)", "\(leg.lastFact.boot)", "\(leg.lastFact.instant.nanoseconds)",
      "\(leg.lastFact.wall.milliseconds)", leg.wasAnswered ? "answered" : "offered",
    ].joined(separator: " ")
  }

  private static func leg(_ line: Substring) -> OpenLeg? {
    let words = line.split(separator: " ")
    guard words.count == 9, let tenant = TenantID(words[0]), let call = CallID(words[1]),
      let leg = LegID(words[2]), let generation = UInt32(words[3]), let revision = Int64(words[4]),
      let boot = UUIDv7(words[5]), let instant = Int64(words[6]), let wall = Int64(words[7]),
      words[8] == "answered" || words[8] == "offered"
    else { return nil }
    return OpenLeg(
      tenant: tenant, call: call, leg: leg,
      epoch: Epoch(generation: generation, revision: revision),
      lastFact: FactTime(
        boot: boot, instant: BootInstant(nanoseconds: instant),
        wall: WallTime(milliseconds: wall)), wasAnswered: words[8] == "answered")
  }
}
