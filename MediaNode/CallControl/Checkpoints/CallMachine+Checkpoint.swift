import NodeContract
import SIP

/// A call as bytes, for those who might have to carry it on.
extension CallMachine {
  /// Calls that are in no queue are written as before there were any, likewise calls whose parties know where
  /// they are, calls in no flow, calls that are whoever's answers first and have to do with no callback, calls
  /// that no user had made, calls in which nobody hears forwarded messages, calls of no page, and calls that no
  /// rule records and of whom nobody rings for a time of its own.
  private static let plain: UInt8 = 9
  private static let queueing: UInt8 = 10
  private static let moving: UInt8 = 11
  private static let flowing: UInt8 = 12
  private static let seeking: UInt8 = 13
  private static let clicked: UInt8 = 14
  private static let forwarding: UInt8 = 15
  private static let paging: UInt8 = 16
  private static let ruled: UInt8 = 18

  private var version: UInt8 {
    if RuledParts(self) != nil || !ownTimes.isEmpty { return Self.ruled }
    if page != nil { return Self.paging }
    if forwarders != nil { return Self.forwarding }
    if errand?.click != nil { return Self.clicked }
    if callees.contains(where: \.mustConfirm) || CallbackParts(self) != nil { return Self.seeking }
    if flow != nil { return Self.flowing }
    if !moves.isEmpty || isTelling { return Self.moving }
    return queued == nil ? Self.plain : Self.queueing
  }

  func checkpoint(at now: BootInstant) -> [UInt8] {
    var writer = CheckpointWriter(at: now)
    writer.write(version)
    writer.write(id)
    writer.write(tenant)
    writer.write(called)
    writer.write(callerToken)
    writer.write(isOfferless)
    writer.write(plan)
    writer.write(caller)
    writer.write(callees)
    writer.write(state)
    writer.write(openRequests)
    writer.write(renegotiation)
    writer.write(UInt16(clamping: progress))
    writer.write(failures)
    writer.write(transfer)
    writer.write(referral)
    writer.write(further)
    writer.write(redirections)
    writer.write(passage)
    writer.write(answering)
    writer.write(attendance)
    writer.write(stay)
    writer.write(parking)
    writer.write(recording)
    writer.write(recordings)
    writer.write(isRecorded)
    for side in RelaySide.allCases { writer.write(seats[side]) }
    if version >= Self.moving {
      writer.write(queued)
      writer.write(movingLegs)
      if version >= Self.seeking {
        writer.write(flow)
        writer.write(callees.filter(\.mustConfirm).map(\.id))
        writer.write(confirmation)
        writer.write(CallbackParts(self))
        if version >= Self.clicked { writer.write(errand?.asClick) }
        if version >= Self.forwarding { writer.write(forwarders) }
        if version >= Self.paging { writer.write(errand?.asShare) }
        if version >= Self.ruled {
          writer.write(RuledParts(self))
          writer.write(ownTimes)
        }
      } else if let flow {
        writer.write(flow)
      }
    } else if let queued {
      writer.write(queued)
    }
    return writer.bytes
  }

