import MediaSupport
import SRTP
import Testing

private func key(_ profile: SRTPProfile, _ seed: UInt8 = 1) -> SRTPKey {
  SRTPKey(profile, (0..<profile.keyLength).map { UInt8(truncatingIfNeeded: $0) &* 7 &+ seed })!
}

/// One RTP packet without anything special.
private func packet(_ sequence: UInt16, ssrc: UInt8 = 9, payload: [UInt8] = [1, 2, 3]) -> [UInt8] {
  [0x80, 0, UInt8(sequence >> 8), UInt8(sequence & 0xFF), 0, 0, 0, 160, 0, 0, 0, ssrc] + payload
}

@Suite struct SRTPStreamTests {
  @Test(arguments: SRTPProfile.allCases)
  func whatIsSealedIsOpenedByTheSameKeyAndByNoOther(profile: SRTPProfile) throws {
    let speaker = try SRTPStream(.outbound, key(profile))
    let listener = try SRTPStream(.inbound, key(profile))
    let stranger = try SRTPStream(.inbound, key(profile, 2))
    let clear = packet(5, payload: Array("a word between two".utf8))
    let sealed = try speaker.sealed(clear)
    #expect(sealed.count > clear.count && sealed[12...].prefix(18) != clear[12...])
    #expect(throws: SRTPError.unproven) { try stranger.opened(sealed) }
    #expect(try listener.opened(sealed) == clear)
  }

  @Test(arguments: SRTPProfile.allCases)
  func aChangedBitIsNoticed(profile: SRTPProfile) throws {
    let sealed = try SRTPStream(.outbound, key(profile)).sealed(packet(5))
    for index in 4..<sealed.count where !(8..<12).contains(index) {
      var changed = sealed
      changed[index] ^= 1
      let listener = try SRTPStream(.inbound, key(profile))
      #expect(throws: SRTPError.unproven, "byte \(index)") { try listener.opened(changed) }
    }
  }

  @Test func aPacketThatWasHeardIsNotHeardAgain() throws {
    let sealed = try SRTPStream(.outbound, key(.aesCounter128HMAC80)).sealed(packet(5))
    let listener = try SRTPStream(.inbound, key(.aesCounter128HMAC80))
    _ = try listener.opened(sealed)
    #expect(throws: SRTPError.replayed) { try listener.opened(sealed) }
  }

  /// RFC 3711 section 3.3.1: whoever carries a stream on must know how often its numbers began again.
  @Test(arguments: SRTPProfile.allCases)
  func aStreamThatBeganAgainIsCarriedOnByWhoKnowsItsCounter(profile: SRTPProfile) throws {
    let speaker = try SRTPStream(.outbound, key(profile))
    let listener = try SRTPStream(.inbound, key(profile))
    for sequence in [65_534, 65_535, 0, 1] as [UInt16] {
      #expect(try listener.opened(speaker.sealed(packet(sequence))) == packet(sequence))
    }
    #expect(listener.rollover(of: 9) == 1 && speaker.rollover(of: 9) == 1)

    let heir = try SRTPStream(.inbound, key(profile))
    try heir.carryOn(9, at: 1)
    let speakersHeir = try SRTPStream(.outbound, key(profile))
    try speakersHeir.carryOn(9, at: 1)
    #expect(try heir.opened(speakersHeir.sealed(packet(2))) == packet(2))
    #expect(try listener.opened(speaker.sealed(packet(2))) == packet(2))
    let ignorant = try SRTPStream(.inbound, key(profile))
    let next = try speaker.sealed(packet(3))
    #expect(throws: SRTPError.unproven) { try ignorant.opened(next) }
  }

  @Test func nothingThatComesCrashes() throws {
    let listener = try SRTPStream(.inbound, key(.aesGCM128))
    for count in 1..<64 {
      for first in [0x80, 0x9F, 0xBF, 0x00] as [UInt8] {
        let bytes = [first] + [UInt8](repeating: 0xFF, count: count - 1)
        #expect(throws: SRTPError.self) { try listener.opened(bytes) }
      }
    }
  }

  @Test func aKeyOfAnotherLengthIsNone() {
    #expect(SRTPKey(.aesGCM256, [1, 2, 3]) == nil)
    #expect("\(key(.aesGCM256))" == "a key for AEAD_AES_256_GCM")
  }

  /// RFC 3711 appendix B.3's key derivation feeds libsrtp's own vectors; this is its RTP vector for
  /// AES-CM with HMAC-SHA1-80 (`srtp_validate`).
  @Test func aPublishedVectorIsSealedAsPublished() throws {
    let master: [UInt8] = [
      0xE1, 0xF9, 0x7A, 0x0D, 0x3E, 0x01, 0x8B, 0xE0, 0xD6, 0x4F, 0xA3, 0x2C, 0x06, 0xDE, 0x41,
      0x39, 0x0E, 0xC6, 0x75, 0xAD, 0x49, 0x8A, 0xFE, 0xEB, 0xB6, 0x96, 0x0B, 0x3A, 0xAB, 0xE6,
    ]
    let header: [UInt8] = [
      0x80, 0x0F, 0x12, 0x34, 0xDE, 0xCA, 0xFB, 0xAD, 0xCA, 0xFE, 0xBA, 0xBE,
    ]
    let sealed: [UInt8] = [
      0x4E, 0x55, 0xDC, 0x4C, 0xE7, 0x99, 0x78, 0xD8, 0x8C, 0xA4, 0xD2, 0x15, 0x94, 0x9D, 0x24,
      0x02, 0xB7, 0x8D, 0x6A, 0xCC, 0x99, 0xEA, 0x17, 0x9B, 0x8D, 0xBB,
    ]
    let stream = try SRTPStream(
      .outbound, try #require(SRTPKey(.aesCounter128HMAC80, master)))
    #expect(try stream.sealed(header + [UInt8](repeating: 0xAB, count: 16)) == header + sealed)
  }
}
