import RTP
import Testing

private func parse(_ bytes: [UInt8]) throws(RTPParseError) -> RTPHeader {
  try RTPHeader(parsing: bytes.span)
}

private let header = RTPHeader(
  marker: true, payloadType: 101, sequence: 0xFFFE, timestamp: 0x0102_0304, ssrc: 0xDEAD_BEEF)

@Suite struct RTPHeaderTests {
  @Test func aHeaderIsPrintedAsRFC3550DrawsIt() {
    #expect(
      header.packet(with: [9])
        == [0x80, 0xE5, 0xFF, 0xFE, 1, 2, 3, 4, 0xDE, 0xAD, 0xBE, 0xEF, 9])
  }

  @Test func aHeaderIsReadAsItWasPrinted() throws {
    let read = try parse(header.packet(with: [1, 2, 3]))
    #expect(read.marker && read.payloadType == 101 && read.sequence == 0xFFFE)
    #expect(read.timestamp == 0x0102_0304 && read.ssrc == 0xDEAD_BEEF)
    #expect(read.payload == 12..<15)
  }

  @Test func sourcesExtensionAndPaddingAreNoPayload() throws {
    let plain = header.packet(with: [])
    let packet =
      [plain[0] | 0x30 | 2] + plain[1...] + [UInt8](repeating: 7, count: 8)
      + [0xBE, 0xDE, 0, 1, 1, 2, 3, 4] + [42, 43] + [0, 0, 3]
    #expect(try parse(packet).payload == 28..<30)
  }

  @Test func everyTruncationIsRefused() {
    let plain = header.packet(with: [])
    let packet = [plain[0] | 0x11] + plain[1...] + [0, 0, 0, 7, 0xBE, 0xDE, 0, 1, 1, 2, 3, 4]
    for length in 0..<packet.count {
      #expect(throws: RTPParseError.truncated) { try parse(Array(packet[..<length])) }
    }
    #expect(throws: Never.self) { try parse(packet) }
  }

  @Test(arguments: [UInt8(0x00), 0x40, 0xC0])
  func anotherVersionIsRefused(first: UInt8) {
    #expect(throws: RTPParseError.version) { try parse([first] + header.packet(with: [])[1...]) }
  }

  @Test(arguments: [UInt8(0), 14, 255])
  func paddingThatIsNoneOrTooMuchIsRefused(padding: UInt8) {
    let plain = header.packet(with: [padding])
    #expect(throws: RTPParseError.truncated) { try parse([plain[0] | 0x20] + plain[1...]) }
  }

  @Test(arguments: [UInt64(1), 2, 3])
  func randomBytesNeverCrashAndAPayloadLiesInside(seed: UInt64) {
    var state = seed
    for length in (0..<80).flatMap({ Array(repeating: $0, count: 50) }) {
      let bytes = (0..<length).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 33)
      }
      if let read = try? parse(bytes) { #expect(read.payload.upperBound <= length) }
      _ = bytes.withUnsafeBytes { RTCPHeader.isCompound($0) }
    }
  }

  @Test func aSetOfPayloadTypesHasWhatWasPutIn() {
    let types: PayloadTypes = [0, 8, 63, 64, 101, 127, 200]
    #expect((UInt8(0)...127).filter(types.contains) == [0, 8, 63, 64, 101, 127])
    #expect((UInt8(0)...127).allSatisfy(PayloadTypes.all.contains))
  }
}

@Suite struct RTCPTests {
  private static let receiverReport: [UInt8] = [0x80, 201, 0, 1, 1, 2, 3, 4]
  private static let description: [UInt8] = [0x81, 202, 0, 2, 1, 2, 3, 4, 1, 0, 0, 0]

  @Test func aCompoundOfWholePacketsIsRTCP() throws {
    let bytes = Self.receiverReport + Self.description
    #expect(bytes.withUnsafeBytes { RTCPHeader.isCompound($0) })
    let first = try bytes.withUnsafeBytes { try RTCPHeader(parsing: $0) }
    #expect(first.kind == .receiverReport && first.length == 8 && first.count == 0)
  }

  @Test func everyTruncationIsNoRTCP() {
    let bytes = Self.receiverReport + Self.description
    for length in 0..<bytes.count where length != 8 {
      #expect(!bytes[..<length].withUnsafeBytes { RTCPHeader.isCompound($0) })
    }
  }

  @Test func speechIsNoRTCP() {
    let bytes = RTPHeader(payloadType: 0, sequence: 0, timestamp: 0, ssrc: 0).packet(with: [0, 0])
    #expect(!bytes.withUnsafeBytes { RTCPHeader.isCompound($0) })
  }
}

@Suite struct TelephoneEventTests {
  @Test func aKeyIsReadAsItWasPrinted() throws {
    let event = TelephoneEvent(event: 11, isEnd: true, volume: 10, duration: 0x0320)
    #expect(event.payload == [11, 0x8A, 3, 0x20])
    #expect(try event.payload.withUnsafeBytes { try TelephoneEvent(parsing: $0) } == event)
    #expect(event.key == "#")
  }

  @Test func aShortEventIsRefused() {
    #expect(throws: RTPParseError.truncated) {
      try [UInt8]([1, 2, 3]).withUnsafeBytes { try TelephoneEvent(parsing: $0) }
    }
  }
}

@Suite struct ReceptionTests {
  private func reception(_ sequences: [UInt16], ssrc: UInt32 = 1) -> Reception {
    var reception = Reception()
    for sequence in sequences { reception.record(sequence: sequence, ssrc: ssrc) }
    return reception
  }

  @Test func aGapIsLossAndALatePacketMendsIt() {
    #expect(reception([1, 2, 5]).lost == 2)
    #expect(reception([1, 2, 5, 3]).lost == 1)
    #expect(reception([1, 2, 5, 4, 3]).lost == 0)
  }

  @Test func sequencesWrapWithoutLoss() {
    #expect(reception([65_534, 65_535, 0, 1]).lost == 0)
    #expect(reception([65_534, 1]).lost == 2)
  }

  @Test func repeatedPacketsAreNoNegativeLoss() {
    let repeated = reception([7, 7, 7, 8])
    #expect(repeated.lost == 0 && repeated.received == 4)
  }

  @Test func aSenderThatStartsAgainLosesNothing() {
    #expect(reception([10, 11, 40_000, 40_001]).lost == 0)
    var two = reception([10, 12], ssrc: 1)
    two.record(sequence: 30_000, ssrc: 2)
    two.record(sequence: 30_001, ssrc: 2)
    #expect(two.lost == 1 && two.received == 4)
  }

  @Test func aPacketFromBeforeTheFirstDoesNotCrash() {
    #expect(reception([5, 4, 3]).lost == 0)
  }
}