  /// - Parameter limits: those of the node that reads; they are not part of a call.
  init(checkpoint bytes: [UInt8], limits: ExchangeLimits, at now: BootInstant)
    throws(CheckpointError)
  {
    var reader = CheckpointReader(bytes, at: now)
    let version = try reader.read(UInt8.self)
    guard (Self.plain...Self.paging).contains(version) || version == Self.ruled else {
      throw .unknownVersion(version)
    }
    self.init(
      id: try reader.read(CallID.self), tenant: try reader.read(TenantID.self),
      called: try reader.read(String.self), callerToken: try reader.read(RequestToken.self),
      isOfferless: try reader.read(Bool.self), plan: try reader.read(RelayPlan.self),
      limits: limits, caller: try reader.read(Leg.self), callees: try reader.read([Leg].self),
      state: try reader.read(State.self))
    openRequests = try reader.read([BranchedRequest].self)
    renegotiation = try reader.read(Renegotiation?.self)
    progress = Int(try reader.read(UInt16.self))
    failures = try reader.read([CallOutcome].self)
    transfer = try reader.read(Transfer?.self)
    referral = try reader.read(Referral?.self)
    further = try reader.read(Further?.self)
    redirections = try reader.read(UInt8.self)
    passage = try reader.read(Passage.self)
    answering = try reader.read(PendingRules?.self)
    attendance = try reader.read(Attendance?.self)
    stay = try reader.read(RoomStay?.self)
    parking = try reader.read(Parking?.self)
    recording = try reader.read(CallRecording?.self)
    recordings = try reader.read(UInt16.self)
    isRecorded = try reader.read(Bool.self)
    for side in RelaySide.allCases { seats[side] = try reader.read(RoomSeat?.self) }
    if version == Self.queueing { queued = try reader.read(QueuedCaller.self) }
    if version >= Self.moving {
      queued = try reader.read(QueuedCaller?.self)
      movingLegs = try reader.read([MovingLeg].self)
      if version == Self.flowing { flow = try reader.read(FlowVisit.self) }
    }
    if version >= Self.seeking {
      flow = try reader.read(FlowVisit?.self)
      let confirming = Set(try reader.read([LegID].self))
      for place in callees.indices {
        callees[place].mustConfirm = confirming.contains(callees[place].id)
      }
      confirmation = try reader.read(Confirmation?.self)
      if let parts = try reader.read(CallbackParts?.self) { take(parts) }
      if version >= Self.clicked, let written = try reader.read(WrittenErrand<Click>?.self) {
        errand = written.errand { .click($0) }
      }
      if version >= Self.forwarding { forwarders = try reader.read([String]?.self) }
      if version >= Self.paging, let written = try reader.read(WrittenErrand<PageShare>?.self) {
        errand = written.errand { .page($0) }
      }
      if version >= Self.ruled {
        if let parts = try reader.read(RuledParts?.self) { take(parts) }
        for time in try reader.read([OwnTime].self) { take(time) }
      }
    }
    guard reader.left == 0 else { throw .leftover(reader.left) }
    try checkReferences()
  }

  private mutating func take(_ parts: CallbackParts) {
    queued?.queue.callback = parts.terms
    queued?.callback = parts.offer
    errand = parts.turn?.errand { .callback(place: $0) }
  }

  /// Every leg that is named exists, so that nobody looks for one in vain.
  private func checkReferences() throws(CheckpointError) {
    let known = Set(legs.map(\.id))
    var named = Set(open.values.map(\.leg)).union(relayedRequests.map(\.requester))
    if let renegotiation {
      named.formUnion([renegotiation.requester, renegotiation.asked])
      named.formUnion(renegotiation.before.keys)
    }
    if let connected { named.insert(connected) }
    if let transfer { named.formUnion(transfer.legs) }
    if let referral { named.insert(referral.leg) }
    if let parking { named.insert(parking.place) }
    named.formUnion(moves.keys)
    if let confirmation { named.formUnion(confirmation.answered) }
    if let errand { named.insert(errand.leg) }
    guard known.count == legs.count, named.isSubset(of: known) else {
      throw .malformed("legs")
    }
  }

  /// The open requests in an order that does not depend on hashing.
  private var openRequests: [BranchedRequest] {
    get {
      open.map { BranchedRequest(branch: $0.key, request: $0.value) }
        .sorted { $0.branch < $1.branch }
    }
    set { open = Dictionary(newValue.map { ($0.branch, $0.request) }) { first, _ in first } }
  }
}

struct BranchedRequest: Checkpointed {
  let branch: String
  let request: CallMachine.OpenRequest

  init(branch: String, request: CallMachine.OpenRequest) {
    self.branch = branch
    self.request = request
  }

