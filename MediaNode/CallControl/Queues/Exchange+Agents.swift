public import NodeContract
import SIP

/// Agents of queues: whether they are at work is switched by code and by the API, what they did is kept
/// here, each agent's in a checkpoint of its own.
extension Exchange {
  /// They did not answer in their turn.
  mutating func missed(_ agents: [ExtensionID], for id: CallID, at now: Moment) {
    guard let call = calls[id]?.machine, let tenant = directory[call.tenant],
      let caller = call.queued
    else { return }
    let queue = tenant.extensionsByID[caller.host.entry]?.queue ?? caller.queue
    for agent in agents {
      var isTooMuch = false
      change(agent, of: tenant.id, at: now) {
        isTooMuch = $0.misses(
          restingFor: queue.restsFor, pausingAfter: queue.pausesAfter, at: now.boot)
      }
      if isTooMuch { pause(agent, in: call, of: tenant, at: now) }
    }
  }

  /// Nobody seems to sit there.
  private mutating func pause(
    _ agent: ExtensionID, in call: CallMachine, of tenant: DirectoryTenant, at now: Moment
  ) {
    guard let entry = tenant.extensionsByID[agent], entry.switches.queuePause == nil else { return }
    let state = AnsweringSwitches.State(
      isOn: true, target: "missed calls", patience: nil,
      changedAt: entry.switches.turning(.queuePause, at: now.wall))
    turn(AnsweringSwitches.Change(agent, .queuePause, state), in: call, at: now)
  }

  /// Its caller is gone, or it left its caller.
  mutating func isFree(_ agent: ExtensionID, after call: CallMachine, at now: Moment) {
    let queue =
      call.queued.map { caller in
        directory[call.tenant]?.extensionsByID[caller.host.entry]?.queue ?? caller.queue
      }
    change(agent, of: call.tenant, at: now) {
      $0.isFree(wrappingUpFor: queue?.wrapUp ?? .zero, at: now.boot)
    }
  }

  // MARK: - Records

  /// The next process must know of it.
  mutating func change(
    _ agent: ExtensionID, of tenant: TenantID, at now: Moment, _ event: (inout AgentRecord) -> Void
  ) {
    guard let known = directory[tenant], let user = known.extensionsByID[agent] else { return }
    var entry =
      agents[agent]
      ?? AgentTable.Entry(
        tenant: tenant, address: known.snapshot.homeAddress, record: AgentRecord())
    entry.record.follow(login: user.switches[.queueLogin]?.changedAt)
    event(&entry.record)
    save(&entry, of: agent, at: now)
    agents[agent] = entry
    queuesAreDue(of: tenant)
  }

  private mutating func save(_ entry: inout AgentTable.Entry, of agent: ExtensionID, at now: Moment)
  {
    guard let epoch = grants[entry.address] else { return }
    entry.checkpoints += 1
    let checkpoint = AgentCheckpoint(agent: agent, tenant: entry.tenant, record: entry.record)
    outbox.append(
      .checkpoint(
        CheckpointEnvelope(
          call: AgentCheckpoint.name(of: agent), tenant: entry.tenant, address: entry.address,
          epoch: epoch, number: entry.checkpoints, summary: "an agent's record",
          contents: checkpoint.bytes(at: now.boot), subject: .agent)))
  }

  mutating func advanceAgents(to now: Moment) {
    for tenant in agents.advance(to: now.boot) { queuesAreDue(of: tenant) }
  }

  /// Agents who are none any more are forgotten.
  mutating func reviewAgents(of tenant: TenantID, at now: Moment) {
    queuesAreDue(of: tenant)
    reviewCallbacks(of: tenant, at: now)
    let known = directory[tenant]
    for agent in agents.ids(of: tenant) where known?.hasAgent(agent) != true {
      agents[agent] = nil
      outbox.append(.retireCheckpoint(AgentCheckpoint.name(of: agent)))
    }
  }

  // MARK: - Another process' agents

  /// True when it was an agent's record or a queue's figures, and no call.
  mutating func resumeQueues(_ left: LeftCall, at now: Moment) -> Bool {
    if resumeFigures(left) || resumeCallback(left, at: now) { return true }
    guard AgentCheckpoint.isMeant(by: left.contents) else { return false }
    do throws(CheckpointError) {
      let checkpoint = try AgentCheckpoint(left.contents, at: left.writtenAt)
      resume(checkpoint, number: left.number, at: now)
    } catch {
      note(.error, "what an agent did is forgotten: its record is \(error)")
    }
    return true
  }

  /// Several replicas tell of the same.
  private mutating func resume(_ checkpoint: AgentCheckpoint, number: UInt64, at now: Moment) {
    guard let tenant = directory[checkpoint.tenant], tenant.hasAgent(checkpoint.agent),
      grants[tenant.snapshot.homeAddress] != nil,
      agents[checkpoint.agent].map({ $0.checkpoints < number }) ?? true
    else { return }
    var entry = AgentTable.Entry(
      tenant: checkpoint.tenant, address: tenant.snapshot.homeAddress, record: checkpoint.record,
      checkpoints: number)
    save(&entry, of: checkpoint.agent, at: now)
    agents[checkpoint.agent] = entry
  }

  /// Everything that has a checkpoint: calls, and what there is of agents and queues, by their names.
  public var checkpointNames: Set<CallID> {
    callIDs.union(agents.ids.map(AgentCheckpoint.name(of:))).union(figures.names)
      .union(callbacks.ids)
  }
}

extension DirectoryTenant {
  /// Whether it is an agent of some queue of the tenant's.
  func hasAgent(_ id: ExtensionID) -> Bool { agents.contains(id) }
}
