import HTTP2
import Testing

/// A frame as RFC 9113 section 4.1 lays it out.
struct WireFrame: Equatable {
  var type: UInt8
  var flags: UInt8 = 0
  var stream: UInt8 = 0
  var payload: [UInt8] = []

  static let data: UInt8 = 0
  static let headers: UInt8 = 1
  static let reset: UInt8 = 3
  static let settings: UInt8 = 4
  static let goAway: UInt8 = 7
  static let windowUpdate: UInt8 = 8

  var bytes: [UInt8] {
    let length = payload.count
    return [UInt8(length >> 16 & 255), UInt8(length >> 8 & 255), UInt8(length & 255), type, flags]
      + [0, 0, 0, stream] + payload
  }

  /// The frames of a client's output after its preface.
  static func parse(_ output: [UInt8]) -> [WireFrame] {
    var rest = output[...]
    var frames: [WireFrame] = []
    while rest.count >= 9 {
      let head = Array(rest.prefix(9))
      let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
      rest = rest.dropFirst(9)
      frames.append(
        WireFrame(
          type: head[3], flags: head[4], stream: head[8], payload: Array(rest.prefix(length))))
      rest = rest.dropFirst(length)
    }
    return frames
  }
}

@Suite struct HTTP2ClientConnectionTests {
  private let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

  private func connection() throws -> HTTP2ClientConnection {
    try HTTP2ClientConnection(postTo: "/link/v1", authority: "127.0.0.1:7443")
  }

  private func tell(_ connection: HTTP2ClientConnection, _ frames: WireFrame...) throws
    -> [HTTP2Event]
  {
    try frames.flatMap(\.bytes).withUnsafeBytes { try connection.receive($0) }
  }

  private func windowUpdate(_ stream: UInt8, by count: Int) -> WireFrame {
    WireFrame(
      type: WireFrame.windowUpdate, stream: stream,
      payload: [24, 16, 8, 0].map { UInt8(count >> $0 & 255) })
  }

  private func bodyBytes(_ output: [UInt8]) -> [UInt8] {
    WireFrame.parse(output).filter { $0.type == WireFrame.data }.flatMap(\.payload)
  }

  @Test func aConnectionBeginsWithPrefaceWindowAndRequest() throws {
    let output = try connection().takeOutput()
    #expect(output.starts(with: preface))
    let frames = WireFrame.parse(Array(output.dropFirst(preface.count)))
    // Push is off (2 → 0) and the stream's window is 1 MiB (4 → 2^20).
    #expect(
      frames.first
        == WireFrame(
          type: WireFrame.settings, payload: [0, 4, 0, 0x10, 0, 0, 0, 2, 0, 0, 0, 0]))
    let request = frames.first { $0.type == WireFrame.headers }
    #expect(request?.flags == 4, "the head is whole and the body stays open")
  }

  @Test func theResponseArrivesInPieces() throws {
    let connection = try connection()
    _ = try connection.takeOutput()
    let head = WireFrame(type: WireFrame.headers, flags: 4, stream: 1, payload: [0x88])
    let events = try tell(
      connection, WireFrame(type: WireFrame.settings), head,
      WireFrame(type: WireFrame.data, stream: 1, payload: [1, 2]),
      WireFrame(type: WireFrame.data, flags: 1, stream: 1, payload: [3]))
    #expect(events == [.response(status: 200), .data([1, 2]), .data([3])])
  }

  @Test func theBodyLeavesAsTheServersWindowOpens() throws {
    let connection = try connection()
    _ = try connection.takeOutput()
    _ = try tell(connection, WireFrame(type: WireFrame.settings))
    let body = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
    try connection.send(body)
    let first = bodyBytes(try connection.takeOutput())
    #expect(first.count == 65_535)
    #expect(connection.unsentBytes == 100_000 - 65_535)
    #expect(bodyBytes(try connection.takeOutput()).isEmpty)

    _ = try tell(connection, windowUpdate(0, by: 1 << 20), windowUpdate(1, by: 1 << 20))
    let second = bodyBytes(try connection.takeOutput())
    #expect(first + second == body)
    #expect(connection.unsentBytes == 0)
  }

  @Test func aBodyThatCameToRestGoesOn() throws {
    let connection = try connection()
    _ = try connection.takeOutput()
    for byte in UInt8(1)...5 {
      try connection.send([byte])
      #expect(bodyBytes(try connection.takeOutput()) == [byte])
      #expect(bodyBytes(try connection.takeOutput()).isEmpty)
    }
  }

  @Test func aResetAndALeaveAreTold() throws {
    let connection = try connection()
    _ = try connection.takeOutput()
    let events = try tell(
      connection, WireFrame(type: WireFrame.settings),
      WireFrame(type: WireFrame.goAway, payload: [0, 0, 0, 1, 0, 0, 0, 0]),
      WireFrame(type: WireFrame.reset, stream: 1, payload: [0, 0, 0, 8]))
    #expect(events == [.goAway, .closed(code: 8)])
    try connection.send([1])
    #expect(connection.unsentBytes == 0)
  }

  @Test func aServerThatSpeaksNoHTTP2IsLeft() throws {
    let connection = try connection()
    _ = try connection.takeOutput()
    let answer = Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)
    let events = try answer.withUnsafeBytes { try connection.receive($0) }
    #expect(events.isEmpty)
    #expect(!connection.isFinished)
    let farewell = WireFrame.parse(try connection.takeOutput())
    #expect(farewell.contains { $0.type == WireFrame.goAway })
    #expect(connection.isFinished)
  }
}