  func write(to writer: inout CheckpointWriter) {
    writer.write(branch)
    writer.write(request.leg)
    writer.write(request.purpose)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    branch = try reader.read(String.self)
    request = CallMachine.OpenRequest(
      leg: try reader.read(LegID.self), purpose: try reader.read(CallMachine.Purpose.self))
  }
}

extension CallMachine.State: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    switch self {
    case .ringing(let until):
      writer.write(UInt8(1))
      writer.write(until)
    case .settling(let leg, let receipt, let until):
      writer.write(UInt8(2))
      writer.write(leg)
      writer.write(receipt.number)
      writer.write(until)
    case .talking(let leg, let until):
      writer.write(UInt8(3))
      writer.write(leg)
      writer.write(until)
    case .ending(let until):
      writer.write(UInt8(4))
      writer.write(until)
    case .holdingBack(let leg, let until):
      writer.write(UInt8(5))
      writer.write(leg)
      writer.write(until)
    case .attended(let until):
      writer.write(UInt8(6))
      writer.write(until)
    }
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    switch try reader.read(UInt8.self) {
    case 1: self = .ringing(until: try reader.read(BootInstant.self))
    case 2:
      self = .settling(
        try reader.read(LegID.self), FactReceipt(number: try reader.read(UInt64.self)),
        until: try reader.read(BootInstant.self))
    case 3:
      self = .talking(
        try reader.read(LegID.self), until: try reader.read(BootInstant.self))
    case 4: self = .ending(until: try reader.read(BootInstant.self))
    case 5:
      self = .holdingBack(
        try reader.read(LegID.self), until: try reader.read(BootInstant.self))
    case 6: self = .attended(until: try reader.read(BootInstant.self))
    default: throw .malformed("state")
    }
  }
}

extension CallMachine.Purpose: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    switch self {
    case .invite: writer.write(UInt8(1))
    case .bye: writer.write(UInt8(2))
    case .renegotiation: writer.write(UInt8(3))
    case .abandoned: writer.write(UInt8(5))
    case .joining: writer.write(UInt8(6))
    case .notice: writer.write(UInt8(7))
    case .refresh: writer.write(UInt8(8))
    case .progress: writer.write(UInt8(9))
    case .informing: writer.write(UInt8(10))
    case .attending: writer.write(UInt8(11))
    case .moving: writer.write(UInt8(12))
    case .relayed(let relayed):
      writer.write(UInt8(4))
      writer.write(relayed.token)
      writer.write(relayed.request)
      writer.write(relayed.requester)
    }
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    switch try reader.read(UInt8.self) {
    case 1: self = .invite
    case 2: self = .bye
    case 3: self = .renegotiation
    case 4:
      self = .relayed(
        CallMachine.RelayedRequest(
          token: try reader.read(RequestToken.self), request: try reader.read(SIPRequest.self),
          requester: try reader.read(LegID.self)))
    case 5: self = .abandoned
    case 6: self = .joining
    case 7: self = .notice
    case 8: self = .refresh
    case 9: self = .progress
    case 10: self = .informing
    case 11: self = .attending
    case 12: self = .moving
    default: throw .malformed("purpose")
    }
  }
}

extension Renegotiation: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(requester)
    writer.write(asked)
    writer.write(token)
    writer.write(request)
    writer.write(isOfferless)
    writer.write(branch)
    writer.write(before[requester])
    writer.write(before[asked])
    writer.write(isAnswered)
    writer.write(owedSequence)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    requester = try reader.read(LegID.self)
    asked = try reader.read(LegID.self)
    token = try reader.read(RequestToken.self)
    request = try reader.read(SIPRequest.self)
    isOfferless = try reader.read(Bool.self)
    branch = try reader.read(String.self)
    var sessions: [LegID: SessionSide] = [:]
    for leg in [requester, asked] { sessions[leg] = try reader.read(SessionSide?.self) }
    before = sessions
    isAnswered = try reader.read(Bool.self)
    owedSequence = try reader.read(UInt32?.self)
  }
}
