import NodeContract
import TLS
import Testing

@Suite struct HashingTests {
  let hashing = OpenSSLHashing()

  @Test(arguments: [
    ("", "d41d8cd98f00b204e9800998ecf8427e"), ("abc", "900150983cd24fb0d6963f7d28e17f72"),
  ])
  func md5AgreesWithRFC1321(text: String, expected: String) {
    #expect(hexadecimal(hashing.md5(Array(text.utf8))) == expected)
  }

  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
  ])
  func sha256AgreesWithFIPS180(text: String, expected: String) {
    #expect(hexadecimal(hashing.sha256(Array(text.utf8))) == expected)
  }

  /// RFC 4231 section 4.3.
  @Test func hmacAgreesWithRFC4231() {
    let result = hashing.hmacSHA256(
      key: Array("Jefe".utf8), Array("what do ya want for nothing?".utf8))
    #expect(
      hexadecimal(result) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
  }

  @Test func manyKeysInTurnEachKeepTheirOwnHash() {
    let keys = (0..<20).map { [UInt8](repeating: $0, count: 32) }
    let first = keys.map { hashing.hmacSHA256(key: $0, [1, 2, 3]) }
    #expect(Set(first).count == keys.count)
    #expect(keys.map { hashing.hmacSHA256(key: $0, [1, 2, 3]) } == first)
  }

  @Test func anEmptyKeyIsAKeyOfItsOwn() {
    _ = hashing.hmacSHA256(key: Array("Jefe".utf8), [])
    #expect(
      hexadecimal(hashing.hmacSHA256(key: [], []))
        == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
  }
}

@Suite struct DrawnNumbersTests {
  @Test func noNumberComesTwice() {
    var numbers = DrawnNumbers()
    let drawn = (0..<10_000).map { _ in numbers.next() }
    #expect(Set(drawn).count == drawn.count)
  }

  @Test func twoGeneratorsHaveNothingInCommon() {
    var (one, other) = (DrawnNumbers(), DrawnNumbers())
    let drawn = Set((0..<1_000).map { _ in one.next() })
    #expect((0..<1_000).allSatisfy { _ in !drawn.contains(other.next()) })
  }
}

func hexadecimal(_ bytes: [UInt8]) -> String {
  bytes.map { byte in
    let digits = String(byte, radix: 16)
    return digits.count == 1 ? "0" + digits : digits
  }.joined()
}
