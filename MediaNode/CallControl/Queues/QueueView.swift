import NodeContract

/// A queue as it is at one moment: who waits, who could take whom. What follows is a function of it, so
/// that every event, and every process that carries the calls on, comes to the same.
struct QueueView: Sendable {
  struct Caller: Hashable, Sendable {
    let place: QueuePlace
    /// The agents whom it rings in this turn, also those of them who are out already; empty: it rings
    /// nobody.
    let rung: [ExtensionID]
    /// Its phone has heard all that it was told, so that somebody can be rung for it.
    var isReady = true
    /// It is not on the line, but to be called back.
    var callback: QueueFigures.Callback?
  }

  struct Agent: Hashable, Sendable {
    enum State: Hashable, Sendable {
      case loggedOut
      case paused(String)
      /// No phone is there, or it wants no calls.
      case away
      /// It talks or rings, with or without a caller of this queue.
      case busy
      case wrappingUp
      /// It did not answer, and is passed over for a while.
      case resting
      case free
    }

    let id: ExtensionID
    let tier: UInt8
    let state: State
    let record: AgentRecord

    /// It will take callers, now or later.
    var isAtWork: Bool {
      switch state {
      case .loggedOut, .paused, .away: false
      case .busy, .wrappingUp, .resting, .free: true
      }
    }
  }

  /// These agents are to be rung for that call.
  struct Offer: Hashable, Sendable {
    let call: CallID
    let agents: [ExtensionID]
  }

  let strategy: CallQueue.Strategy
  /// In their order.
  let callers: [Caller]
  let agents: [Agent]

  init(strategy: CallQueue.Strategy, callers: [Caller], agents: [Agent]) {
    self.strategy = strategy
    self.callers = callers.sorted { $0.place < $1.place }
    self.agents = agents
  }

  /// Somebody will come for who comes now.
  var isManned: Bool { agents.contains(where: \.isAtWork) }

  /// Everybody left. Whose phone is gone may be back at once, as after the loss of a node.
  var isDeserted: Bool {
    agents.allSatisfy { agent in
      switch agent.state {
      case .loggedOut, .paused: true
      case .away, .busy, .wrappingUp, .resting, .free: false
      }
    }
  }

  /// From 1; nil: the call does not wait.
  func position(of call: CallID) -> Int? {
    callers.firstIndex { $0.place.call == call }.map { $0 + 1 }
  }

  /// How long whoever stands there will wait, by the pace of those at work; nil: nobody can say.
  func expectedWait(at position: Int) -> Duration? {
    let working = agents.filter(\.isAtWork)
    let paces = working.compactMap(\.record.pace)
    guard !paces.isEmpty else { return nil }
    let pace = paces.reduce(.zero, +) / paces.count
    return pace * position / working.count
  }

  // MARK: - Who is rung for whom

  /// What is to be done now: nothing where nobody is free for anybody. No agent is rung for two, and none
  /// twice in a caller's turn.
  var offers: [Offer] {
    let taken = Set(callers.flatMap(\.rung))
    let free = agents.filter { $0.state == .free && !taken.contains($0.id) }
    guard !free.isEmpty else { return [] }
    return strategy == .together ? together(free) : inTurn(free)
  }

  /// The first caller rings all who are free, and those of its tier who become free meanwhile.
  private func together(_ free: [Agent]) -> [Offer] {
    guard let first = callers.first(where: \.isReady) else { return [] }
    let rung = agents.filter { first.rung.contains($0.id) }.map(\.tier).max()
    guard let tier = rung ?? free.map(\.tier).min() else { return [] }
    let chosen = free.filter { rung == nil ? $0.tier == tier : $0.tier <= tier }.map(\.id)
    return chosen.isEmpty ? [] : [Offer(call: first.place.call, agents: chosen)]
  }

  /// Each caller in its order rings the best of those who are left.
  private func inTurn(_ free: [Agent]) -> [Offer] {
    var left = free.sorted { comesBefore($0, $1) }
    var offers: [Offer] = []
    for caller in callers where caller.isReady && caller.rung.isEmpty && !left.isEmpty {
      offers.append(Offer(call: caller.place.call, agents: [left.removeFirst().id]))
    }
    return offers
  }

  private func comesBefore(_ left: Agent, _ right: Agent) -> Bool {
    guard left.tier == right.tier else { return left.tier < right.tier }
    let (first, second) = (rank(of: left.record), rank(of: right.record))
    return first == second ? left.id < right.id : first.lexicographicallyPrecedes(second)
  }

  /// Who was never asked, or never had a caller, has waited longest of all.
  private func rank(of record: AgentRecord) -> [Int64] {
    let rung = record.rungAt?.nanoseconds ?? .min
    return switch strategy {
    case .together, .roundRobin: [rung]
    case .longestIdle: [record.freeSince?.nanoseconds ?? .min, rung]
    case .fewestCalls: [Int64(record.calls), rung]
    }
  }
}
