/// Callers of an extension wait in their order until one of its agents is free.
public struct CallQueue: Hashable, Sendable {
  /// Whom a caller rings, of those who are free and of the lowest tier.
  public enum Strategy: String, Hashable, Sendable, CaseIterable {
    /// All of them, for the caller who waits longest.
    case together
    /// Who has had no caller of a queue for the longest time.
    case longestIdle = "longest-idle"
    /// Who was rung the longest time ago.
    case roundRobin = "round-robin"
    /// Who had the fewest callers since it logged in.
    case fewestCalls = "fewest-calls"
  }

  /// An extension that takes callers while it is logged in and not paused.
  public struct Agent: Hashable, Sendable {
    public var `extension`: ExtensionID
    /// 1 is rung first; others while nobody of a lower tier is free.
    public var tier: UInt8

    public init(_ id: ExtensionID, tier: UInt8 = 1) {
      self.extension = id
      self.tier = tier
    }
  }

  public var strategy: Strategy
  /// Each once; those that are gone from the tenant are passed over.
  public var agents: [Agent]
  /// How long an agent is rung for a caller.
  public var ringsFor: Duration
  /// How long an agent has time for itself after a caller.
  public var wrapUp: Duration
  /// How long an agent who did not answer is passed over.
  public var restsFor: Duration
  /// An agent who did not answer so often in a row is paused; nil: never.
  public var pausesAfter: UInt8?
  /// Callers who wait at most; who comes beyond goes to `last`.
  public var mostWaiting: UInt16
  /// Who waits longer goes to `last`; nil: nobody waits too long.
  public var longestWait: Duration?
  /// Callers go to `last` while no agent is logged in and there.
  public var needsAgents: Bool
  /// Callers whom the tenant knows as VIPs come before the others.
  public var putsVIPsFirst: Bool
  /// How often callers hear their place; nil: never.
  public var announcesEvery: Duration?
  /// They hear how long it will take, too.
  public var announcesWait: Bool
  /// `en`, `de`: in what; nil: as to all callers of the tenant's.
  public var language: String?
  public var last: VoiceMenu.Destination

  public init(
    strategy: Strategy, agents: [Agent], ringsFor: Duration = .seconds(15),
    wrapUp: Duration = .zero, restsFor: Duration = .seconds(10), pausesAfter: UInt8? = nil,
    mostWaiting: UInt16 = 100, longestWait: Duration? = nil, needsAgents: Bool = true,
    putsVIPsFirst: Bool = true, announcesEvery: Duration? = .seconds(60),
    announcesWait: Bool = false, language: String? = nil, last: VoiceMenu.Destination = .hangUp
  ) {
    self.strategy = strategy
    self.agents = agents
    self.ringsFor = ringsFor
    self.wrapUp = wrapUp
    self.restsFor = restsFor
    self.pausesAfter = pausesAfter
    self.mostWaiting = mostWaiting
    self.longestWait = longestWait
    self.needsAgents = needsAgents
    self.putsVIPsFirst = putsVIPsFirst
    self.announcesEvery = announcesEvery
    self.announcesWait = announcesWait
    self.language = language
    self.last = last
  }
}

extension AnsweringSwitches {
  /// Whether it takes callers of queues. Agents are at work until they log out.
  public var worksInQueues: Bool { self[.queueLogin]?.isOn ?? true }

  /// Why it takes none for a while, empty where it did not say; nil: it is not paused.
  public var queuePause: String? {
    guard let state = self[.queuePause], state.isOn else { return nil }
    return state.target ?? ""
  }
}
