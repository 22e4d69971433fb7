public import NodeContract
import SIP

/// Calls of another machine, as they become ours, or end because they cannot.
extension Exchange {
  /// Its relay and its room have numbers of ours, its legs the epochs of our grants, and should we die
  /// without a successor, our spool knows what was open.
  mutating func adopt(_ call: inout CallMachine, at now: Moment) {
    call.plan.id = ours(call.plan.id, of: call.tenant)
    if let stay = call.stay { call.sits(in: ours(stay, of: call.tenant)) }
    call.parking = call.parking.map { ours($0, of: call.tenant) }
    call.skipRecordings()
    call.serve(under: grants)
    inherited.note(call.id)
    for leg in call.legs where leg.isOpen {
      let fact = configuration.fact(
        .adopted, tenant: call.tenant, call: leg.recordedIn ?? call.id, leg: leg.id,
        epoch: leg.epoch, at: now)
      outbox.append(.record(fact, receipt: nil))
    }
  }

  private mutating func ours(_ relay: RelayID, of tenant: TenantID) -> RelayID {
    if let known = inherited[relay, of: tenant] { return known }
    serial += 1
    let number = RelayID(number: serial)
    inherited[relay, of: tenant] = number
    return number
  }

  /// A room that is dialled is the tenant's of that number; one that a supervisor made, that of the same
  /// calls.
  private mutating func ours(_ stay: RoomStay, of tenant: TenantID) -> RoomStay {
    RoomStay(
      room: ours(stay.room, stay.number, of: tenant), number: stay.number,
      role: ours(stay.role, of: tenant))
  }

  private mutating func ours(_ room: RoomID, _ number: String?, of tenant: TenantID) -> RoomID {
    if let number {
      return rooms[RoomKey(tenant: tenant, number: number)] ?? nextRoom()
    }
    let known = inherited[room, of: tenant] ?? nextRoom()
    inherited[room, of: tenant] = known
    return known
  }

  private mutating func ours(_ role: RoomSeat.Role, of tenant: TenantID) -> RoomSeat.Role {
    guard case .whisperer(let relay, let side) = role else { return role }
    return .whisperer(to: ours(relay, of: tenant), side)
  }

  /// Whether it hears a call that is not here, or not yet.
  func hearsNobody(_ call: CallMachine) -> Bool {
    if let share = call.errand?.share { return calls[share.page]?.machine.isPaging != true }
    return isSupervisorAlone(call)
  }

  private func isSupervisorAlone(_ call: CallMachine) -> Bool {
    guard call.isSupervisor, let room = call.stay?.room,
      let known = inherited[room, of: call.tenant]
    else { return call.isSupervisor }
    return !rooms.calls(in: known).contains { calls[$0]?.machine.isSupervisor == false }
  }

  // MARK: - What cannot be carried on

  /// Ends what was left at addresses of ours and could not be carried on for so long that nothing more
  /// of it will come: another heir was given the rest, or its ports are taken. Its parties at our
  /// addresses hear a BYE, or no; the others' legs end in the books alone.
  public mutating func giveUp(_ left: [LeftCall], at now: Moment) -> [ExchangeAction] {
    inherited.begin(at: now.boot)
    for call in left where isUnknown(call) && !call.isOfQueues {
      guard var checkpoint = read(call), !checkpoint.machine.isEnding,
        case let address = checkpoint.machine.caller.address,
        grants[address] != nil || hostings[address] != nil
      else { continue }
      guard isHosted(checkpoint.machine) else {
        giveUp(checkpoint, number: call.number, at: now)
        continue
      }
      let before = checkpoint
      let relocation = Relocation(places: newPlaces, ports: [:], secrets: [:])
      let broken = checkpoint.machine.move(by: relocation)
      giveUp(checkpoint, number: call.number, at: now)
      callOff(broken, of: before, by: relocation, at: now)
    }
    return takeOutbox(at: now)
  }

  private mutating func giveUp(_ checkpoint: CallCheckpoint, number: UInt64, at now: Moment) {
    var call = checkpoint.machine
    call.stay = nil
    adopt(&call, at: now)
    call.forgetRequests(except: Set(grants.keys))
    index(call, from: checkpoint, number: number, at: now)
    for (branch, sent) in checkpoint.sent.sorted(by: { $0.key < $1.key })
    where call.open[branch] != nil {
      resume(sent, branch, of: call, at: now)
    }
    note(
      .warning,
      "a call of another machine ends: its legs went to two nodes, or its ports are taken",
      tenant: call.tenant, call: call.id)
    let ours = Set(grants.keys)
    update(call.id, at: now) { $0.isGivenUp(by: ours, at: now) }
  }
}

extension CallMachine {
  /// One that listens to others, whispers to one of them, or joins them.
  var isSupervisor: Bool {
    attendance != nil && page == nil && stay.map { $0.number == nil } ?? false
  }

  /// Whoever listens after those who are heard, else in the order of their names.
  func comesBefore(_ other: CallMachine) -> Bool {
    listens == other.listens ? id < other.id : other.listens
  }

  private var listens: Bool { isSupervisor || errand?.share != nil }

  fileprivate mutating func sits(in stay: RoomStay) {
    self.stay = stay
    seats = seats.mapValues { RoomSeat(stay.room, as: $0.role == .talker ? .talker : stay.role) }
  }

  /// Nothing is repeated at addresses that are not ours.
  fileprivate mutating func forgetRequests(except ours: Set<AddressName>) {
    open = open.filter { ours.contains(self[$0.value.leg].address) }
  }

  fileprivate mutating func isGivenUp(
    by ours: Set<AddressName>, at now: Moment
  ) -> [CallAction] {
    let foreign = legs.filter { !ours.contains($0.address) }.map(\.id)
    let closed = foreign.flatMap { close($0, .nodeLost, evidence: .nodeLost, by: .us) }
    return closed + end(.nodeLost, evidence: .nodeLost, at: now)
  }
}
