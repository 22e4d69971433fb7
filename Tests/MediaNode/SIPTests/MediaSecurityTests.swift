import SIP
import Testing

@Suite struct MediaSecurityAttributes {
  private func crypto(_ value: String) -> CryptoAttribute? {
    CryptoAttribute(SessionAttribute("crypto", value))
  }

  /// RFC 4568 section 6.1.
  private let sample =
    "1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR|2^20"

  @Test func aKeyOfTheStandardsSampleIsRead() throws {
    let line = try #require(crypto(sample))
    #expect(line.tag == 1 && line.key.suite == .aesCounter128HMAC80)
    #expect(line.key.bytes == Array("=-n@%^x!Bjufr9)?,#5h\\`=&]{qiPQ".utf8))
    #expect(
      line.attribute.value
        == "1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR")
  }

  @Test(arguments: CryptoSuite.allCases) func everySuiteIsReadAsItIsSaid(suite: CryptoSuite) throws
  {
    let key = try #require(MediaKey(suite, (0..<suite.keyLength).map { UInt8($0) &* 37 }))
    let line = CryptoAttribute(tag: 7, key: key)
    #expect(CryptoAttribute(line.attribute) == line)
  }

  @Test(arguments: [
    "", "1", "1 AES_CM_128_HMAC_SHA1_80", "x AES_CM_128_HMAC_SHA1_80 inline:AAAA",
    "1 AES_CM_128_HMAC_SHA1_80 inline:AAAA", "1 AES_CM_128_HMAC_SHA1_80 clear:AAAA",
    // Another suite, and a key that is too long.
    "1 F8_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR",
    "1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBRAAAA",
    // A name for the key within each packet, several keys, a life of minutes.
    "1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR|2^20|1:4",
    "1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR;inline:AAAA",
    "1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR|2^10",
    // What would change the packets.
    "1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR UNENCRYPTED_SRTP",
    "1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR KDR=1",
    "99999999999 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR",
  ])
  func whatWeCannotDoIsNoKey(value: String) { #expect(crypto(value) == nil) }

  @Test func aHintForTheReceiverDoesNoHarm() {
    #expect(crypto(sample + " WSH=1024") != nil)
    #expect(crypto(sample + " -FUTURE=1") != nil)
  }

  @Test func noTextTellsAKey() throws {
    let key = try #require(MediaKey(.aesGCM128, Array(repeating: 66, count: 28)))
    #expect("\(key)" == "a key for AEAD_AES_128_GCM")
  }

  @Test func aFingerprintIsReadAsItIsSaid() throws {
    let value =
      "sha-256 6B:8B:F0:65:5F:78:E2:51:3B:AC:6F:F3:3F:46:1B:35:DC:B8:5F:64:1A:24:C2:43:F0:A1:58:D0:"
      + "A1:2C:19:08"
    let attribute = SessionAttribute("fingerprint", value)
    let fingerprint = try #require(CertificateFingerprint(attribute))
    #expect(fingerprint.bytes[..<3] == [0x6B, 0x8B, 0xF0])
    #expect(fingerprint.attribute == attribute)
    let lower = SessionAttribute("fingerprint", value.lowercased())
    #expect(CertificateFingerprint(lower) == fingerprint)
    for length in 0..<value.utf8.count {
      let cut = SessionAttribute("fingerprint", String(value.prefix(length)))
      #expect(CertificateFingerprint(cut) == nil)
    }
    #expect(CertificateFingerprint(SessionAttribute("fingerprint", "md5 00:11")) == nil)
  }

  @Test func namesAndPasswordsOfChecksAreBounded() {
    let password = "asd88fgpdd777uzjYhagZg"
    #expect(ConnectivityCredentials(fragment: "8hhY", password: password) != nil)
    #expect(ConnectivityCredentials(fragment: "8hh", password: password) == nil)
    #expect(ConnectivityCredentials(fragment: "8hhY", password: "short") == nil)
    #expect(ConnectivityCredentials(fragment: "8h:Y", password: password) == nil)
    let long = String(repeating: "a", count: 257)
    #expect(ConnectivityCredentials(fragment: long, password: password) == nil)
  }
}
