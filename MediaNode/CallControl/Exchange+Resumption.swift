public import NodeContract
import SIP

/// A call as another process left it, on this machine or another.
public struct LeftCall: Hashable, Sendable {
  /// Nil where nobody said which.
  public var call: CallID?
  /// The number of the checkpoint.
  public var number: UInt64
  /// Those of its ``NodeContract/CheckpointEnvelope``.
  public var contents: [UInt8]
  /// When it was made, by the machine's clock.
  public var writtenAt: BootInstant

  public init(
    call: CallID? = nil, number: UInt64, contents: [UInt8], writtenAt: BootInstant
  ) {
    self.call = call
    self.number = number
    self.contents = contents
    self.writtenAt = writtenAt
  }
}

/// Calls outlive their process: the next one reads the checkpoints and goes on with the next word.
extension Exchange {
  /// Carries on the calls that a predecessor left. All facts that it recorded are on disk, tenants
  /// are installed and addresses adopted; no call has begun yet.
  ///
  /// A call that cannot be carried on (its address is not ours any more, its ports are taken) is
  /// left out: see ``callIDs``.
  /// - Parameter take: told of each before it is looked at, and whenever it is again.
  public mutating func resume(
    _ left: [LeftCall], at now: Moment, taking take: (LeftCall) -> Void = { _ in }
  ) -> [ExchangeAction] {
    resume(left, asHeir: false, at: now, taking: take)
  }

  /// - Parameter isHeir: the calls were another machine's.
  mutating func resume(
    _ left: [LeftCall], asHeir isHeir: Bool, at now: Moment,
    taking take: (LeftCall) -> Void = { _ in }
  ) -> [ExchangeAction] {
    var found: [(left: LeftCall, checkpoint: CallCheckpoint)] = []
    for call in left {
      take(call)
      if resumeQueues(call, at: now) { continue }
      if let checkpoint = read(call) { found.append((call, checkpoint)) }
    }
    serial = max(serial, found.map(\.checkpoint.serial).max() ?? 0)
    let ports = takePorts(of: found.map(\.checkpoint.machine).filter { !isHosted($0) })
    let urgent = Set(found.map(\.checkpoint.machine).filter { isEmergency($0) }.map(\.id))
    found.sort { left, right in
      let (left, right) = (left.checkpoint.machine, right.checkpoint.machine)
      guard urgent.contains(left.id) == urgent.contains(right.id) else {
        return urgent.contains(left.id)
      }
      return left.comesBefore(right)
    }
    var resumed: [CallID] = []
    for (left, var checkpoint) in found {
      if isHosted(checkpoint.machine) {
        take(left)
        let instant = now.boot.advanced(by: limits.moveInterval * resumed.count)
        guard resumeElsewhere(checkpoint, number: left.number, tellingAt: instant, at: now) else {
          continue
        }
      } else {
        guard isHeld(checkpoint.machine, in: ports, quietly: isHeir) else { continue }
        take(left)
        if isHeir { adopt(&checkpoint.machine, at: now) }
        resume(checkpoint, number: left.number, at: now)
      }
      resumed.append(checkpoint.machine.id)
    }
    loseConnections(of: resumed, at: now)
    for room in rooms.ids.sorted() { reviewSupervision(in: room, at: now) }
    reviewPages(at: now)
    return takeOutbox(at: now)
  }

  public var callIDs: Set<CallID> { Set(calls.keys) }

  /// Those that are open.
  public var relayIDs: Set<RelayID> { Set(relays.keys) }

  /// The legs of all calls, ended ones too.
  public var legs: Set<LegID> { Set(calls.values.flatMap { $0.machine.legs.map(\.id) }) }

  mutating func read(_ left: LeftCall) -> CallCheckpoint? {
    do throws(CheckpointError) {
      return try CallCheckpoint(left.contents, limits: limits, at: left.writtenAt)
    } catch {
      note(.error, "a call cannot be carried on: its checkpoint is \(error)")
      return nil
    }
  }

  // MARK: - Ports

  /// Takes the ports that the calls' relays had; those that it got.
  private mutating func takePorts(of calls: [CallMachine]) -> [AddressName: Set<UInt16>] {
    var wanted: [AddressName: Set<UInt16>] = [:]
    for call in calls where !call.isEnding {
      wanted[call.relayAddresses.caller, default: []].insert(call.plan.callerLocal.port)
      wanted[call.relayAddresses.callee, default: []].insert(call.plan.calleeLocal.port)
    }
    var taken: [AddressName: Set<UInt16>] = [:]
    for (address, ports) in wanted { taken[address] = pools[address]?.take(ports) }
    return taken
  }

