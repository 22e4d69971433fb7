import CallControl
import Epoll
import Logging
import NodeContract
import Signalling
import Testing

@Suite struct SignallingLoopTests {
  @Test func aServedAddressAnswersOptionsOverARealSocket() async throws {
    try await SignallingNode.with(serves: true) { node in
      let answer = try #require(node.ask(SignallingNode.options(branch: "z9hG4bK-1")))
      #expect(answer.hasPrefix("SIP/2.0 200 "))
      #expect(answer.contains("branch=z9hG4bK-1"))
    }
  }

  @Test func anAddressWithoutAGrantSaysWhenToTryAgain() async throws {
    try await SignallingNode.with(serves: false) { node in
      let answer = try #require(node.ask(SignallingNode.options(branch: "z9hG4bK-2")))
      #expect(answer.hasPrefix("SIP/2.0 503 "))
      #expect(answer.lowercased().contains("retry-after:"))
    }
  }

  @Test func aGrantThatComesWhileTheNodeRunsTakesEffectAtOnce() async throws {
    try await SignallingNode.with(serves: false) { node in
      node.signalling.submit {
        $0.adopt(SignallingNode.address, epoch: Epoch(generation: 1, revision: 5), at: $1)
      }
      let answer = try #require(node.ask(SignallingNode.options(branch: "z9hG4bK-3")))
      #expect(answer.hasPrefix("SIP/2.0 200 "))
    }
  }

  @Test func garbageIsCountedAndTheNextRequestIsAnswered() async throws {
    try await SignallingNode.with(serves: true) { node in
      let garbage: [[UInt8]] = [
        [0], [0xFF, 0xFE, 0xFD], Array("INVITE".utf8), Array("SIP/2.0 999999 x\r\n\r\n".utf8),
        Array(SignallingNode.options(branch: "z9hG4bK-4").utf8.prefix(80)),
        Array(repeating: 0x41, count: 9000),
      ]
      for datagram in garbage { node.send(datagram) }
      let answer = try #require(node.ask(SignallingNode.options(branch: "z9hG4bK-5")))
      #expect(answer.contains("branch=z9hG4bK-5"))
      #expect(node.traffic.received == UInt64(garbage.count + 1))
      #expect(node.traffic.dropped + node.traffic.refused > 0)
    }
  }

  @Test func aKeepAliveIsNeitherAnsweredNorCountedAsGarbage() async throws {
    try await SignallingNode.with(serves: true) { node in
      node.send(Array("\r\n\r\n".utf8))
      _ = try #require(node.ask(SignallingNode.options(branch: "z9hG4bK-6")))
      #expect(node.traffic.dropped == 0)
      #expect(node.traffic.refused == 0)
    }
  }
}
