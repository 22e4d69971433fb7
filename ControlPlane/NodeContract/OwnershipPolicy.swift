/// The rules by which a service address changes its owner, so that a test can switch each of them
/// off and show what it is for. `Runbooks/Decisions/eight-rules.md` says what each forbids.
public struct OwnershipRules: OptionSet, Hashable, Sendable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Only a write that compares the address' revision changes its holder.
  public static let grant = OwnershipRules(rawValue: 1 << 0)
  /// Nobody is replaced because of one observer's silence.
  public static let suspect = OwnershipRules(rawValue: 1 << 1)
  /// An heir acts only on a fresh order.
  public static let take = OwnershipRules(rawValue: 1 << 2)
  /// The gate is open only while evidence lasts, and a new holder waits for its predecessor's end.
  public static let hold = OwnershipRules(rawValue: 1 << 3)
  /// Whoever has physical proof keeps its calls without the control plane.
  public static let orphan = OwnershipRules(rawValue: 1 << 4)
  /// A loser freezes its calls and says nothing more.
  public static let lose = OwnershipRules(rawValue: 1 << 5)
  /// After a gap nothing is sent until evidence is newer than the gap.
  public static let wake = OwnershipRules(rawValue: 1 << 6)
  /// What another site may have adopted is relayed, and nothing is begun in it.
  public static let across = OwnershipRules(rawValue: 1 << 7)

  public static let all = OwnershipRules(rawValue: .max)

  /// In their order.
  public static let each: [(name: String, rule: OwnershipRules)] = [
    ("grant", .grant), ("suspect", .suspect), ("take", .take), ("hold", .hold),
    ("orphan", .orphan), ("lose", .lose), ("wake", .wake), ("across", .across),
  ]
}

/// The times by which replicas find a node dead and nodes believe in their own titles: one value,
/// because its parts are only right together.
public struct OwnershipPolicy: Hashable, Sendable {
  /// Between a node's beats, to every replica and to its neighbours in the site.
  public var beatInterval: Duration = .milliseconds(25)
  /// Silence that makes a node suspect.
  public var suspicion: Duration = .milliseconds(400)
  /// A replica speaks for the grants only so long after it began a read that a quorum answered.
  public var quorumFreshness: Duration = .milliseconds(300)
  /// An acknowledgement counts so long after the beat that it answers was sent.
  public var acknowledgementValidity: Duration = .milliseconds(600)
  /// A physical proof counts so long after it was asked for.
  public var proofValidity: Duration = .milliseconds(500)
  /// An order is so young, counted from the receiver's beat that it names.
  public var orderAge: Duration = .seconds(2)
  /// A new holder begins nothing so long, unless its predecessor's end is proven.
  public var settling: Duration = .seconds(1)
  /// A new holder relays so long without proof that the address leads to it.
  public var unprovenRelaying: Duration = .milliseconds(400)
  /// Who gives an address up passes on for so long what still comes to it.
  public var parting: Duration = .milliseconds(500)
  /// A replica whose own loop comes so late doubts what it did not hear.
  public var loopLateness: Duration = .milliseconds(150)
  /// A node whose own loop did not run for so long was away.
  public var wakeGap: Duration = .milliseconds(250)
  /// What another replica or a witness said counts so long.
  public var testimonyFreshness: Duration = .milliseconds(250)
  /// A replica that just began has heard nobody yet.
  public var observation: Duration = .seconds(2)
  /// Silence in more than one site is a doubt for so long, then single proven deaths count.
  public var scatterPatience: Duration = .seconds(2)
  /// More than `forcedMoves` of one address within this time are not made.
  public var forcedMoveWindow: Duration = .seconds(60)
  public var forcedMoves = 2
  /// All but in tests that show what a rule is for.
  public var enforced: OwnershipRules = .all

  public init() {}

  /// Whether the predecessor's last evidence has surely run out when a new holder begins anything,
  /// with a twentieth for clocks that do not run alike.
  public var isSound: Bool {
    (quorumFreshness + acknowledgementValidity) * 21 <= settling * 20
      && unprovenRelaying + proofValidity < .seconds(1)
      && quorumFreshness + acknowledgementValidity < .seconds(1) && parting < .seconds(1)
      && wakeGap >= beatInterval * 4 && suspicion >= beatInterval * 8
  }

  public func enforces(_ rule: OwnershipRules) -> Bool { enforced.contains(rule) }
}
