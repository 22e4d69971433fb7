import Announcements
import CallFlows
import NodeContract
import SIP

/// Callers in queues: see ``QueuedCaller``. While a caller waits the exchange itself is its other party;
/// agents are rung for it as members of a group are, and the first who answers has it.
extension CallMachine {
  /// The caller, while it has a place in a queue.
  var waitingCaller: QueuedCaller? {
    guard attendance?.purpose == .queue, let queued, queued.waits else { return nil }
    return queued
  }

  /// Nothing is under way with the caller, so that its other party can be another.
  var canBeServed: Bool {
    caller.isOpen && caller.answer == nil && !isOfferingAttendance && attendance?.offersAt == nil
      && !isAway(caller.id) && queued?.callback?.isTalking != true
  }

  /// The agent who has the caller now.
  var servingAgent: ExtensionID? {
    // It may have gone to another call with whom it was handed on to.
    guard case .served(let id)? = queued?.stage,
      let leg = caller.id == id ? caller : callees.first(where: { $0.id == id }), leg.isOpen,
      case .extension(let agent, _) = leg.party
    else { return nil }
    return agent
  }

  // MARK: - The caller

  mutating func enterQueue(as caller: QueuedCaller, at now: Moment) -> [CallAction] {
    queued = caller
    guard !caller.isTurnedAway else { return leaveQueue(at: now) }
    queued?.begin(at: now.boot)
    return silence()
  }

  /// The caller hears its place.
  mutating func tellPlace(_ position: Int, expectedWait: Duration?, at now: Moment)
    -> [CallAction]
  {
    guard case .attended = state, let caller = waitingCaller else { return [] }
    return say(caller.programme(position: position, expectedWait: expectedWait), at: now)
  }

  mutating func saidToQueuedCaller(_ outcome: Programme.Outcome, at now: Moment) -> [CallAction] {
    // Whoever asked to be called back was not reached, and the agent heard so.
    if callbackPlace != nil { return end(Self.best(of: failures), at: now) }
    if let heard = callbackHeard(outcome, at: now) { return heard }
    return queued?.stage == .leaving ? end(.answered, at: now) : []
  }

  /// The queue sends the caller to where it says.
  mutating func leaveQueue(at now: Moment) -> [CallAction] {
    guard case .attended = state, var caller = waitingCaller else { return [] }
    (caller.stage, caller.leavesAt, caller.announcesAt) = (.leaving, nil, nil)
    caller.choices += 1
    queued = caller
    // Queues that send callers to one another do so with an end.
    guard caller.choices <= limits.menuChoices else { return end(.answered, at: now) }
    // The relay must decode before it can play what the caller hears next.
    let next = flow == nil ? CallAction.lead(caller.choice) : .followFlow(.nobody)
    return silence() + reviewPassage() + [next]
  }

  /// Nobody is there either.
  mutating func leaveInVain(at now: Moment) -> [CallAction] {
    guard let host = queued?.host else { return end(.answered, at: now) }
    let notice = host.language.notice(Notice.nobodyAvailable)
    return say(Programme(announcement: Announcement(notice, in: host.language)), at: now)
  }

  /// What was said until now is over.
  mutating func silence() -> [CallAction] {
    guard attendance?.run?.isOver == false else { return [] }
    attendance?.run?.cut()
    return [.stopPlaying(to: caller.side)]
  }

  // MARK: - Agents

  /// These are rung now, beside those who ring.
  mutating func ring(_ legs: [Leg], of agents: [ExtensionID], until: BootInstant)
    -> [CallAction]
  {
    guard let caller = waitingCaller, let offer = offerOfWhoWaits else { return [] }
    switch state {
    case .attended:
      failures = []
      state = .ringing(until: until)
    case .ringing(let before): state = .ringing(until: max(before, until))
    case .settling, .holdingBack, .talking, .ending: return []
    }
    queued?.stage = .ringing(caller.rung + agents)
    let first = callees.count
    callees += legs
    return (first..<callees.count).map { ask($0, offer: offer) }
  }

  /// Nobody answered in this turn: the caller has its place again. Nil: it had none.
  mutating func waitOnInQueue(at now: Moment) -> [CallAction]? {
    guard let agents = waitingCaller?.rung, !agents.isEmpty else { return nil }
    if callbackPlace != nil { return [.missed(agents)] + end(.cancelled, at: now) }
    queued?.stage = .waiting
    return [.missed(agents)]
  }

  /// That party took the call.
  mutating func leaveQueue(to leg: LegID) {
    guard let rung = waitingCaller?.rung, rung.contains(where: self[leg].isOf) else {
      queued = nil
      return
    }
    queued?.stage = .served(leg)
  }

  /// Legs of agents who did not answer, of which nothing more comes: a caller may wait for long. The first
  /// stays, as it says where the relay stands.
  var legsInVain: [Leg] {
    callees.dropFirst().filter { leg in
      leg.phase == .closed && leg.dialog == nil && leg.early.isEmpty && leg.strayTags.isEmpty
        && !open.values.contains { $0.leg == leg.id }
    }
  }

  mutating func forget(_ legs: [Leg]) -> [CallAction] {
    let gone = Set(legs.map(\.id))
    callees.removeAll { gone.contains($0.id) }
    return []
  }

  // MARK: - Time

  /// When the caller hears its place, or has waited too long.
  var queueDeadline: BootInstant? {
    guard case .attended = state, let caller = waitingCaller, caller.callback?.isTalking != true
    else { return nil }
    return [caller.leavesAt, caller.announcesAt, caller.callback?.nextDeadline]
      .compactMap(\.self).min()
  }

  mutating func queueDeadlinePassed(at now: Moment) -> [CallAction] {
    guard let deadline = queueDeadline, deadline <= now.boot, let caller = waitingCaller else {
      return []
    }
    if let leavesAt = caller.leavesAt, leavesAt <= now.boot { return leaveQueue(at: now) }
    guard caller.callback == nil || attendance?.run?.isOver != false else {
      queued?.speakLater(at: now.boot)
      return []
    }
    if let offersAt = caller.callback?.nextDeadline, offersAt <= now.boot {
      queued?.callback?.stage = .withheld
      return [.offerCallback]
    }
    queued?.announceLater(at: now.boot)
    return [.findPlace]
  }
}

extension Leg {
  func isOf(_ id: ExtensionID) -> Bool {
    guard case .extension(id, _) = party else { return false }
    return true
  }
}
