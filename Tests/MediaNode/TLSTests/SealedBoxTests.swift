import TLS
import Testing

@Suite struct SealedBoxTests {
  let box = SealedBox(key: [UInt8](0..<32))!
  let context = Array("tenant".utf8)

  @Test(arguments: [0, 1, 15, 16, 17, 100_000])
  func whatWasSealedOpens(length: Int) throws {
    let plaintext = (0..<length).map { UInt8(truncatingIfNeeded: $0) }
    let sealed = try box.seal(plaintext, context: context)
    #expect(sealed.count == length + 28)
    #expect(try box.open(sealed, context: context) == plaintext)
  }

  @Test func theSameBytesNeverLookTheSameTwice() throws {
    #expect(try box.seal([1], context: context) != box.seal([1], context: context))
  }

  @Test func anyChangedByteIsNoticed() throws {
    let sealed = try box.seal(Array("secret".utf8), context: context)
    for index in sealed.indices {
      var changed = sealed
      changed[index] ^= 1
      #expect(throws: OpenSSLError.self) { try box.open(changed, context: context) }
    }
    for length in sealed.indices {
      #expect(throws: OpenSSLError.self) {
        try box.open(Array(sealed.prefix(length)), context: context)
      }
    }
  }

  @Test func anotherContextOrKeyDoesNotOpen() throws {
    let sealed = try box.seal([1, 2, 3], context: context)
    #expect(throws: OpenSSLError.self) { try box.open(sealed, context: []) }
    let other = try #require(SealedBox(key: [UInt8](1...32)))
    #expect(throws: OpenSSLError.self) { try other.open(sealed, context: context) }
  }

  @Test func aKeyOfTheWrongLengthMakesNoBox() {
    #expect(SealedBox(key: [1, 2, 3]) == nil)
  }

  @Test func randomBytesDiffer() {
    #expect(RandomBytes.make(32).count == 32)
    #expect(RandomBytes.make(32) != RandomBytes.make(32))
  }
}
