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

  /// Callers may hang up and be called back in their turn.
  public struct Callback: Hashable, Sendable {
    /// What a caller presses to ask for it: one of `0` to `9`, `*` and `#`.
    public var key: String
    /// After how long a caller is told of it.
    public var offeredAfter: Duration
    /// Who stands nearer to the front then is not told; 1: everybody is.
    public var offeredFrom: UInt16
    /// Callers may name another number than their own.
    public var takesOtherNumbers: Bool
    /// How often a caller is called at most, 1 or more.
    public var attempts: UInt8
    /// Between the end of one attempt in vain and the next.
    public var pause: Duration
    /// Nobody is called back later than that after it asked.
    public var keepsFor: Duration
    /// The minute of the day, by the tenant's clock, at which those who were not called yet are given up; nil:
    /// the day does not matter.
    public var endsAt: UInt16?

    public init(
      key: String = "1", offeredAfter: Duration = .seconds(30), offeredFrom: UInt16 = 1,
      takesOtherNumbers: Bool = true, attempts: UInt8 = 3, pause: Duration = .seconds(300),
      keepsFor: Duration = .seconds(14_400), endsAt: UInt16? = nil
    ) {
      self.key = key
      self.offeredAfter = offeredAfter
      self.offeredFrom = offeredFrom
      self.takesOtherNumbers = takesOtherNumbers
      self.attempts = attempts
      self.pause = pause
      self.keepsFor = keepsFor
      self.endsAt = endsAt
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
  /// Nil: nobody is called back.
  public var callback: Callback?
  /// Callbacks that somebody called off, by their names.
  public var calledOff: [CallID]

  public init(
    strategy: Strategy, agents: [Agent], ringsFor: Duration = .seconds(15),
    wrapUp: Duration = .zero, restsFor: Duration = .seconds(10), pausesAfter: UInt8? = nil,
    mostWaiting: UInt16 = 100, longestWait: Duration? = nil, needsAgents: Bool = true,
    putsVIPsFirst: Bool = true, announcesEvery: Duration? = .seconds(60),
    announcesWait: Bool = false, language: String? = nil, last: VoiceMenu.Destination = .hangUp,
    callback: Callback? = nil, calledOff: [CallID] = []
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
    self.callback = callback
    self.calledOff = calledOff
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
