import Epoll
import NodeContract
import Signalling
import Support
import Testing

@Suite struct StreamTests {
  private static func options(_ branch: String) -> String {
    SignallingNode.options(branch: branch).replacing("SIP/2.0/UDP", with: "SIP/2.0/TCP")
  }

  @Test func requestsInPiecesAndTogetherAreAnsweredOverTheirConnection() async throws {
    try await SignallingNode.with(serves: true) { node in
      let peer = try StreamPeer(to: node.local)
      let request = Self.options("z9hG4bK-one")
      peer.send(String(request.prefix(50)))
      _ = node.ask(SignallingNode.options(branch: "z9hG4bK-between"))
      peer.send(String(request.dropFirst(50)) + Self.options("z9hG4bK-two"))
      let text = peer.text { StreamPeer.statuses(in: $0).count == 2 }
      #expect(StreamPeer.statuses(in: text) == [200, 200])
      #expect(text.contains("z9hG4bK-one") && text.contains("z9hG4bK-two"))
    }
  }

  @Test func anAnswerWhoseConnectionIsGoneGoesToWhereThePeerListens() async throws {
    try await SignallingNode.with(serves: true) { node in
      let listener = try TCPListener(binding: IPEndpoint(node.local.address, port: 0))
      var peer: StreamPeer? = try StreamPeer(to: node.pair.trunks)
      peer?.send(node.pair.invitation(byTCPFrom: listener.local))
      _ = peer?.text { StreamPeer.statuses(in: $0).contains(100) }
      peer = nil
      // The end of the connection came before.
      _ = node.ask(SignallingNode.options(branch: "z9hG4bK-after"))
      try node.pair.answerCall()
      var stream: TCPStream?
      try await eventually("the node opens another", within: .seconds(5)) {
        stream = listener.accept()
        return stream != nil
      }
      let text = StreamPeer(try #require(stream)).text { $0.contains("SIP/2.0 200") }
      #expect(StreamPeer.statuses(in: text).contains(200))
    }
  }

  @Test func aPingIsAnsweredWithAPong() async throws {
    try await SignallingNode.with(serves: true) { node in
      let peer = try StreamPeer(to: node.local)
      peer.send("\r\n\r\n")
      #expect(peer.text { $0 == "\r\n" } == "\r\n")
    }
  }

  @Test func aMessageWithoutEndIsRefusedAndItsConnectionClosed() async throws {
    try await SignallingNode.with(serves: true) { node in
      let peer = try StreamPeer(to: node.local)
      peer.send(Self.options("z9hG4bK-a").replacing("Content-Length: 0\r\n", with: ""))
      #expect(StreamPeer.statuses(in: peer.text { _ in false }) == [400])
      #expect(peer.isClosed)
    }
  }

  @Test func aMessageThatWouldBeTooLargeIsRefusedBeforeItCame() async throws {
    try await SignallingNode.with(serves: true) { node in
      let peer = try StreamPeer(to: node.local)
      peer.send(Self.options("z9hG4bK-a").replacing("Content-Length: 0", with: "l: 99999999"))
      #expect(StreamPeer.statuses(in: peer.text { _ in false }) == [513])
    }
  }

  @Test func whoTakesTooManyConnectionsGetsNoMore() async throws {
    var limits = StreamLimits()
    limits.connectionsPerSource = 2
    try await SignallingNode.with(serves: true, limits: limits) { node in
      let peers = try (0..<3).map { _ in try StreamPeer(to: node.local) }
      #expect(peers[2].isClosedSoon())
      peers[0].send(Self.options("z9hG4bK-a"))
      #expect(peers[0].text { $0.contains("200") }.hasPrefix("SIP/2.0 200"))
    }
  }

  @Test func bytesThatMakeNoMessageBuyNoTime() async throws {
    var limits = StreamLimits()
    limits.firstMessage = .milliseconds(500)
    try await SignallingNode.with(serves: true, limits: limits) { node in
      let peer = try StreamPeer(to: node.local)
      for byte in String(repeating: "OPTIONS sip:demo.tandem.test", count: 20).utf8
      where !peer.isClosed {
        peer.send([byte])
        _ = peer.text(within: .milliseconds(50)) { _ in false }
      }
      #expect(peer.isClosed)
    }
  }

  @Test func aConnectionThatNeverSpeaksIsClosed() async throws {
    var limits = StreamLimits()
    limits.firstMessage = .milliseconds(100)
    try await SignallingNode.with(serves: true, limits: limits) { node in
      let peer = try StreamPeer(to: node.local)
      let text = peer.text(within: .seconds(15)) { _ in false }
      #expect(text.isEmpty && peer.isClosed)
    }
  }
}
