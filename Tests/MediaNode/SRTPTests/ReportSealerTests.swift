import SRTP
import Testing

private func key(_ profile: SRTPProfile) -> SRTPKey {
  SRTPKey(profile, (0..<profile.keyLength).map { UInt8(truncatingIfNeeded: $0) &* 7 &+ 1 })!
}

/// A receiver report with a block.
private let report: [UInt8] =
  [0x81, 201, 0, 7, 0xCA, 0xFE, 0xBA, 0xBE] + (0..<24).map { UInt8($0) &* 5 }

private func sealed(
  _ seal: (UnsafeMutableRawBufferPointer, Int) throws -> Int
) throws -> [UInt8] {
  var bytes = report + [UInt8](repeating: 0, count: SRTPStream.overhead)
  let count = try bytes.withUnsafeMutableBytes { try seal($0, report.count) }
  return Array(bytes[..<count])
}

@Suite struct ReportSealerTests {
  @Test(arguments: SRTPProfile.allCases)
  func everyByteIsThatOfTheLibrary(profile: SRTPProfile) throws {
    let library = try SRTPStream(.outbound, key(profile))
    let ours = try ReportSealer(key(profile))
    for _ in 0..<3 {
      let expected = try sealed { try library.protectControl($0, count: $1) }
      #expect(try sealed { try ours.seal($0, count: $1) } == expected)
    }
    #expect(ours.index == 3)
  }

  @Test(arguments: SRTPProfile.allCases)
  func whoCarriesAStreamOnLeapsOverTheNumbersBeforeIt(profile: SRTPProfile) throws {
    let listener = try SRTPStream(.inbound, key(profile))
    let first = try ReportSealer(key(profile))
    func isHeard(_ bytes: [UInt8]) throws -> Bool {
      var bytes = bytes
      let length = bytes.count
      let count = try bytes.withUnsafeMutableBytes {
        try listener.unprotectControl($0, count: length)
      }
      return Array(bytes[..<count]) == report
    }
    #expect(try isHeard(sealed { try first.seal($0, count: $1) }))
    let heir = try ReportSealer(key(profile), after: first.index + ReportSealer.leap)
    #expect(try isHeard(sealed { try heir.seal($0, count: $1) }))
    #expect(heir.index == 1 << 16 + 2)
    // The number that the first would use next is too old for the listener by then.
    let late = try sealed { try first.seal($0, count: $1) }
    #expect(throws: SRTPError.replayed) { try isHeard(late) }
  }

  @Test func whatIsTooShortOrHasNoRoomIsNotSealed() throws {
    let sealer = try ReportSealer(key(.aesGCM128))
    var bytes = report
    let count = bytes.count
    bytes.withUnsafeMutableBytes { bytes in
      #expect(throws: SRTPError.malformed) { try sealer.seal(bytes, count: 7) }
      #expect(throws: SRTPError.malformed) { try sealer.seal(bytes, count: count) }
    }
    #expect(sealer.index == 0)
  }
}
