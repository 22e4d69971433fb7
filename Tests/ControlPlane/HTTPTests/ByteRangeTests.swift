import HTTP
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Testing

/// Files are sent as a whole, or as much of them as somebody asks for (RFC 9110 section 14).
@Suite struct ByteRangeTests {
  /// Of ten bytes, 0 to 9, that come in two pieces.
  private func ask(_ headers: HTTPFields) async throws -> TestResponse {
    var routes = RouteGroup()
    routes.get("/file") { request in
      try .file(of: 10, contentType: "audio/mpeg", for: request) { range, take in
        for piece in [0..<7, 7..<10] {
          let wanted = range.clamped(to: piece)
          if !wanted.isEmpty { try await take(wanted.map { UInt8($0) }) }
        }
      }
    }
    let server = WebServer(
      host: "127.0.0.1", port: 0, routes: routes.routes, checks: [], metrics: MetricsRegistry(),
      log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    return try await server.application().test(.live) { client in
      try await client.execute(uri: "/file", method: .get, headers: headers)
    }
  }

  @Test func whoAsksForNothingElseGetsTheWholeFile() async throws {
    let answer = try await ask([:])
    #expect(answer.status == .ok && Array(answer.body.readableBytesView) == Array(0..<10))
    #expect(answer.headers[.acceptRanges] == "bytes" && answer.headers[.contentLength] == "10")
    #expect(answer.headers[.contentType] == "audio/mpeg")
  }

  @Test(arguments: [
    ("bytes=0-0", 0..<1), ("bytes=2-4", 2..<5), ("bytes=5-", 5..<10), ("bytes=-3", 7..<10),
    ("bytes=6-7", 6..<8), ("bytes=4-99", 4..<10), ("bytes=-99", 0..<10), ("Bytes= 1 - 2 ", 1..<3),
    ("bytes=9-99999999999999999999", 9..<10), ("bytes=-99999999999999999999", 0..<10),
  ])
  func aPartIsSentAndNamed(header: String, range: Range<UInt8>) async throws {
    let answer = try await ask([.range: header])
    #expect(answer.status == .partialContent)
    #expect(Array(answer.body.readableBytesView) == Array(range))
    #expect(
      answer.headers[.contentRange] == "bytes \(range.lowerBound)-\(range.upperBound - 1)/10")
    #expect(answer.headers[.contentLength] == "\(range.count)")
  }

  @Test(arguments: ["bytes=10-", "bytes=10-12", "bytes=-0", "bytes=99999999999999999999-"])
  func whatLiesBehindTheEndIsRefusedWithTheLength(header: String) async throws {
    let answer = try await ask([.range: header])
    #expect(answer.status == .rangeNotSatisfiable)
    #expect(answer.headers[.contentRange] == "bytes */10")
  }

  @Test(arguments: [
    "", "bytes", "bytes=", "bytes=-", "bytes=4-2", "bytes=a-b", "bytes=0-1,3-4", "seconds=1-2",
    "bytes=+1-2", "bytes=1--2", "bytes=1-2=3",
  ])
  func whatIsNoOneRangeIsAsIfItWereNotThere(header: String) async throws {
    let answer = try await ask([.range: header])
    #expect(answer.status == .ok && answer.body.readableBytes == 10, "\(header)")
  }

  @Test func aPartOfAnotherVersionOfTheFileIsNotMixedWithThisOne() async throws {
    let answer = try await ask([.range: "bytes=2-4", .ifRange: "\"earlier\""])
    #expect(answer.status == .ok && answer.body.readableBytes == 10)
  }
}
