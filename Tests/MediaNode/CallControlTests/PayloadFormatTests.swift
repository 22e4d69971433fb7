import SIP
import Testing

@testable import CallControl

@Suite struct PayloadFormatTests {
  private func format(_ name: String, _ mappings: String...) -> PayloadFormat? {
    PayloadFormat(name, among: mappings.map { SessionAttribute("rtpmap", $0) })
  }

  @Test(arguments: ["96 opus/48000/2", "96 OPUS/48000/2", "96  opus / 48000 / 2"])
  func aCodecIsKnownInWhicheverCaseAndHoweverSpaced(mapping: String) {
    #expect(format("96", mapping)?.voice == .opus)
  }

  @Test func oneChannelGoesWithoutSaying() {
    #expect(format("97", "97 PCMU/8000/1")?.voice == .muLaw)
    #expect(format("101", "101 telephone-event/8000/1")?.payload == .events)
    #expect(format("97", "97 PCMU/8000/2") == nil)
  }

  @Test func theStaticTypesNeedNoMapping() {
    #expect(format("0")?.voice == .muLaw)
    #expect(format("8")?.voice == .aLaw)
    #expect(format("9")?.voice == .g722)
    #expect(format("18") == nil)
  }

  @Test func whatAPartySaysOfAStaticTypeCounts() {
    #expect(format("0", "0 PCMA/8000")?.voice == .aLaw)
    #expect(format("8", "8 speex/8000") == nil)
  }

  @Test func aMappingIsForItsOwnNumberOnly() {
    #expect(format("10", "101 telephone-event/8000") == nil)
    #expect(format("101", "10 PCMU/8000", "101 telephone-event/8000")?.payload == .events)
    #expect(format("96", "96") == nil)
  }

  @Test func aNumberThatNoPacketCanBearIsNoVoice() {
    #expect(format("128", "128 PCMU/8000")?.voice == nil)
    #expect(format("x", "x PCMU/8000")?.number == nil)
  }
}
