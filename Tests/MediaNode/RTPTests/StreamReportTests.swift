import RTP
import Testing

private func bytes(_ words: [UInt32]) -> [UInt8] {
  words.flatMap { word in
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> UInt32($0)) }
  }
}

private let block: [UInt32] = [0xB, 64 << 24 | 5, 100, 80, 0x2222_3333, 65_536]
private let senderReport = bytes(
  [0x81C8_000C, 0xA, 0x1111_2222, 0x3333_4444, 0, 10, 1_600] + block)

@Suite struct RTCPReportsTests {
  @Test func aSenderReportTellsItsTimeAndWhatItsSenderHears() throws {
    let reports = try #require(senderReport.withUnsafeBytes { RTCPReports($0) })
    #expect(reports.senderReport == 0x2222_3333)
    let block = try #require(reports.block)
    #expect(block.ssrc == 0xB && block.fractionLost == 64 && block.jitter == 80)
    #expect(block.lastSenderReport == 0x2222_3333 && block.delay == 65_536)
  }

  @Test func blocksThatAreClaimedAndNotThereAreNotRead() throws {
    var short = senderReport
    short[0] = 0x9F
    let reports = try #require(short.withUnsafeBytes { RTCPReports($0) })
    #expect(reports.block == nil)
    let empty = bytes([0x9FC9_0001, 1])
    #expect(empty.withUnsafeBytes { RTCPReports($0)?.block } == nil)
  }

  @Test func everyTruncationIsNoReport() {
    for count in 0..<senderReport.count {
      #expect(senderReport[..<count].withUnsafeBytes { RTCPReports($0) } == nil)
    }
  }

  @Test func theRoundTripIsTheTimeSinceTheReportWithoutTheDelayAtTheParty() throws {
    var trip = RoundTrip()
    trip.passed(0x2222_3333, at: 1_000_000_000)
    let block = try #require(senderReport.withUnsafeBytes { RTCPReports($0)?.block })
    trip.heard(block, at: 2_080_000_000)
    #expect(trip.nanoseconds == 80_000_000)
    trip.passed(1, at: 3_000_000_000)
    trip.heard(block, at: 9_000_000_000)
    #expect(trip.nanoseconds == 80_000_000)
  }
}

@Suite struct JitterTests {
  /// Packets of 20 ms that arrive when they are told to, in ms.
  private func jitter(_ arrivals: [UInt32], types: [UInt8]? = nil) -> UInt32 {
    var reception = Reception()
    for (number, arrival) in arrivals.enumerated() {
      reception.record(
        RTPHeader(
          payloadType: types?[number] ?? 0, sequence: UInt16(number),
          timestamp: UInt32(number) * 160, ssrc: 1), arrival: arrival * 8)
    }
    return reception.jitter
  }

  @Test func packetsThatComeEvenlyHaveNone() {
    #expect(jitter((0..<100).map { $0 * 20 }) == 0)
  }

  @Test func packetsThatComeByTurnsEarlyAndLateSpreadByWhatTheyAreOff() {
    // 5 ms off each way: 10 ms between neighbours, 80 units of 8 kHz.
    let jitter = jitter((0..<500).map { $0 * 20 + ($0 % 2) * 10 })
    #expect((70...80).contains(jitter))
  }

  @Test func aKeyPressIsNoJitter() {
    let types: [UInt8] = (0..<100).map { $0 % 10 < 5 ? 101 : 0 }
    #expect(jitter((0..<100).map { $0 * 20 }, types: types) == 0)
  }
}

@Suite struct SpeechQualityTests {
  /// R and MOS as ITU-T's own calculator gives them for default values, to two decimals.
  @Test func aPerfectWayIsAsGoodAsTelephonyGets() {
    let quality = SpeechQuality(loss: 0, delay: 0)
    #expect(abs(quality.rating - 93.2) < 0.01)
    #expect(abs(quality.meanOpinionScore - 4.41) < 0.01)
  }

  @Test func lossAndDelayCost() {
    #expect(abs(SpeechQuality(loss: 0.01, delay: 100).rating - 87.16) < 0.01)
    #expect(SpeechQuality(loss: 0.1, delay: 100).meanOpinionScore < 3.5)
    #expect(SpeechQuality(loss: 0, delay: 400).rating < 60)
    #expect(SpeechQuality(loss: 1, delay: 2_000).meanOpinionScore == 1)
  }
}
