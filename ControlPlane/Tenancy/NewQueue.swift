public import NodeContract

/// A queue as a person gave it.
public struct NewQueue: Hashable, Sendable {
  public var strategy: String
  public var agents: [CallQueue.Agent]
  /// Seconds, 1 to 300.
  public var ringsFor: Int
  /// Seconds, 0 to 3600.
  public var wrapUp: Int
  /// Seconds, 1 to 3600.
  public var restsFor: Int
  /// 1 to 20; `nil`: never.
  public var pausesAfter: Int?
  /// 1 to 500.
  public var mostWaiting: Int
  /// Seconds, 1 to 36000; `nil`: for ever.
  public var longestWait: Int?
  public var needsAgents: Bool
  public var putsVIPsFirst: Bool
  /// Seconds, 10 to 3600; `nil`: never.
  public var announcesEvery: Int?
  public var announcesWait: Bool
  public var language: String?
  public var last: NewMenu.Destination
  /// `nil`: nobody is called back.
  public var callback: Callback?

  /// Callers who are called back, as a person gave it.
  public struct Callback: Hashable, Sendable {
    /// One of `0` to `9`, `*` and `#`.
    public var key: String
    /// Seconds, 1 to 3600.
    public var offeredAfter: Int
    /// 1 to 500.
    public var offeredFrom: Int
    public var takesOtherNumbers: Bool
    /// 1 to 10.
    public var attempts: Int
    /// Seconds, 10 to 86400.
    public var pause: Int
    /// Seconds, 60 to 604800.
    public var keepsFor: Int
    /// `18:00`; `nil`: the day does not matter.
    public var endsAt: String?

    public init(
      key: String = "1", offeredAfter: Int = 30, offeredFrom: Int = 1,
      takesOtherNumbers: Bool = true, attempts: Int = 3, pause: Int = 300,
      keepsFor: Int = 14_400, endsAt: String? = nil
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

  public init(
    strategy: String, agents: [CallQueue.Agent], ringsFor: Int = 15, wrapUp: Int = 0,
    restsFor: Int = 10, pausesAfter: Int? = nil, mostWaiting: Int = 100, longestWait: Int? = nil,
    needsAgents: Bool = true, putsVIPsFirst: Bool = true, announcesEvery: Int? = 60,
    announcesWait: Bool = false, language: String? = nil,
    last: NewMenu.Destination = NewMenu.Destination("hang-up"), callback: Callback? = nil
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
  }
}

extension CallQueue {
  /// Agents of one queue, at most: a call has no more legs.
  public static let mostAgents = 50
  public static let tiers = 1...9

  /// - Parameters:
  ///   - id: whose queue it is; it serves nobody itself, nor do its callers come back to it.
  ///   - dialling: how the tenant dials; numbers for help are nobody's destination.
  public init(
    checking new: NewQueue, of id: ExtensionID, dialling: DiallingRules
  ) throws(InvalidField) {
    guard let strategy = Strategy(rawValue: new.strategy) else {
      let words = Strategy.allCases.map(\.rawValue).joined(separator: ", ")
      throw InvalidField("strategy", .malformed(expected: "one of \(words)"))
    }
    try Self.check(new.agents, of: id)
    try VoiceMenu.check(language: new.language)
    for (value, range, field) in [
      (new.ringsFor, 1...300, "rings_for"), (new.wrapUp, 0...3_600, "wrap_up"),
      (new.restsFor, 1...3_600, "rests_for"), (new.pausesAfter, 1...20, "pauses_after"),
      (new.mostWaiting, 1...500, "most_waiting"), (new.longestWait, 1...36_000, "longest_wait"),
      (new.announcesEvery, 10...3_600, "announces_every"),
    ] as [(Int?, ClosedRange<Int>, String)] {
      guard let value, !range.contains(value) else { continue }
      throw InvalidField(field, .outOfRange(range))
    }
    let last = try VoiceMenu.Destination(checking: new.last, dialling: dialling, in: "finally")
    guard last != .extension(id) else {
      throw InvalidField("finally.to", .malformed(expected: "another extension than the queue's"))
    }
    self.init(
      strategy: strategy, agents: new.agents, ringsFor: .seconds(new.ringsFor),
      wrapUp: .seconds(new.wrapUp), restsFor: .seconds(new.restsFor),
      pausesAfter: new.pausesAfter.map { UInt8($0) }, mostWaiting: UInt16(new.mostWaiting),
      longestWait: new.longestWait.map { .seconds($0) }, needsAgents: new.needsAgents,
      putsVIPsFirst: new.putsVIPsFirst, announcesEvery: new.announcesEvery.map { .seconds($0) },
      announcesWait: new.announcesWait, language: new.language, last: last,
      callback: try new.callback.map { (new) throws(InvalidField) in
        try Callback(checking: new)
      })
  }

