import SIP
import SeededRandom
import Testing

@Suite struct StreamFramingTests {
  private static let options = text(
    "OPTIONS sip:h SIP/2.0", "Via: SIP/2.0/TCP h;branch=z9hG4bKa", "l : 5", "", "hello")
  private static let bye = text("BYE sip:h SIP/2.0", "CONTENT-LENGTH: 0", "", "")

  private static func text(_ lines: String...) -> [UInt8] {
    Array(lines.joined(separator: "\r\n").utf8)
  }

  private static func frames(_ stream: [UInt8], pieces: [Int]) throws -> [StreamFraming.Frame] {
    var framing = StreamFraming(limit: 65_536)
    var frames: [StreamFraming.Frame] = []
    var rest = stream[...]
    for size in pieces + [stream.count] {
      framing.append(rest.prefix(size))
      rest = rest.dropFirst(size)
      while let frame = try framing.next() { frames.append(frame) }
    }
    return frames
  }

  @Test func messagesAreTheSameWhateverPiecesTheyComeIn() throws {
    let stream = Self.options + Self.bye + Array("\r\n\r\n".utf8) + Self.options
    let whole: [StreamFraming.Frame] = [
      .message(Self.options), .message(Self.bye), .ping, .message(Self.options),
    ]
    #expect(try Self.frames(stream, pieces: []) == whole)
    var random = SeededGenerator(seed: 1)
    for _ in 0..<500 {
      let pieces = (0..<40).map { _ in Int.random(in: 1...12, using: &random) }
      #expect(try Self.frames(stream, pieces: pieces) == whole)
    }
    #expect(try Self.frames(stream, pieces: Array(repeating: 1, count: stream.count)) == whole)
  }

  @Test func lineEndsBetweenMessagesMeanNothing() throws {
    let stream = Array("\r\n".utf8) + Self.bye + Array("\r\n".utf8) + Self.bye
    #expect(try Self.frames(stream, pieces: []) == [.message(Self.bye), .message(Self.bye)])
  }

  @Test(arguments: [
    "OPTIONS sip:h SIP/2.0\r\nTo: <sip:h>\r\n\r\n",
    "OPTIONS sip:h SIP/2.0\r\nContent-Length: -1\r\n\r\n",
    "OPTIONS sip:h SIP/2.0\r\nContent-Length: 1\r\nl: 2\r\n\r\n",
  ])
  func aMessageWhoseEndNobodyKnowsEndsTheStream(message: String) {
    let bytes = Array(message.utf8)
    #expect(throws: StreamFraming.Failure.unknownLength(head: bytes)) {
      try Self.frames(bytes, pieces: [])
    }
  }

  @Test func aMessageBeyondTheLimitEndsTheStream() {
    let head = Array("OPTIONS sip:h SIP/2.0\r\nl: 99999999999999999999999\r\n\r\n".utf8)
    #expect(throws: StreamFraming.Failure.tooLarge(head: head)) {
      try Self.frames(head, pieces: [])
    }
  }

  @Test func aHeadWithoutEndEndsTheStream() {
    let endless = Array(repeating: UInt8(ascii: "a"), count: 70_000)
    #expect(throws: StreamFraming.Failure.endlessHeader) {
      try Self.frames(endless, pieces: [])
    }
  }
}
