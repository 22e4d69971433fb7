import Announcements
import NodeContract

extension ReceptionHost: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(entry)
    writer.write(number)
    writer.write(language)
    writer.write(callerName)
    writer.write(isWithheld)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      entry: try reader.read(), number: try reader.read(), language: try reader.read(),
      callerName: try reader.read(), isWithheld: try reader.read())
  }
}

extension CallQueue.Strategy: Checkpointed {}

extension CallQueue.Agent: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(self.extension)
    writer.write(tier)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(try reader.read(ExtensionID.self), tier: try reader.read(UInt8.self))
  }
}

extension CallQueue: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(strategy)
    writer.write(agents)
    writer.write(ringsFor)
    writer.write(wrapUp)
    writer.write(restsFor)
    writer.write(pausesAfter)
    writer.write(mostWaiting)
    writer.write(longestWait)
    writer.write(needsAgents)
    writer.write(putsVIPsFirst)
    writer.write(announcesEvery)
    writer.write(announcesWait)
    writer.write(language)
    writer.write(last)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      strategy: try reader.read(), agents: try reader.read(), ringsFor: try reader.read(),
      wrapUp: try reader.read(), restsFor: try reader.read(), pausesAfter: try reader.read(),
      mostWaiting: try reader.read(), longestWait: try reader.read(),
      needsAgents: try reader.read(), putsVIPsFirst: try reader.read(),
      announcesEvery: try reader.read(), announcesWait: try reader.read(),
      language: try reader.read(), last: try reader.read())
  }
}

extension QueuedCaller.Stage: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    switch self {
    case .waiting: writer.write(UInt8(1))
    case .ringing(let agents):
      writer.write(UInt8(2))
      writer.write(agents)
    case .served(let leg):
      writer.write(UInt8(3))
      writer.write(leg)
    case .leaving: writer.write(UInt8(4))
    }
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    switch try reader.read(UInt8.self) {
    case 1: self = .waiting
    case 2: self = .ringing(try reader.read())
    case 3: self = .served(try reader.read())
    case 4: self = .leaving
    default: throw .malformed("stage in a queue")
    }
  }
}

extension QueuedCaller: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(host)
    writer.write(queue)
    writer.write(isVIP)
    writer.write(enteredAt.milliseconds)
    writer.write(stage)
    writer.write(isTurnedAway)
    writer.write(leavesAt)
    writer.write(announcesAt)
    writer.write(choices)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      host: try reader.read(), queue: try reader.read(), isVIP: try reader.read(),
      enteredAt: WallTime(milliseconds: try reader.read()), stage: try reader.read(),
      isTurnedAway: try reader.read(), leavesAt: try reader.read(),
      announcesAt: try reader.read(), choices: try reader.read())
  }
}

extension AgentRecord: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(login.map(\.milliseconds))
    writer.write(calls)
    writer.write(rungAt)
    writer.write(freeSince)
    writer.write(servesSince)
    writer.write(wrapsUpUntil)
    writer.write(restsUntil)
    writer.write(missed)
    writer.write(pace)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      login: try reader.read(Int64?.self).map { WallTime(milliseconds: $0) },
      calls: try reader.read(), rungAt: try reader.read(), freeSince: try reader.read(),
      servesSince: try reader.read(), wrapsUpUntil: try reader.read(),
      restsUntil: try reader.read(), missed: try reader.read(), pace: try reader.read())
  }
}

/// An agent's record as whoever carries calls on finds it among their checkpoints: named like a call, by
/// the agent's id, and told from one by its first byte.
struct AgentCheckpoint: Equatable {
  /// No version of a call's.
  private static let version: UInt8 = 0x80

  let agent: ExtensionID
  let tenant: TenantID
  let record: AgentRecord

  static func name(of agent: ExtensionID) -> CallID { CallID(agent.uuid) }

  /// Whether these are such bytes, whole or not.
  static func isMeant(by bytes: [UInt8]) -> Bool { bytes.first == version }

  init(agent: ExtensionID, tenant: TenantID, record: AgentRecord) {
    self.agent = agent
    self.tenant = tenant
    self.record = record
  }

  func bytes(at now: BootInstant) -> [UInt8] {
    var writer = CheckpointWriter(at: now)
    writer.write(Self.version)
    writer.write(agent)
    writer.write(tenant)
    writer.write(record)
    return writer.bytes
  }

  init(_ bytes: [UInt8], at now: BootInstant) throws(CheckpointError) {
    var reader = CheckpointReader(bytes, at: now)
    let version = try reader.read(UInt8.self)
    guard version == Self.version else { throw .unknownVersion(version) }
    agent = try reader.read()
    tenant = try reader.read()
    record = try reader.read()
    guard reader.left == 0 else { throw .leftover(reader.left) }
  }
}

/// What stands for a queue's figures where processes leave what they have: whose they are.
struct FiguresCheckpoint: Equatable {
  /// No version of a call's or an agent's.
  private static let version: UInt8 = 0x81

  let queue: ExtensionID
  let tenant: TenantID

  static func isMeant(by bytes: [UInt8]) -> Bool { bytes.first == version }

  init(queue: ExtensionID, tenant: TenantID) { (self.queue, self.tenant) = (queue, tenant) }

  func bytes(at now: BootInstant) -> [UInt8] {
    var writer = CheckpointWriter(at: now)
    writer.write(Self.version)
    writer.write(queue)
    writer.write(tenant)
    return writer.bytes
  }

  init(_ bytes: [UInt8], at now: BootInstant) throws(CheckpointError) {
    var reader = CheckpointReader(bytes, at: now)
    let version = try reader.read(UInt8.self)
    guard version == Self.version else { throw .unknownVersion(version) }
    queue = try reader.read()
    tenant = try reader.read()
    guard reader.left == 0 else { throw .leftover(reader.left) }
  }
}
