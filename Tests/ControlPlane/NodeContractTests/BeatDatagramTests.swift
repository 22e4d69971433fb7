import NodeContract
import SeededRandom
import Support
import TLS
import Testing

@Suite struct BeatDatagramTests {
  let hashing = OpenSSLHashing()
  let key = LinkSamples.key
  let beat = Beat(
    node: LinkSamples.node, incarnation: LinkSamples.uuid, number: 1 << 33,
    statements: [WitnessStatement(node: NodeName("node-a2")!, silence: .milliseconds(400))])
  let acknowledgement = BeatAcknowledgement(
    replica: LinkSamples.replica, number: 1 << 33, epochs: LinkSamples.held)

  private func parse(_ datagram: [UInt8]) throws -> Beat {
    try Beat(parsing: datagram, by: hashing) { node, number in
      node == beat.node && number == key.number ? key : nil
    }
  }

  private func parseAcknowledgement(_ datagram: [UInt8]) throws -> BeatAcknowledgement {
    try BeatAcknowledgement(parsing: datagram, by: hashing) { _, _ in key }
  }

  @Test func aBeatAndItsAcknowledgementArrive() throws {
    #expect(try parse(beat.datagram(sealedWith: key, by: hashing)) == beat)
    let answer = acknowledgement.datagram(sealedWith: key, by: hashing)
    #expect(try parseAcknowledgement(answer) == acknowledgement)
  }

  @Test func aBeatIsSmall() {
    #expect(beat.datagram(sealedWith: key, by: hashing).count == 66)
  }

  @Test func aBeatSpeaksOfAsManyNeighboursAsFit() throws {
    var beat = beat
    beat.statements = (1...40).map {
      WitnessStatement(node: NodeName("node-\($0)")!, silence: .milliseconds($0))
    }
    let heard = try parse(beat.datagram(sealedWith: key, by: hashing))
    #expect(heard.statements == Array(beat.statements.prefix(maximumWitnessStatements)))
  }

  @Test func anyChangedBitMakesItAForgery() throws {
    let datagram = beat.datagram(sealedWith: key, by: hashing)
    for index in datagram.indices {
      var changed = datagram
      changed[index] ^= 0x20
      #expect(throws: DatagramError.self, "byte \(index)") { try parse(changed) }
    }
  }

  @Test func anotherKeyMakesItAForgery() {
    let other = BeatKey(number: key.number, bytes: [UInt8](repeating: 7, count: 32))
    #expect(throws: DatagramError.forged) {
      try parse(beat.datagram(sealedWith: other, by: hashing))
    }
  }

  @Test func aKeyNobodyGaveIsUnknown() {
    let other = BeatKey(number: 10, bytes: key.bytes)
    #expect(throws: DatagramError.unknownKey) {
      try parse(beat.datagram(sealedWith: other, by: hashing))
    }
  }

  @Test func everyTruncationIsRefused() {
    let (beat, answer) = (
      beat.datagram(sealedWith: key, by: hashing),
      acknowledgement.datagram(sealedWith: key, by: hashing)
    )
    for length in 0..<beat.count {
      #expect(throws: DatagramError.self) { try parse(Array(beat.prefix(length))) }
    }
    for length in 0..<answer.count {
      #expect(throws: DatagramError.self) { try parseAcknowledgement(Array(answer.prefix(length))) }
    }
  }

  @Test func aBeatIsNotItsOwnAcknowledgement() {
    let datagram = beat.datagram(sealedWith: key, by: hashing)
    #expect(throws: DatagramError.malformed) { try parseAcknowledgement(datagram) }
  }

  @Test func noBytesBringTheParserDown() {
    var random = SeededGenerator(seed: 4)
    for _ in 0..<2000 {
      let bytes = [UInt8](arrayLiteral: 0x81) + random.bytes(Int.random(in: 0...90, using: &random))
      #expect(throws: DatagramError.self) { try parseAcknowledgement(bytes) }
    }
  }
}
