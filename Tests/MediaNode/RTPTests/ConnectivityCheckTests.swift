import MediaSupport
import NodeContract
import RTP
import TLS
import Testing

/// RFC 5769 section 2.1: the request of a party that takes itself for the one that does not choose.
private let sample: [UInt8] = [
  0x00, 0x01, 0x00, 0x58, 0x21, 0x12, 0xA4, 0x42, 0xB7, 0xE7, 0xA7, 0x01, 0xBC, 0x34, 0xD6, 0x86,
  0xFA, 0x87, 0xDF, 0xAE, 0x80, 0x22, 0x00, 0x10, 0x53, 0x54, 0x55, 0x4E, 0x20, 0x74, 0x65, 0x73,
  0x74, 0x20, 0x63, 0x6C, 0x69, 0x65, 0x6E, 0x74, 0x00, 0x24, 0x00, 0x04, 0x6E, 0x00, 0x01, 0xFF,
  0x80, 0x29, 0x00, 0x08, 0x93, 0x2F, 0xF9, 0xB1, 0x51, 0x26, 0x3B, 0x36, 0x00, 0x06, 0x00, 0x09,
  0x65, 0x76, 0x74, 0x6A, 0x3A, 0x68, 0x36, 0x76, 0x59, 0x20, 0x20, 0x20, 0x00, 0x08, 0x00, 0x14,
  0x9A, 0xEA, 0xA7, 0x0C, 0xBF, 0xD8, 0xCB, 0x56, 0x78, 0x1E, 0xF2, 0xB5, 0xB2, 0xD3, 0xF2, 0x49,
  0xC1, 0xB5, 0x71, 0xA2, 0x80, 0x28, 0x00, 0x04, 0xE5, 0x7A, 0x3B, 0xCF,
]
private let secret = "VOkJxbRl1RmTxUk/WvJxBt"
private let password = Array(secret.utf8)

private func parsed(_ bytes: [UInt8]) -> ConnectivityCheck? {
  bytes.withUnsafeBytes { ConnectivityCheck(parsing: $0) }
}

private func isProven(_ bytes: [UInt8], by key: [UInt8]) -> Bool {
  bytes.withUnsafeBytes { datagram in
    ConnectivityCheck(parsing: datagram)?.isProven(in: datagram) {
      OpenSSLHashing.hmacSHA1(key: key, $0)
    } ?? false
  }
}

@Suite struct ConnectivityChecks {
  @Test func theSampleOfTheStandardIsUnderstoodAndProven() throws {
    let check = try #require(parsed(sample))
    #expect(check.user == Array("evtj:h6vY".utf8))
    #expect(check.priority == 0x6E00_01FF && !check.isNominating)
    #expect(isProven(sample, by: password))
    #expect(!isProven(sample, by: Array("VOkJxbRl1RmTxUk/WvJxBs".utf8)))
  }

  @Test func whoTakesOurRoleIsToldToTakeTheOther() throws {
    let check = try #require(parsed(sample))
    #expect(!check.isAnsweredWithSuccess)
    let answer = check.answer(to: IPEndpoint("192.0.2.1:32853")!) { message in
      message.withUnsafeBytes { OpenSSLHashing.hmacSHA1(key: password, $0) }
    }
    #expect(answer[..<2] == [0x01, 0x11])
    #expect(answer[8..<20] == sample[8..<20])
    #expect(answer[20..<28] == [0, 9, 0, 4, 0, 0, 4, 87])
  }

  /// The address is that of RFC 5769 section 2.2.
  @Test func theAnswerTellsTheAddressAndProvesItself() throws {
    // Without the attribute that names the role, a party that chooses.
    let asker = CheckRequest(
      user: "evtj:h6vY", password: secret, isNominating: true, transaction: Array(sample[8..<20]))
    let check = try #require(parsed(asker.bytes))
    #expect(check.isNominating && check.isAnsweredWithSuccess)
    let answer = check.answer(to: IPEndpoint("192.0.2.1:32853")!) { message in
      message.withUnsafeBytes { OpenSSLHashing.hmacSHA1(key: password, $0) }
    }
    #expect(answer[..<2] == [0x01, 0x01])
    let mapped = Array(answer[20..<32])
    #expect(mapped == [0, 0x20, 0, 8, 0, 1, 0xA1, 0x47, 0xE1, 0x12, 0xA6, 0x43])
    var covered = Array(answer[..<32])
    covered[3] = UInt8(32 - 20 + 24)
    let proof = covered.withUnsafeBytes { OpenSSLHashing.hmacSHA1(key: password, $0) }
    #expect(Array(answer[36..<56]) == proof)
    #expect(answer.count == 64 && Int(answer[3]) == answer.count - 20)
  }

  @Test func anythingCutOrChangedIsNoProof() {
    for length in 0..<sample.count { #expect(parsed(Array(sample[..<length])) == nil) }
    for place in sample.indices {
      for bit in 0..<8 as Range<UInt8> {
        var changed = sample
        changed[place] ^= 1 << bit
        #expect(parsed(changed) == nil || !isProven(changed, by: password), "\(place)")
      }
    }
  }

  @Test func anAttributeThatMustBeUnderstoodAndIsNotIsNamed() throws {
    let asker = CheckRequest(
      user: "a:b", password: secret, others: [0x7F, 0xFF, 0, 4, 1, 2, 3, 4])
    let check = try #require(parsed(asker.bytes))
    #expect(!check.isAnsweredWithSuccess)
    let answer = check.answer(to: IPEndpoint("192.0.2.1:1")!) { _ in
      Array(repeating: 0, count: 20)
    }
    #expect(answer[20..<28] == [0, 9, 0, 4, 0, 0, 4, 20])
    #expect(answer[28..<34] == [0, 10, 0, 2, 0x7F, 0xFF])
  }
}
