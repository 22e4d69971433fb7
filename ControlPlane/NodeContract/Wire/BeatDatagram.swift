// Beats and their acknowledgements, each in a sealed datagram (`SealedDatagram`):
//
//   beat             16 bytes incarnation, u8 length and node name, u8 count of neighbours, and for
//                    each u8 length and node name, u32 milliseconds of silence
//   acknowledgement  u8 length and replica name, u8 count of addresses, and for each
//                    u8 length and address name, u32 generation, i64 revision

/// The most addresses that one acknowledgement can name.
public let maximumAcknowledgedEpochs = 64

/// The most neighbours that one beat can speak of.
public let maximumWitnessStatements = 32

extension Beat {
  /// This beat as a datagram that only holders of `key` can make.
  public func datagram(sealedWith key: BeatKey, by hashing: any Hashing) -> [UInt8] {
    let said = statements.prefix(maximumWitnessStatements)
    let head = DatagramWriter.header(.beat, key: key, number: number)
      .adding(incarnation.bytes).adding(name: node.text).adding([UInt8(said.count)])
    return said.reduce(head) { datagram, statement in
      datagram.adding(name: statement.node.text)
        .adding(UInt32(clamping: statement.silence.nanoseconds / 1_000_000).bigEndianBytes)
    }.sealed(with: key, by: hashing)
  }

  /// Whether a datagram can only be a beat, if it is anything of ours.
  public static func begins(_ datagram: some Collection<UInt8>) -> Bool {
    datagram.first == DatagramType.beat.rawValue
  }

  /// Verifies and reads a beat. `key` finds the key of that number given to that node.
  public init(
    parsing datagram: some Collection<UInt8>, by hashing: any Hashing,
    key: (NodeName, UInt32) -> BeatKey?
  ) throws(DatagramError) {
    let envelope = try SealedDatagram(datagram, type: .beat)
    var reader = envelope.fields
    guard let incarnation = UUIDv7(bytes: try reader.take(16)),
      let node = NodeName(try reader.takeName())
    else { throw .malformed }
    let statements = try reader.takeStatements()
    guard reader.isEmpty else { throw .malformed }
    try envelope.verify(key(node, envelope.keyNumber), by: hashing)
    self.init(
      node: node, incarnation: incarnation, number: envelope.number, statements: statements)
  }
}

extension BeatAcknowledgement {
  /// This acknowledgement as a datagram; names the first `maximumAcknowledgedEpochs` epochs.
  public func datagram(sealedWith key: BeatKey, by hashing: any Hashing) -> [UInt8] {
    let named = epochs.prefix(maximumAcknowledgedEpochs)
    let head = DatagramWriter.header(.acknowledgement, key: key, number: number)
      .adding(name: replica.text).adding([UInt8(named.count)])
    return named.reduce(head) { datagram, held in
      datagram.adding(name: held.address.text).adding(held.epoch.generation.bigEndianBytes)
        .adding(held.epoch.revision.bigEndianBytes)
    }.sealed(with: key, by: hashing)
  }

  /// Verifies and reads an acknowledgement. `key` finds the key of that number had from that
  /// replica.
  public init(
    parsing datagram: some Collection<UInt8>, by hashing: any Hashing,
    key: (ReplicaName, UInt32) -> BeatKey?
  ) throws(DatagramError) {
    let envelope = try SealedDatagram(datagram, type: .acknowledgement)
    var reader = envelope.fields
    guard let replica = ReplicaName(try reader.takeName()) else { throw .malformed }
    var epochs: [HeldAddress] = []
    for _ in 0..<(try reader.takeNumber(bytes: 1)) { epochs.append(try reader.takeHeldAddress()) }
    guard reader.isEmpty else { throw .malformed }
    try envelope.verify(key(replica, envelope.keyNumber), by: hashing)
    self.init(replica: replica, number: envelope.number, epochs: epochs)
  }
}

extension DatagramReader {
  /// None from a node that does not speak of neighbours yet.
  fileprivate mutating func takeStatements() throws(DatagramError) -> [WitnessStatement] {
    guard !isEmpty else { return [] }
    var statements: [WitnessStatement] = []
    for _ in 0..<(try takeNumber(bytes: 1)) {
      guard let node = NodeName(try takeName()) else { throw .malformed }
      let silence = Int64(try takeNumber(bytes: 4))
      statements.append(WitnessStatement(node: node, silence: .milliseconds(silence)))
    }
    return statements
  }

  fileprivate mutating func takeHeldAddress() throws(DatagramError) -> HeldAddress {
    guard let address = AddressName(try takeName()) else { throw .malformed }
    let generation = UInt32(truncatingIfNeeded: try takeNumber(bytes: 4))
    let revision = Int64(bitPattern: try takeNumber(bytes: 8))
    return HeldAddress(
      address: address, epoch: Epoch(generation: generation, revision: revision))
  }
}
