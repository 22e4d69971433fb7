import NodeContract
import Testing

@Suite struct IdentifierTests {
  @Test func idsSortByBirth() {
    var random = SystemRandomNumberGenerator()
    let ids = (1...50).map {
      UUIDv7(at: WallTime(milliseconds: 1_700_000_000_000 + $0), using: &random)
    }
    #expect(ids == ids.sorted())
    #expect(Set(ids).count == 50)
  }

  @Test func anIDCarriesVersionAndVariantOfRFC9562() {
    var random = SystemRandomNumberGenerator()
    let text = Array(
      UUIDv7(at: WallTime(milliseconds: 0x0190_1234_5678), using: &random).description)
    #expect(String(text[0..<13]) == "01901234-5678")
    #expect(text[14] == "7")
    #expect("89ab".contains(text[19]))
  }

  @Test func textAndBytesRoundTrip() throws {
    let id = try #require(UUIDv7("0190163d-8694-739b-aea5-966c26f8ad91"))
    #expect(id.description == "0190163d-8694-739b-aea5-966c26f8ad91")
    #expect(UUIDv7(id.hexadecimal) == id)
    #expect(UUIDv7(bytes: id.bytes) == id)
    #expect(CallID(CallID(id).description) == CallID(id))
  }

  @Test(arguments: ["", "0190", "0190163d-8694-739b-aea5-966c26f8ad9g", "ten_0190163d"])
  func nonsenseIsNoID(text: String) {
    #expect(UUIDv7(text) == nil)
    #expect(CallID(text) == nil)
  }

  @Test func anIDOfOneKindIsNotOneOfAnother() throws {
    let id = TenantID(try #require(UUIDv7("0190163d8694739baea5966c26f8ad91")))
    #expect(id.description == "ten_0190163d8694739baea5966c26f8ad91")
    #expect(CallID(id.description) == nil)
  }

  @Test(arguments: [("node-a1", true), ("", false), ("Node", false), ("a_b", false)])
  func operatorsNamesAreShortAndPlain(text: String, allowed: Bool) {
    #expect((NodeName(text) != nil) == allowed)
    #expect(NodeName(String(repeating: "a", count: 33)) == nil)
  }

  @Test func aRestoredCellOutranksEveryGrantBeforeIt() {
    #expect(Epoch(generation: 1, revision: 900) < Epoch(generation: 2, revision: 3))
    #expect(Epoch(generation: 2, revision: 3) < Epoch(generation: 2, revision: 4))
  }
}
