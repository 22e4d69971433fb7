import NodeContract

extension Further: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    switch self {
    case .devices(let devices):
      writer.write(UInt8(1))
      writer.write(devices)
    case .members(let members):
      // Groups that take whoever answers, and those that nothing more is to be known of, are written as before
      // there were others.
      writer.write(UInt8(members.group != nil ? 5 : members.confirms ? 4 : 2))
      members.write(to: &writer)
      if members.group != nil { members.writeMore(to: &writer) }
    case .steps(let steps):
      writer.write(UInt8(3))
      writer.write(steps)
    }
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    switch try reader.read(UInt8.self) {
    case 1: self = .devices(try reader.read())
    case 2: self = .members(try FurtherMembers(from: &reader, confirms: false))
    case 3: self = .steps(try reader.read())
    case 4: self = .members(try FurtherMembers(from: &reader, confirms: true))
    case 5:
      var members = try FurtherMembers(from: &reader, confirms: false)
      try members.readMore(from: &reader)
      self = .members(members)
    default: throw .malformed("further devices")
    }
  }
}

extension FurtherMembers {
  fileprivate func write(to writer: inout CheckpointWriter) {
    writer.write(left.compactMap(\.colleague))
    writer.write(ringsFor.nanoseconds)
    writer.write(skipsBusy)
    writer.write(called)
    writer.write(shownCaller)
    writer.write(nextAt)
  }

  fileprivate init(from reader: inout CheckpointReader, confirms: Bool) throws(CheckpointError) {
    let left = try reader.read([ExtensionID].self).map { RingGroup.Member(.colleague($0)) }
    let ringsFor = Duration.nanoseconds(try reader.read(Int64.self))
    self.init(
      left: left, turn: ringsFor, ringsFor: ringsFor, skipsBusy: try reader.read(),
      confirms: confirms, called: try reader.read(), shownCaller: try reader.read(),
      nextAt: try reader.read())
  }

  fileprivate func writeMore(to writer: inout CheckpointWriter) {
    writer.write(confirms)
    writer.write(group)
    writer.write(left)
    writer.write(isTogether)
    writer.write(late)
    writer.write(turn.nanoseconds)
    writer.write(begunAt)
  }

  fileprivate mutating func readMore(from reader: inout CheckpointReader) throws(CheckpointError) {
    confirms = try reader.read(Bool.self)
    group = try reader.read(ExtensionID?.self)
    left = try reader.read([RingGroup.Member].self)
    isTogether = try reader.read(Bool.self)
    late = try reader.read([RingGroup.Member].self)
    turn = .nanoseconds(try reader.read(Int64.self))
    begunAt = try reader.read(BootInstant.self)
  }
}

extension RingGroup.Member: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    switch target {
    case .colleague(let id):
      writer.write(UInt8(1))
      writer.write(id)
    case .outside(let number):
      writer.write(UInt8(2))
      writer.write(number)
    }
    writer.write(after.nanoseconds)
    writer.write(ringsFor?.nanoseconds)
    writer.write(confirms)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    let target: Target
    switch try reader.read(UInt8.self) {
    case 1: target = .colleague(try reader.read())
    case 2: target = .outside(try reader.read())
    default: throw .malformed("member of a group")
    }
    self.init(
      target, after: .nanoseconds(try reader.read(Int64.self)),
      ringsFor: try reader.read(Int64?.self).map { .nanoseconds($0) },
      confirms: try reader.read())
  }
}

extension FurtherDevices: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(party)
    writer.write(UInt16(bitPattern: below))
    writer.write(shownCaller)
    writer.write(nextAt)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      party: try reader.read(), below: Int16(bitPattern: try reader.read()),
      shownCaller: try reader.read(), nextAt: try reader.read())
  }
}

extension FurtherSteps: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(user)
    writer.write(left)
    writer.write(number)
    writer.write(ringsFor)
    writer.write(UInt16(reason.cause))
    writer.write(called)
    writer.write(callerName)
    writer.write(isWithheld)
    writer.write(nextAt)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      user: try reader.read(), left: try reader.read(), number: try reader.read(),
      ringsFor: try reader.read(),
      reason: Forwarding.Reason(cause: Int(try reader.read(UInt16.self))),
      called: try reader.read(), callerName: try reader.read(String?.self),
      isWithheld: try reader.read(), nextAt: try reader.read())
  }
}

extension FollowMe.Step: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(targets)
    writer.write(ringsFor)
    writer.write(confirms)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(try reader.read(), ringsFor: try reader.read(), confirms: try reader.read())
  }
}

extension FollowMe.Target: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    switch self {
    case .own: writer.write(UInt8(1))
    case .colleague(let id):
      writer.write(UInt8(2))
      writer.write(id)
    case .outside(let number):
      writer.write(UInt8(3))
      writer.write(number)
    }
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    switch try reader.read(UInt8.self) {
    case 1: self = .own
    case 2: self = .colleague(try reader.read())
    case 3: self = .outside(try reader.read())
    default: throw .malformed("target of a step")
    }
  }
}
