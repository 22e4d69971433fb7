// What a replica tells another, in a sealed datagram (`SealedDatagram`) under the sender's own key:
//
//   testimony  u8 length and replica name, u32 milliseconds since its last read of a quorum began (all ones:
//              there was none), u8 count of nodes, and for each u8 length and node name, u32 milliseconds
//              of silence

/// The most nodes that one datagram speaks of: it fits a frame of any network.
public let maximumTestifiedNodes = 30

extension ReplicaTestimony {
  /// In parts of which each fits one datagram; at least one, since that it speaks at all says something.
  public var parts: [ReplicaTestimony] {
    let nodes = silences.sorted { $0.key < $1.key }
    let starts = stride(from: 0, to: max(nodes.count, 1), by: maximumTestifiedNodes)
    return starts.map { start in
      let some = nodes[start..<min(start + maximumTestifiedNodes, nodes.count)]
      return ReplicaTestimony(
        replica: replica, quorumAge: quorumAge,
        silences: Dictionary(some.map { ($0.key, $0.value) }) { first, _ in first })
    }
  }

  /// This part as a datagram that only holders of `key` can make.
  public func datagram(
    numbered number: UInt64, sealedWith key: BeatKey, by hashing: any Hashing
  ) -> [UInt8] {
    let nodes = silences.sorted { $0.key < $1.key }.prefix(maximumTestifiedNodes)
    let head = DatagramWriter.header(.testimony, key: key, number: number)
      .adding(name: replica.text)
      .adding((quorumAge.map(\.wireMilliseconds) ?? .max).bigEndianBytes)
      .adding([UInt8(nodes.count)])
    return nodes.reduce(head) { datagram, entry in
      datagram.adding(name: entry.key.text).adding(entry.value.wireMilliseconds.bigEndianBytes)
    }.sealed(with: key, by: hashing)
  }

  /// Whether a datagram can only be a testimony, if it is anything of ours.
  public static func begins(_ datagram: some Collection<UInt8>) -> Bool {
    datagram.first == DatagramType.testimony.rawValue
  }

  /// Verifies and reads a testimony and its number. `key` finds the key of that number of that replica.
  public static func parse(
    _ datagram: some Collection<UInt8>, by hashing: any Hashing,
    key: (ReplicaName, UInt32) -> BeatKey?
  ) throws(DatagramError) -> (testimony: ReplicaTestimony, keyNumber: UInt32, number: UInt64) {
    let envelope = try SealedDatagram(datagram, type: .testimony)
    var reader = envelope.fields
    guard let replica = ReplicaName(try reader.takeName()) else { throw .malformed }
    let age = UInt32(truncatingIfNeeded: try reader.takeNumber(bytes: 4))
    var silences: [NodeName: Duration] = [:]
    for _ in 0..<(try reader.takeNumber(bytes: 1)) {
      guard let node = NodeName(try reader.takeName()) else { throw .malformed }
      silences[node] = .milliseconds(Int64(try reader.takeNumber(bytes: 4)))
    }
    guard reader.isEmpty else { throw .malformed }
    try envelope.verify(key(replica, envelope.keyNumber), by: hashing)
    let testimony = ReplicaTestimony(
      replica: replica, quorumAge: age == .max ? nil : .milliseconds(Int64(age)),
      silences: silences)
    return (testimony, envelope.keyNumber, envelope.number)
  }
}

extension Duration {
  /// All ones mean something else.
  fileprivate var wireMilliseconds: UInt32 {
    min(UInt32(clamping: nanoseconds / 1_000_000), .max - 1)
  }
}
