import NodeContract
import SIP
import Testing

@Suite struct STUNBindingTests {
  private static let transaction: [UInt8] = [
    0xB7, 0xE7, 0xA7, 0x01, 0xBC, 0x34, 0xD6, 0x86, 0xFA, 0x87, 0xDF, 0xAE,
  ]

  private func request(_ attributes: [UInt8] = [], length: Int? = nil) -> [UInt8] {
    [0, 1, 0, UInt8(length ?? attributes.count), 0x21, 0x12, 0xA4, 0x42] + Self.transaction
      + attributes
  }

  private func success(_ attributes: [UInt8]) -> [UInt8] {
    [1, 1, 0, UInt8(attributes.count), 0x21, 0x12, 0xA4, 0x42] + Self.transaction + attributes
  }

  private func answer(_ bytes: [UInt8], from source: String = "192.0.2.1:32853") throws -> [UInt8]?
  {
    let source = try #require(IPEndpoint(source))
    return bytes.withUnsafeBytes { STUNBinding.answer(to: $0, from: source) }
  }

  /// The addresses of RFC 5769 sections 2.2 and 2.3.
  @Test func aPhoneLearnsItsAddressBehindTheNAT() throws {
    let short: [UInt8] = [0, 0x20, 0, 8, 0, 1, 0xA1, 0x47, 0xE1, 0x12, 0xA6, 0x43]
    #expect(try answer(request()) == success(short))
    let long: [UInt8] = [
      0, 0x20, 0, 20, 0, 2, 0xA1, 0x47, 0x01, 0x13, 0xA9, 0xFA, 0xA5, 0xD3, 0xF1, 0x79, 0xBC, 0x25,
      0xF4, 0xB5, 0xBE, 0xD2, 0xB9, 0xD9,
    ]
    #expect(
      try answer(request(), from: "[2001:db8:1234:5678:11:2233:4455:6677]:32853") == success(long))
  }

  @Test func whatItSaysOfItselfIsNoHindrance() throws {
    let software: [UInt8] = [0x80, 0x22, 0, 3, 97, 98, 99, 0]
    let answer = try #require(try answer(request(software)))
    #expect(Array(answer.prefix(2)) == [1, 1] as [UInt8])
  }

  @Test func anAttributeThatWeMustKnowAndDoNotIsNamed() throws {
    let strange: [UInt8] = [0x00, 0x03, 0, 4, 0, 0, 0, 6]
    let answer = try #require(try answer(request(strange)))
    #expect(Array(answer.prefix(2)) == [1, 0x11] as [UInt8])
    let refusal: [UInt8] = [0, 9, 0, 4, 0, 0, 4, 20, 0, 10, 0, 2, 0, 3, 0, 0]
    #expect(Array(answer.dropFirst(20)) == refusal)
    #expect(Int(answer[3]) == answer.count - 20)
  }

  @Test func everythingElseIsDropped() throws {
    let whole = request([0x80, 0x22, 0, 4, 97, 98, 99, 100])
    for length in whole.indices { #expect(try answer(Array(whole.prefix(length))) == nil) }
    let responses: [[UInt8]] = [[1, 1], [0, 0x11], [0, 2]].map { $0 + request().dropFirst(2) }
    for bytes in responses { #expect(try answer(bytes) == nil) }
    #expect(try answer(request(length: 4)) == nil)
    #expect(try answer(request([0x80, 0x22, 0, 9, 1, 2, 3, 4])) == nil)
    var withoutCookie = request()
    withoutCookie[4] = 0
    #expect(try answer(withoutCookie) == nil)
  }

  @Test func anAnswerIsNeverMuchLongerThanItsRequest() throws {
    let many = (0..<60).flatMap { [0x7F, $0, 0, 0] as [UInt8] }
    let answer = try #require(try answer(request(many)))
    #expect(answer.count <= 20 + 8 + 4 + 16)
  }

  @Test func randomBytesNeverTrap() throws {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<20_000 {
      var bytes = (0..<Int.random(in: 0...60)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      if bytes.count >= 20 { bytes.replaceSubrange(0..<8, with: request().prefix(8)) }
      _ = try answer(bytes)
    }
  }

  @Test func aSIPMessageIsNoSTUN() {
    for text in ["OPTIONS", "SIP/2.0 200 OK", "\r\n\r\n", ""] {
      #expect(!Array(text.utf8).withUnsafeBytes { STUNBinding.begins($0) })
    }
    #expect(request().withUnsafeBytes { STUNBinding.begins($0) })
  }
}
