import NodeContract
import TLS
import Testing

@Suite struct TestimonyDatagramTests {
  let hashing = OpenSSLHashing()
  let key = LinkSamples.key
  let testimony = ReplicaTestimony(
    replica: LinkSamples.replica, quorumAge: .milliseconds(75),
    silences: [NodeName("node-a1")!: .milliseconds(12), NodeName("node-b1")!: .seconds(90)])

  private func parse(_ datagram: [UInt8], _ key: BeatKey? = nil) throws -> ReplicaTestimony {
    try ReplicaTestimony.parse(datagram, by: hashing) { name, number in
      name == LinkSamples.replica && number == self.key.number ? key ?? self.key : nil
    }.testimony
  }

  private func datagram(_ testimony: ReplicaTestimony, numbered number: UInt64 = 9) -> [UInt8] {
    testimony.datagram(numbered: number, sealedWith: key, by: hashing)
  }

  @Test func whatAReplicaSaysArrives() throws {
    #expect(try parse(datagram(testimony)) == testimony)
    var cutOff = testimony
    cutOff.quorumAge = nil
    #expect(try parse(datagram(cutOff)) == cutOff)
    let parsed = try ReplicaTestimony.parse(datagram(testimony, numbered: 1 << 40), by: hashing) {
      _, _ in key
    }
    #expect(parsed.number == 1 << 40)
    #expect(parsed.keyNumber == key.number)
  }

  @Test func aLargeCellIsSpokenOfInPartsThatFitAnyFrame() throws {
    var cell = testimony
    cell.silences = Dictionary(
      uniqueKeysWithValues: (1...200).map {
        let name = "\($0)-a-node-with-as-long-a-name-as-may-be"
        return (NodeName(name.prefix(32))!, Duration.milliseconds($0))
      })
    let parts = try cell.parts.map { part in
      let bytes = datagram(part)
      #expect(bytes.count <= 1_232)
      return try parse(bytes)
    }
    #expect(parts.count == 7)
    #expect(parts.map(\.silences).reduce(into: [:]) { $0.merge($1) { $1 } } == cell.silences)
    #expect(parts.allSatisfy { $0.quorumAge == cell.quorumAge })
  }

  @Test func whoKnowsNoNodeSaysAtLeastThatItIsThere() throws {
    let alone = ReplicaTestimony(replica: LinkSamples.replica, quorumAge: nil, silences: [:])
    #expect(alone.parts == [alone])
    #expect(try parse(datagram(alone)) == alone)
  }

  @Test func anyChangedBitMakesItAForgery() {
    let bytes = datagram(testimony)
    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= 0x20
      #expect(throws: DatagramError.self, "byte \(index)") { try parse(changed) }
    }
  }

  @Test func anotherKeyMakesItAForgery() {
    let other = BeatKey(number: key.number, bytes: [UInt8](repeating: 7, count: 32))
    #expect(throws: DatagramError.forged) { try parse(datagram(testimony), other) }
  }

  @Test func whatIsCutShortIsMalformed() {
    let bytes = datagram(testimony)
    for count in bytes.indices {
      #expect(throws: DatagramError.self, "\(count) bytes") {
        try parse(Array(bytes.prefix(count)))
      }
    }
  }

  /// The type tells who speaks, so that neither passes for the other.
  @Test func noBeatIsATestimony() {
    let beat = Beat(node: LinkSamples.node, incarnation: LinkSamples.uuid, number: 9)
      .datagram(sealedWith: key, by: hashing)
    #expect(throws: DatagramError.malformed) { try parse(beat) }
    #expect(!ReplicaTestimony.begins(beat))
    #expect(ReplicaTestimony.begins(datagram(testimony)))
  }
}
