import NodeContract

/// How queues are now, for whoever watches them: told to replicas in the envelopes of checkpoints that have
/// nothing else in them.
extension Exchange {
  mutating func advanceFigures(to now: Moment) {
    while let id = figures.popDue(at: now.boot) {
      guard let tenant = directory[id] else { continue }
      for queue in tenant.queues { tellFigures(of: queue, tenant, at: now) }
    }
  }

  private mutating func tellFigures(
    of queue: ExtensionID, _ tenant: DirectoryTenant, at now: Moment
  ) {
    let address = tenant.snapshot.homeAddress
    guard let epoch = grants[address], let view = view(of: queue, tenant, at: now.boot) else {
      return
    }
    let told = QueueFigures(view, resting: restingCallbacks(of: queue, at: now.boot))
    guard let number = figures.tell(told, of: queue, tenant.id, at: address) else { return }
    outbox.append(
      .checkpoint(
        CheckpointEnvelope(
          call: QueueFigures.checkpointName(of: queue), tenant: tenant.id, address: address,
          epoch: epoch, number: number, summary: "a queue: \(told.waiting) wait",
          contents: FiguresCheckpoint(queue: queue, tenant: tenant.id).bytes(at: now.boot),
          subject: .queue(told))))
  }

  /// Queues that are none any more have no figures.
  mutating func reviewFigures(of tenant: TenantID) {
    let kept = Set(directory[tenant]?.queues ?? [])
    for queue in figures.review(tenant, has: kept) {
      outbox.append(.retireCheckpoint(QueueFigures.checkpointName(of: queue)))
    }
  }

  /// True when another process told how a queue was, which nobody needs but that we count on.
  mutating func resumeFigures(_ left: LeftCall) -> Bool {
    guard FiguresCheckpoint.isMeant(by: left.contents) else { return false }
    guard let checkpoint = try? FiguresCheckpoint(left.contents, at: left.writtenAt),
      let tenant = directory[checkpoint.tenant], tenant.queues.contains(checkpoint.queue)
    else { return true }
    figures.inherit(
      checkpoint.queue, tenant.id, at: tenant.snapshot.homeAddress, number: left.number)
    return true
  }
}

extension LeftCall {
  /// It is no call.
  var isOfQueues: Bool {
    AgentCheckpoint.isMeant(by: contents) || CallbackCheckpoint.isMeant(by: contents)
      || FiguresCheckpoint.isMeant(by: contents)
  }
}

extension QueueFigures {
  /// - Parameter resting: callbacks that nobody is rung for now.
  init(_ view: QueueView, resting: [Callback] = []) {
    let waiting = view.callers.filter { $0.callback == nil }
    self.init(
      waiting: waiting.count, waitingSince: waiting.map(\.place.enteredAt).min(),
      agents: view.agents.map { agent in
        switch agent.state {
        case .loggedOut: Agent(agent.id, .loggedOut)
        case .paused(let reason): Agent(agent.id, .paused, reason: reason)
        case .away: Agent(agent.id, .away)
        case .busy: Agent(agent.id, .busy)
        case .wrappingUp: Agent(agent.id, .wrappingUp)
        case .resting: Agent(agent.id, .resting)
        case .free: Agent(agent.id, .free)
        }
      }, callbacks: view.callers.compactMap(\.callback) + resting)
  }
}
