import NodeContract
import SIP

extension RelaySide: Checkpointed {}

extension RequestToken: Checkpointed {
  func write(to writer: inout CheckpointWriter) { writer.write(number) }
  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(number: try reader.read(UInt64.self))
  }
}

extension Leg.Phase: Checkpointed {
  func write(to writer: inout CheckpointWriter) { writer.write(rawValue) }
  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    guard let phase = Self(rawValue: try reader.read(UInt8.self)) else {
      throw .malformed("phase")
    }
    self = phase
  }
}

extension Acknowledgement: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(request)
    writer.write(branch)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      request: try reader.read(SIPRequest.self), branch: try reader.read(String.self))
  }
}

extension PendingAnswer: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(token)
    writer.write(response)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      token: try reader.read(RequestToken.self), response: try reader.read(SIPResponse.self),
      retransmission: Retransmission(at: reader.now))
  }
}

extension SessionTimer: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(seconds)
    writer.write(refresher.rawValue)
    writer.write(isAgreed)
    writer.write(refreshAt)
    writer.write(endsAt)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    let seconds = try reader.read(UInt32.self)
    guard let refresher = Refresher(rawValue: try reader.read(UInt8.self)) else {
      throw .malformed("refresher")
    }
    self.init(
      seconds: seconds, refresher: refresher, isAgreed: try reader.read(Bool.self),
      refreshAt: try reader.read(BootInstant?.self), endsAt: try reader.read(BootInstant.self))
  }
}

extension ReliableProgress: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(sequence)
    writer.write(pending?.response)
    writer.write(next)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    let now = reader.now
    self.init(
      sequence: try reader.read(UInt32.self),
      pending: try reader.read(SIPResponse?.self).map {
        PendingProgress(
          response: $0, retransmission: Retransmission(at: now, isUnbounded: true))
      }, next: try reader.read(SIPResponse?.self))
  }
}

extension EarlyDialog: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(dialog)
    writer.write(heard)
    writer.write(answer)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      dialog: try reader.read(Dialog.self), heard: try reader.read(UInt32.self),
      answer: try reader.read(SessionDescription?.self))
  }
}

extension CallWay: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(address)
    writer.write(epoch)
    writer.write(contact)
    writer.write(flow)
    writer.write(uri)
    writer.write(routes)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      address: try reader.read(AddressName.self), epoch: try reader.read(Epoch.self),
      contact: try reader.read(NameAddress.self), flow: try reader.read(Flow.self),
      uri: try reader.read(SIPURI.self), routes: try reader.read([NameAddress].self))
  }
}

extension AbandonedWay: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(branch)
    writer.write(flow)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(branch: try reader.read(String.self), flow: try reader.read(Flow.self))
  }
}

extension Leg: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(id)
    writer.write(party)
    writer.write(side)
    writer.write(relayAddress)
    writer.write(epoch)
    writer.write(number)
    writer.write(localTag)
    writer.write(contact)
    writer.write(invite)
    writer.write(flow)
    writer.write(session)
    writer.write(phase)
    writer.write(dialog)
    writer.write(address)
    writer.write(alternatives)
    writer.write(nextWayAt)
    writer.write(abandonedWays)
    writer.write(invitedUnder)
    writer.write(branches)
    writer.write(hasRung)
    writer.write(acknowledgement)
    writer.write(answer)
    writer.write(owesBye)
    writer.write(strayTags)
    writer.write(recordedIn)
    writer.write(timer)
    writer.write(takesUpdate)
    writer.write(reliability.rawValue)
    writer.write(progress)
    writer.write(early)
    writer.write(progressTag)
    writer.write(lostFlow)
    writer.write(informs)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      id: try reader.read(LegID.self), party: try reader.read(LegParty.self),
      side: try reader.read(RelaySide.self), address: try reader.read(AddressName.self),
      epoch: try reader.read(Epoch.self), number: try reader.read(String.self),
      localTag: try reader.read(String.self), contact: try reader.read(NameAddress.self),
      invite: try reader.read(SIPRequest.self), flow: try reader.read(Flow.self),
      session: try reader.read(SessionSide.self))
    phase = try reader.read(Phase.self)
    dialog = try reader.read(Dialog?.self)
    address = try reader.read(AddressName.self)
    alternatives = try reader.read([CallWay].self)
    nextWayAt = try reader.read(BootInstant?.self)
    abandonedWays = try reader.read([AbandonedWay].self)
    invitedUnder = try reader.read(UInt32.self)
    branches = try reader.read(UInt32.self)
    hasRung = try reader.read(Bool.self)
    acknowledgement = try reader.read(Acknowledgement?.self)
    answer = try reader.read(PendingAnswer?.self)
    owesBye = try reader.read(Bool.self)
    strayTags = try reader.read([String].self)
    recordedIn = try reader.read(CallID?.self)
    timer = try reader.read(SessionTimer?.self)
    takesUpdate = try reader.read(Bool.self)
    guard let reliability = Reliability(rawValue: try reader.read(UInt8.self)) else {
      throw .malformed("reliability")
    }
    self.reliability = reliability
    progress = try reader.read(ReliableProgress?.self)
    early = try reader.read([EarlyDialog].self)
    progressTag = try reader.read(String?.self)
    lostFlow = try reader.read(Flow?.self)
    informs = try reader.read(Bool.self)
  }
}