  /// - Parameter quietly: the call may be tried again, when another address of its is ours.
  private mutating func isHeld(
    _ call: CallMachine, in ports: [AddressName: Set<UInt16>], quietly: Bool
  ) -> Bool {
    guard !call.isEnding else { return true }
    let (caller, callee) = call.relayAddresses
    let holdsCaller = ports[caller]?.contains(call.plan.callerLocal.port) ?? false
    let holdsCallee = ports[callee]?.contains(call.plan.calleeLocal.port) ?? false
    let isServed = call.legs.allSatisfy { !$0.isOpen || grants[$0.address] != nil }
    let isAlone = quietly && hearsNobody(call)
    if holdsCaller, holdsCallee, isServed, !isAlone { return true }
    if holdsCaller { pools[caller]?.giveBack(call.plan.callerLocal.port) }
    if holdsCallee { pools[callee]?.giveBack(call.plan.calleeLocal.port) }
    note(
      quietly ? .debug : .error,
      "a call cannot be carried on: its address or its ports are not ours any more",
      tenant: call.tenant, call: call.id)
    return false
  }

  // MARK: - One call

  /// The call is known again, with what its checkpoint keeps beside it.
  mutating func index(
    _ call: CallMachine, from checkpoint: CallCheckpoint, number: UInt64, at now: Moment
  ) {
    var entry = CallEntry(machine: call, inviteKey: InviteKey(call.caller.invite))
    entry.checkpoints = number
    entry.isSaved = true
    entry.credentials = checkpoint.credentials
    entry.requests = checkpoint.heard.mapValues { layer.resume($0, at: now.boot) }
    index(entry)
  }

  /// - Parameter broken: what was broken off because the call goes on elsewhere, and when its parties are
  ///   told.
  mutating func resume(
    _ checkpoint: CallCheckpoint, number: UInt64,
    after broken: (BrokenOff, tellingAt: BootInstant)? = nil, at now: Moment
  ) {
    var call = checkpoint.machine
    call.show(configuration.mediaFingerprint)
    index(call, from: checkpoint, number: number, at: now)
    // The place may have been found besides, as its end was not heard of.
    if call.isCallbackReached { turnIsOver(of: call, at: now) }
    if !call.isEnding { reopenRelay(of: call, at: now) }
    changedCalls.note(call.id, at: outbox.count)
    for (branch, sent) in checkpoint.sent.sorted(by: { $0.key < $1.key }) {
      resume(sent, branch, of: call, at: now)
    }
    if let (broken, instant) = broken {
      update(call.id, at: now) { $0.goesOn(after: broken, tellingAt: instant, at: now) }
    }
    for receipt in call.receipts {
      update(call.id, at: now) { $0.answerIsDurable(receipt, at: now) }
    }
    update(call.id, at: now) { $0.recordingGoesOn() }
    update(call.id, at: now) { $0.visitGoesOn(at: now) }
  }

  mutating func resume(
    _ sent: SentRequest, _ branch: String, of call: CallMachine, at now: Moment
  ) {
    let resumed = layer.resume(sent, at: now.boot)
    let isChallenged = call.open[branch].flatMap { trunk(of: $0.leg, in: call)?.account } != nil
    var request = sent.request
    request.headers.vias.removeFirst(min(1, request.headers.vias.count))
    clients[resumed.id] = ClientKey(
      call: call.id, branch: branch, flow: sent.flow, request: isChallenged ? request : nil)
    calls[call.id]?.sent[branch] = resumed.id
    handle(resumed.events, at: now)
  }

  /// Connections ended with the process that held them: their phones open others and register.
  private mutating func loseConnections(of resumed: [CallID], at now: Moment) {
    for id in resumed.sorted() {
      update(id, at: now) { call in
        let lost = Set(call.legs.filter { !$0.isTrunk }.map(\.flow)).filter {
          $0.transport.isReliable
        }
        return lost.flatMap { call.connectionLost($0) }
      }
    }
  }

  private mutating func reopenRelay(of call: CallMachine, at now: Moment) {
    relays[call.plan.id] = call.id
    callsPerTenant[call.tenant, default: 0] += 1
    var plan = call.plan
    plan.callerRemote = call.remote(on: .caller)
    plan.calleeRemote = call.remote(on: .callee)
    plan.isCarriedOn = true
    outbox.append(.openRelay(plan))
    // Also where it is relayed: the process before may have left it otherwise.
    outbox.append(.carry(plan.id, call.passage))
    for action in call.soundGoesOn(at: now) { perform(action, of: call.id, at: now) }
  }
}

extension CallMachine {
  /// The receipts of answers that the call waits for.
  fileprivate var receipts: [FactReceipt] {
    var receipts: [FactReceipt] = []
    if case .settling(_, let receipt, _) = state { receipts.append(receipt) }
    if case .settling(_, let receipt, _)? = transfer?.stage { receipts.append(receipt) }
    return receipts + (confirmation?.unsaved.map(\.answerReceipt) ?? [])
  }

  /// Where whoever is heard on that side listens, as far as it is known.
  fileprivate func remote(on side: RelaySide) -> IPEndpoint? {
    let present = legs.filter { $0.side == side && $0.isOpen }
    if let asked = present.first(where: { $0.id == confirmation?.asked }) {
      return asked.session.remote
    }
    let heard = present.first { $0.id == caller.id || $0.id == connected } ?? present.first
    return present.count == 1 || connected != nil ? heard?.session.remote : nil
  }
}
