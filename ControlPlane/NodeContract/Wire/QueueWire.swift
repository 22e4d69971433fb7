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
      last: try VoiceMenu.Destination(wire: wire.last),
      callback: wire.hasCallback ? try Callback(wire: wire.callback) : nil,
      calledOff: try wire.calledOff.map { (id) throws(WireError) in
        try WireField.id(id, "queue.called_off")
      })
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
      if let callback { $0.callback = callback.wire }
      $0.calledOff = calledOff.map(\.wire)
    }
  }
}

extension CallQueue.Callback: WireConvertible {
  init(wire: WireCallQueue.Callback) throws(WireError) {
    self.init(
      key: wire.key,
      offeredAfter: try WireField.duration(
        nanoseconds: wire.offeredAfterNanoseconds, "queue.callback.offered_after"),
      offeredFrom: try WireField.narrowed(wire.offeredFrom, "queue.callback.offered_from"),
      takesOtherNumbers: wire.takesOtherNumbers,
      attempts: try WireField.narrowed(wire.attempts, "queue.callback.attempts"),
      pause: try WireField.duration(
        nanoseconds: wire.pauseNanoseconds, "queue.callback.pause"),
      keepsFor: try WireField.duration(
        nanoseconds: wire.keepsForNanoseconds, "queue.callback.keeps_for"),
      endsAt: wire.hasEndsAt ? try WireField.narrowed(wire.endsAt, "queue.callback.ends_at") : nil)
    guard endsAt.map({ $0 < 1_440 }) ?? true else { throw .invalidField("queue.callback.ends_at") }
  }

  var wire: WireCallQueue.Callback {
    .with {
      $0.key = key
      $0.offeredAfterNanoseconds = offeredAfter.nanoseconds
      $0.offeredFrom = UInt32(offeredFrom)
      $0.takesOtherNumbers = takesOtherNumbers
      $0.attempts = UInt32(attempts)
      $0.pauseNanoseconds = pause.nanoseconds
      $0.keepsForNanoseconds = keepsFor.nanoseconds
      if let endsAt { $0.endsAt = UInt32(endsAt) }
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
    case .callback: self = .callback
    case .queue(let figures): self = .queue(try QueueFigures(wire: figures))
    case nil: self = .call
    }
  }

  var wire: WireCheckpoint.OneOf_Subject? {
    switch self {
    case .call: nil
    case .agent: .agent(WireNothing())
    case .callback: .callback(WireNothing())
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
        ? WallTime(milliseconds: wire.waitingSinceMilliseconds) : nil, agents: agents,
      callbacks: try wire.callbacks.map { (callback) throws(WireError) in
        guard (0...WireField.latestWallTime).contains(callback.sinceMilliseconds) else {
          throw .invalidField("queue_figures.callback.since")
        }
        return Callback(
          try WireField.id(callback.id, "queue_figures.callback"), to: callback.number,
          since: WallTime(milliseconds: callback.sinceMilliseconds),
          attempts: Int(callback.attempts), isUnderWay: callback.isUnderWay)
      })
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
      $0.callbacks = callbacks.map { callback in
        .with {
          $0.id = callback.id.wire
          $0.number = callback.number
          $0.sinceMilliseconds = callback.since.milliseconds
          $0.attempts = UInt32(clamping: callback.attempts)
          $0.isUnderWay = callback.isUnderWay
        }
      }
    }
  }
}
