internal import SwiftProtobuf

extension CallQueue: WireConvertible {
  init(wire: WireCallQueue) throws(WireError) {
    var agents: [Agent] = []
    for agent in wire.agents {
      agents.append(
        Agent(
          try WireField.id(agent.extension, "queue.agent"),
          tier: try WireField.narrowed(agent.tier, "queue.tier")))
    }
    self.init(
      strategy: try Strategy(wire: wire.strategy), agents: agents,
      ringsFor: try WireField.duration(nanoseconds: wire.ringsForNanoseconds, "queue.rings_for"),
      wrapUp: try WireField.duration(nanoseconds: wire.wrapUpNanoseconds, "queue.wrap_up"),
      restsFor: try WireField.duration(nanoseconds: wire.restsForNanoseconds, "queue.rests_for"),
      pausesAfter: wire.hasPausesAfter
        ? try WireField.narrowed(wire.pausesAfter, "queue.pauses_after") : nil,
      mostWaiting: try WireField.narrowed(wire.mostWaiting, "queue.most_waiting"),
      longestWait: wire.hasLongestWaitNanoseconds
        ? try WireField.duration(
          nanoseconds: wire.longestWaitNanoseconds, "queue.longest_wait") : nil,
      needsAgents: wire.needsAgents, putsVIPsFirst: wire.putsVipsFirst,
      announcesEvery: wire.hasAnnouncesEveryNanoseconds
        ? try WireField.duration(
          nanoseconds: wire.announcesEveryNanoseconds, "queue.announces_every") : nil,
      announcesWait: wire.announcesWait, language: wire.hasLanguage ? wire.language : nil,
      last: try VoiceMenu.Destination(wire: wire.last))
  }

  var wire: WireCallQueue {
    .with {
      $0.strategy = strategy.wire
      $0.agents = agents.map { agent in
        .with {
          $0.extension = agent.extension.wire
          $0.tier = UInt32(agent.tier)
        }
      }
      $0.ringsForNanoseconds = ringsFor.nanoseconds
      $0.wrapUpNanoseconds = wrapUp.nanoseconds
      $0.restsForNanoseconds = restsFor.nanoseconds
      if let pausesAfter { $0.pausesAfter = UInt32(pausesAfter) }
      $0.mostWaiting = UInt32(mostWaiting)
      if let longestWait { $0.longestWaitNanoseconds = longestWait.nanoseconds }
      $0.needsAgents = needsAgents
      $0.putsVipsFirst = putsVIPsFirst
      if let announcesEvery { $0.announcesEveryNanoseconds = announcesEvery.nanoseconds }
      $0.announcesWait = announcesWait
      if let language { $0.language = language }
      $0.last = last.wire
    }
  }
}

extension CallQueue.Strategy {
  /// A strategy of a newer sender takes turns: everybody is rung some time.
  init(wire: WireCallQueue.Strategy) throws(WireError) {
    switch wire {
    case .together: self = .together
    case .longestIdle: self = .longestIdle
    case .roundRobin, .UNRECOGNIZED: self = .roundRobin
    case .fewestCalls: self = .fewestCalls
    case .unspecified: throw .invalidField("queue.strategy")
    }
  }

  var wire: WireCallQueue.Strategy {
    switch self {
    case .together: .together
    case .longestIdle: .longestIdle
    case .roundRobin: .roundRobin
    case .fewestCalls: .fewestCalls
    }
  }
}

extension CheckpointEnvelope.Subject {
  init(wire: WireCheckpoint.OneOf_Subject?) throws(WireError) {
    switch wire {
    case .agent: self = .agent
    case .queue(let figures): self = .queue(try QueueFigures(wire: figures))
    case nil: self = .call
    }
  }

  var wire: WireCheckpoint.OneOf_Subject? {
    switch self {
    case .call: nil
    case .agent: .agent(WireNothing())
    case .queue(let figures): .queue(figures.wire)
    }
  }
}

extension QueueFigures: WireConvertible {
  init(wire: WireQueueFigures) throws(WireError) {
    guard (0...WireField.latestWallTime).contains(wire.waitingSinceMilliseconds) else {
      throw .invalidField("queue_figures.waiting_since")
    }
    var agents: [Agent] = []
    for agent in wire.agents {
      // In a state of a newer sender's it takes nobody, as far as can be said here.
      agents.append(
        Agent(
          try WireField.id(agent.extension, "queue_figures.agent"),
          Agent.State(rawValue: agent.state) ?? .busy, reason: agent.reason))
    }
    self.init(
      waiting: Int(wire.waiting),
      waitingSince: wire.hasWaitingSinceMilliseconds
        ? WallTime(milliseconds: wire.waitingSinceMilliseconds) : nil, agents: agents)
  }

  var wire: WireQueueFigures {
    .with {
      $0.waiting = UInt32(clamping: waiting)
      if let waitingSince { $0.waitingSinceMilliseconds = waitingSince.milliseconds }
      $0.agents = agents.map { agent in
        .with {
          $0.extension = agent.extension.wire
          $0.state = agent.state.rawValue
          $0.reason = agent.reason
        }
      }
    }
  }
}
