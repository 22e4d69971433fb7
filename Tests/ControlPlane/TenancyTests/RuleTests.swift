import NodeContract
import Tenancy
import Testing

struct RuleTests {
  @Test(arguments: ["+447700900123", "+12", "+123456789012345"])
  func aPublicNumberIsAPlusAndTwoToFifteenDigits(text: String) throws {
    #expect(try E164(text).description == text)
  }

  @Test(arguments: [
    "", "+", "+4", "447700900123", "+0447700900123", "+44 7700 900123", "+1234567890123456",
    "+44٤٤",
    "+\u{301}447700", "++44", "+44\u{0}",
  ])
  func anythingElseIsNoPublicNumberAndNamesItsField(text: String) {
    let error = #expect(throws: InvalidField.self) { try E164(text, field: "outside_number") }
    #expect(error?.field == "outside_number")
  }

  @Test(arguments: ["10", "101", "999999"])
  func anExtensionHasTwoToSixDigits(text: String) throws {
    #expect(try ExtensionNumber(text).digits == text)
  }

  @Test(arguments: ["", "1", "1234567", "10a", "١٠", " 101"])
  func anythingElseIsNoExtension(text: String) {
    #expect(throws: InvalidField.self) { try ExtensionNumber(text) }
  }

  @Test func aDomainIsKeptInLowerCase() throws {
    #expect(try SIPDomain("Demo.Tandem.TEST").text == "demo.tandem.test")
  }

  @Test(arguments: [
    "", "localhost", "demo..test", ".test", "demo.test.", "-a.test", "a-.test", "a_b.test",
    "192.0.2.1", "démo.test", "a.b:5060", String(repeating: "a", count: 64) + ".test",
    String(repeating: "a.", count: 127) + "test",
  ])
  func whatNoResolverWouldAskForIsNoDomain(text: String) {
    let error = #expect(throws: InvalidField.self) { try SIPDomain(text) }
    #expect(error?.field == "domain")
  }

  @Test func aNameIsOneLineThatSomebodyCanRead() throws {
    #expect(try DisplayName("Zoë 🎧").text == "Zoë 🎧")
    for text in ["", "  ", "two\nlines", "a\u{0}b", String(repeating: "x", count: 101)] {
      #expect(throws: InvalidField.self) { try DisplayName(text) }
    }
  }

  @Test func aCarrierHasAtMostSixteenAddressesWithPorts() throws {
    #expect(try Trunk.peers(["192.0.2.1:5060", "[2001:db8::1]:5061"]).count == 2)
    for texts in [
      ["192.0.2.1"], ["192.0.2.1:0"], ["carrier.test:5060"],
      Array(repeating: "192.0.2.1:5060", count: 17),
    ] {
      #expect(throws: InvalidField.self) { try Trunk.peers(texts) }
    }
  }

  @Test func aPhoneRingsFiveSecondsToFiveMinutes() throws {
    #expect(try Tenant.ringTimeout(seconds: 300) == .seconds(300))
    #expect(throws: InvalidField("ring_timeout", .outOfRange(5...300))) {
      try Tenant.ringTimeout(seconds: 4)
    }
  }

  @Test func diallingRulesNameTheFieldThatIsWrong() throws {
    let rules = try DiallingRules(
      checkingCountryCode: "44", nationalPrefix: "", internationalPrefix: "00")
    #expect(rules.nationalPrefix == "")
    let error = #expect(throws: InvalidField.self) {
      try DiallingRules(checkingCountryCode: "44", nationalPrefix: "x", internationalPrefix: "00")
    }
    #expect(error?.field == "national_prefix")
  }

  @Test func nobodyIsLeftWithoutANumberForHelp() throws {
    func numbers(_ texts: [String]) throws -> [String] {
      try DiallingRules(
        checkingCountryCode: "49", nationalPrefix: "0", internationalPrefix: "00",
        emergencyNumbers: texts
      ).emergencyNumbers
    }
    #expect(try numbers(["112", "110", "112"]) == ["112", "110"])
    for texts in [[], ["1"], ["1234567"], ["11a"], (100..<117).map(String.init)] {
      let error = #expect(throws: InvalidField.self) { try numbers(texts) }
      #expect(error?.field == "emergency_numbers")
    }
  }

  @Test func aPageEndsWhereAnotherRowShowsThatThereIsMore() {
    let full = Page([1, 2, 3], limit: 2) { String($0) }
    #expect(full.items == [1, 2] && full.next == PageCursor("2"))
    let last = Page([3], limit: 2) { String($0) }
    #expect(last.items == [3] && last.next == nil)
  }
}
