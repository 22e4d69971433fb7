import RTP
import Testing

/// What a party is told of the stream that we make for it, and of its own (RFC 3550 section 6.4).
@Suite struct OwnReportsTests {
  private static let second: Int64 = 1_000_000_000

  private var chance = SystemRandomNumberGenerator()

  private func sent(_ packets: UInt32) -> OwnReports.SentStream {
    OwnReports.SentStream(ssrc: 0xABC, timestamp: 777, packets: packets, octets: packets * 160)
  }

  /// A party's stream of so many packets, without those that were lost.
  private func reception(_ numbers: some Sequence<UInt16>) -> Reception {
    var reception = Reception()
    for number in numbers {
      reception.record(
        RTPHeader(payloadType: 0, sequence: number, timestamp: UInt32(number) * 160, ssrc: 7),
        arrival: UInt32(number) * 160)
    }
    return reception
  }

  private func word(_ place: Int, of bytes: [UInt8]) -> UInt32 {
    bytes[(4 * place)..<(4 * place + 4)].reduce(0) { $0 << 8 | UInt32($1) }
  }

  @Test mutating func whoSpeaksAndHearsReportsBoth() throws {
    var reports = OwnReports(at: 0, &chance)
    reports.heard(0x1234_5678, at: 8 * Self.second)
    let told = try #require(
      reports.next(
        sent(10), about: reception((0..<20).filter { $0 % 4 != 1 }), at: 10 * Self.second,
        wall: 1_500, &chance))
    #expect(told.bytes.withUnsafeBytes { RTCPHeader.isCompound($0) })
    #expect(word(0, of: told.bytes) == 0x81C8_000C && word(1, of: told.bytes) == 0xABC)
    // One and a half seconds after 1970 began.
    #expect(word(2, of: told.bytes) == 2_208_988_801 && word(3, of: told.bytes) == 1 << 31)
    #expect((4...6).map { word($0, of: told.bytes) } == [777, 10, 1_600])
    #expect(word(7, of: told.bytes) == 7)
    #expect(word(8, of: told.bytes) == 64 << 24 | 5, "a quarter, five packets")
    #expect(word(9, of: told.bytes) == 19)
    #expect(word(11, of: told.bytes) == 0x1234_5678)
    #expect(word(12, of: told.bytes) == 2 * 65_536)
    #expect(told.senderReport == 2_208_988_801 << 16 | 1 << 15)
    let name: [UInt8] = [0x81, 202, 0, 3, 0, 0, 10, 188, 1, 3, 97, 98, 99, 0, 0, 0]
    #expect(told.bytes[52...].elementsEqual(name))
  }

  @Test mutating func whoSentNothingSinceIsAReceiver() throws {
    var reports = OwnReports(at: 0, &chance)
    let party = reception(0..<5)
    _ = reports.next(sent(10), about: party, at: 10 * Self.second, wall: 0, &chance)
    let told = try #require(
      reports.next(sent(10), about: party, at: 20 * Self.second, wall: 0, &chance))
    #expect(word(0, of: told.bytes) == 0x81C9_0007 && told.senderReport == nil)
    #expect(word(3, of: told.bytes) == 0, "nothing new was lost")
  }

  @Test mutating func wherePartiesAreSilentNothingIsTold() {
    var reports = OwnReports(at: 0, &chance)
    #expect(
      reports.next(sent(0), about: Reception(), at: 10 * Self.second, wall: 0, &chance) == nil)
  }

  @Test mutating func whatIsLostIsCountedSinceTheReportBefore() throws {
    var reports = OwnReports(at: 0, &chance)
    _ = reports.next(
      sent(1), about: reception((0..<20).filter { $0 % 2 == 0 }), at: 10 * Self.second, wall: 0,
      &chance)
    let more = reception((0..<20).filter { $0 % 2 == 0 } + Array(20..<120))
    let told = try #require(
      reports.next(sent(2), about: more, at: 20 * Self.second, wall: 0, &chance))
    // 19 is the tenth that is missing.
    #expect(word(8, of: told.bytes) == UInt32(1 * 256 / 101) << 24 | 10)
  }

  @Test mutating func reportsComeEveryFiveSecondsOrSo() {
    for _ in 0..<50 {
      var reports = OwnReports(at: 0, &chance)
      #expect(!reports.isDue(at: 1_249_999_999) && reports.isDue(at: 3_750_000_000))
      _ = reports.next(sent(1), about: Reception(), at: 4 * Self.second, wall: 0, &chance)
      #expect(!reports.isDue(at: 6_499_999_999) && reports.isDue(at: 11_500_000_000))
    }
  }

  @Test mutating func aClockBefore1970IsNoTrap() {
    var reports = OwnReports(at: 0, &chance)
    #expect(
      reports.next(sent(1), about: Reception(), at: 0, wall: .min / 2, &chance)?.bytes.count == 44)
  }
}
