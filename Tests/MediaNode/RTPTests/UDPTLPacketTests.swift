import RTP
import SeededRandom
import Testing

@Suite struct UDPTLPackets {
  private func parse(_ bytes: [UInt8]) -> UDPTLPacket? {
    bytes.withUnsafeBytes { UDPTLPacket(parsing: $0) }
  }

  private let redundant: [UInt8] = [0x12, 0x34, 2, 0xC0, 0x01, 0, 2, 1, 6, 3, 1, 2, 3]

  @Test func aNumberAndTheNewestMessageAreRead() {
    let packet = parse(redundant)
    #expect(packet?.sequence == 0x1234 && packet?.primaryLength == 2)
    // A span of two and one parity of three bytes.
    #expect(parse([0, 1, 1, 6, 0x80, 1, 2, 1, 3, 9, 9, 9])?.sequence == 1)
    let long = [0, 2, 0x81, 0x00] + [UInt8](repeating: 7, count: 256) + [0, 0]
    #expect(parse(long)?.primaryLength == 256)
  }

  @Test func noPartOfADatagramIsOne() {
    for count in redundant.indices { #expect(parse(Array(redundant[..<count])) == nil) }
  }

  @Test func whateverComesIsReadWithinItsBounds() {
    var random = SeededGenerator(seed: 38)
    for _ in 0..<20_000 {
      let bytes = (0..<Int.random(in: 0..<60, using: &random)).map { _ in
        UInt8.random(in: .min ... .max, using: &random)
      }
      let packet = parse(bytes)
      #expect(packet.map { $0.primaryLength < bytes.count } ?? true)
    }
  }
}