  private static func check(_ agents: [Agent], of id: ExtensionID) throws(InvalidField) {
    guard agents.count <= mostAgents else {
      throw InvalidField("agents", .tooMany(limit: mostAgents))
    }
    guard Set(agents.map(\.extension)).count == agents.count else {
      throw InvalidField("agents", .malformed(expected: "each agent once"))
    }
    guard !agents.contains(where: { $0.extension == id }) else {
      throw InvalidField("agents", .malformed(expected: "other extensions than the queue's"))
    }
    guard agents.allSatisfy({ tiers.contains(Int($0.tier)) }) else {
      throw InvalidField("agents", .malformed(expected: "of tiers from 1 to 9"))
    }
  }
}

extension CallQueue.Callback {
  fileprivate init(checking new: NewQueue.Callback) throws(InvalidField) {
    guard new.key.count == 1, "0123456789*#".contains(new.key) else {
      throw InvalidField("callback.key", .malformed(expected: "one of 0 to 9, * and #"))
    }
    for (value, range, field) in [
      (new.offeredAfter, 1...3_600, "offered_after"), (new.offeredFrom, 1...500, "offered_from"),
      (new.attempts, 1...10, "attempts"), (new.pause, 10...86_400, "pause"),
      (new.keepsFor, 60...604_800, "keeps_for"),
    ] as [(Int, ClosedRange<Int>, String)] where !range.contains(value) {
      throw InvalidField("callback.\(field)", .outOfRange(range))
    }
    let endsAt = try new.endsAt.map { (text) throws(InvalidField) in
      try WeeklyHours.minute(text, "callback.ends_at") % 1_440
    }
    self.init(
      key: new.key, offeredAfter: .seconds(new.offeredAfter),
      offeredFrom: UInt16(new.offeredFrom), takesOtherNumbers: new.takesOtherNumbers,
      attempts: UInt8(new.attempts), pause: .seconds(new.pause), keepsFor: .seconds(new.keepsFor),
      endsAt: endsAt)
  }
}

extension NewQueue {
  /// The same as a person would give it.
  public init(_ queue: CallQueue) {
    func seconds(_ duration: Duration) -> Int { Int(duration.components.seconds) }
    self.init(
      strategy: queue.strategy.rawValue, agents: queue.agents, ringsFor: seconds(queue.ringsFor),
      wrapUp: seconds(queue.wrapUp), restsFor: seconds(queue.restsFor),
      pausesAfter: queue.pausesAfter.map(Int.init), mostWaiting: Int(queue.mostWaiting),
      longestWait: queue.longestWait.map(seconds), needsAgents: queue.needsAgents,
      putsVIPsFirst: queue.putsVIPsFirst, announcesEvery: queue.announcesEvery.map(seconds),
      announcesWait: queue.announcesWait, language: queue.language,
      last: NewMenu.Destination(queue.last),
      callback: queue.callback.map { callback in
        Callback(
          key: callback.key, offeredAfter: seconds(callback.offeredAfter),
          offeredFrom: Int(callback.offeredFrom), takesOtherNumbers: callback.takesOtherNumbers,
          attempts: Int(callback.attempts), pause: seconds(callback.pause),
          keepsFor: seconds(callback.keepsFor),
          endsAt: callback.endsAt.map { NewAnsweringRule.Hours.text($0) })
      })
  }
}
