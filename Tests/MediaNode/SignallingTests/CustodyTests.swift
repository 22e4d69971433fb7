import Epoll
import NodeContract
import SIP
import Signalling
import Synchronization
import Testing

/// What the loop looks at is in hand meanwhile, and what others died of it does not look at.
@Suite struct CustodyTests {
  @Test func eachMessageIsTakenUnderstoodAndLaidDownBeforeTheNext() async throws {
    let custody = NotedCustody()
    try await SignallingNode.with(serves: true, custody: custody) { node in
      _ = try #require(node.ask(SignallingNode.options(branch: "z9hG4bK-one")))
      let answers = try node.answers(to: Array("no SIP at all\r\n\r\n".utf8))
      #expect(answers.isEmpty)
    }
    #expect(
      custody.deeds == [
        "take", "understand z9hG4bK-one@probe", "lay down", "take", "lay down", "take",
        "understand z9hG4bK-after@probe", "lay down",
      ])
  }

  @Test func whatProcessesDiedOfIsNotEvenRead() async throws {
    try await SignallingNode.with(serves: true, custody: NotedCustody(refusing: "deadly")) { node in
      let deadly = SignallingNode.options(branch: "z9hG4bK-deadly")
      let answers = try node.answers(to: Array(deadly.utf8))
      #expect(answers.isEmpty)
      #expect(node.traffic.quarantined == 1)
      #expect(node.traffic.dropped == 0)
    }
  }

  @Test func whatIsSaidInACallThatProcessesDiedOfIsNotHandled() async throws {
    let custody = NotedCustody(refusingCall: "z9hG4bK-deadly@probe")
    try await SignallingNode.with(serves: true, custody: custody) { node in
      let deadly = SignallingNode.options(branch: "z9hG4bK-deadly")
      let answers = try node.answers(to: Array(deadly.utf8))
      #expect(answers.isEmpty)
      let streamed = try node.streamAnswers(
        to: Array(deadly.replacing("/UDP", with: "/TCP").utf8))
      #expect(streamed.isEmpty)
      #expect(node.traffic.quarantined == 2)
    }
  }
}

/// Writes down what it is told.
private final class NotedCustody: MessageCustody {
  private let noted = Mutex<[String]>([])
  private let word: String?
  private let call: String?

  init(refusing word: String? = nil, refusingCall call: String? = nil) {
    (self.word, self.call) = (word, call)
  }

  var deeds: [String] { noted.withLock { $0 } }

  func take(_ bytes: UnsafeRawBufferPointer, over flow: Flow, at now: Moment) -> Bool {
    if let word, String(decoding: bytes, as: UTF8.self).contains(word) { return false }
    noted.withLock { $0.append("take") }
    return true
  }

  func understand(_ message: SIPMessage, over flow: Flow, at now: Moment) -> Bool {
    noted.withLock { $0.append("understand \(message.headers.callID)") }
    return message.headers.callID != call
  }

  func layDown() { noted.withLock { $0.append("lay down") } }
}
