import NodeContract
import SIP

/// All that another process needs to carry a call on: the call, and its transactions that are not
/// over.
struct CallCheckpoint: Equatable {
  private static let version: UInt8 = 1

  @CopyOnWrite var machine: CallMachine
  /// What the exchange had minted tokens and relays up to.
  var serial: UInt64
  /// Our requests without a final response, by branch.
  var sent: [String: SentRequest]
  /// The parties' requests that wait for a response, or for the ACK of one.
  var heard: [RequestToken: HeardRequest]
  /// The credentials that each carrier's leg sent last.
  var credentials: [LegID: [HeaderField]]

  func bytes(at now: BootInstant) -> [UInt8] {
    var writer = CheckpointWriter(at: now)
    writer.write(Self.version)
    writer.writeData(machine.checkpoint(at: now))
    writer.write(serial)
    writer.write(sent, by: <)
    writer.write(heard) { $0.number < $1.number }
    writer.write(credentials, by: <)
    return writer.bytes
  }

  /// - Parameter limits: those of the node that reads; they are not part of a call.
  init(_ bytes: [UInt8], limits: ExchangeLimits, at now: BootInstant) throws(CheckpointError) {
    var reader = CheckpointReader(bytes, at: now)
    let version = try reader.read(UInt8.self)
    guard version == Self.version else { throw .unknownVersion(version) }
    machine = try CallMachine(
      checkpoint: Array(try reader.readData()), limits: limits, at: now)
    serial = try reader.read(UInt64.self)
    sent = try reader.readTable()
    heard = try reader.readTable()
    credentials = try reader.readTable()
    guard reader.left == 0 else { throw .leftover(reader.left) }
  }

  init(
    machine: CopyOnWrite<CallMachine>, serial: UInt64, sent: [String: SentRequest],
    heard: [RequestToken: HeardRequest], credentials: [LegID: [HeaderField]]
  ) {
    _machine = machine
    self.serial = serial
    self.sent = sent
    self.heard = heard
    self.credentials = credentials
  }
}

extension CheckpointWriter {
  /// A table, in an order that does not depend on hashing.
  fileprivate mutating func write<Key: Checkpointed, Value: Checkpointed>(
    _ table: [Key: Value], by order: (Key, Key) -> Bool
  ) {
    write(UInt32(clamping: table.count))
    for (key, value) in table.sorted(by: { order($0.key, $1.key) }) {
      write(key)
      write(value)
    }
  }
}

extension CheckpointReader {
  fileprivate mutating func readTable<Key: Checkpointed, Value: Checkpointed>()
    throws(CheckpointError) -> [Key: Value]
  {
    let count = Int(try read(UInt32.self))
    guard count <= left else { throw .truncated }
    var table: [Key: Value] = [:]
    for _ in 0..<count {
      let key = try read(Key.self)
      table[key] = try read(Value.self)
    }
    return table
  }
}
