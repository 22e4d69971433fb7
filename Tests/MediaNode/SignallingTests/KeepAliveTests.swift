import Epoll
import NodeContract
import Testing

/// Phones that ask where they are (RFC 5626 section 3.5.2).
@Suite struct KeepAliveTests {
  private static let request: [UInt8] =
    [0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]

  @Test func aPhoneLearnsFromSTUNWhereItsNATPutIt() async throws {
    try await SignallingNode.with(serves: true) { node in
      let phone = try UDPSocket(binding: IPEndpoint(node.local.address, port: 0))
      phone.send(Self.request, to: node.local)
      let answer = try #require(phone.firstBytes())
      let port = phone.local.port ^ 0x2112
      var expected: [UInt8] = [1, 1, 0, 12] + Self.request[4...]
      expected += [0, 0x20, 0, 8, 0, 1, UInt8(port >> 8), UInt8(port & 0xFF)]
      expected += [0x5E, 0x12, 0xA4, 0x43]
      #expect(answer == expected)
    }
  }

  @Test func anAddressThatIsNotOursAnswersNoKeepAlive() async throws {
    try await SignallingNode.with(serves: false) { node in
      let phone = try UDPSocket(binding: IPEndpoint(node.local.address, port: 0))
      phone.send(Self.request, to: node.local)
      // Answered after it, with 503.
      _ = try #require(node.ask(SignallingNode.options(branch: "z9hG4bK-after-stun")))
      #expect(phone.firstBytes(within: .milliseconds(50)) == nil)
    }
  }

  @Test func brokenKeepAlivesDisturbNothing() async throws {
    try await SignallingNode.with(serves: true) { node in
      for length in 1..<Self.request.count {
        let answers = try node.answers(to: Array(Self.request.prefix(length)))
        #expect(answers.isEmpty)
      }
    }
  }
}

extension UDPSocket {
  fileprivate func firstBytes(within patience: Duration = .seconds(5)) -> [UInt8]? {
    let deadline = MachineClock.boot().advanced(by: patience)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 2_048, alignment: 1)
    defer { buffer.deallocate() }
    while MachineClock.boot() < deadline {
      if let (count, _) = receive(into: buffer) { return Array(buffer[..<count]) }
    }
    return nil
  }
}
