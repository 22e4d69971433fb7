import NodeContract
import SIP
import SeededRandom
import Testing

@Suite struct AddressTextTests {
  @Test(arguments: [
    "sip:102@demo.tandem.test", "sip:demo.tandem.test", "sips:a@[2001:db8::1]:5061;lr",
    "sip:%2B44@h:5070;transport=tcp;x?Subject=a%20b&X=1", "tel:+44-1632-960001;ext=9",
    "sip:user;par=u%40example.net@h", "sip:a%00b%FF%C3@h", "sip:a%2541@h", "mailto:x@y",
  ])
  func aURIIsPrintedAsItCame(text: String) throws {
    let uri = try #require(SIPURI(text))
    #expect(SIPURI(uri.description) == uri)
    #expect(uri.description == text.replacing("%2B", with: "+"))
  }

  /// Found by fuzzing.
  @Test func escapesThatAreNoCharacterStayBesideThoseThatAre() throws {
    let uri = try #require(SIPURI("sip:%d22%EF%BF%BD%E2%82%AC%C3x@h"))
    #expect(uri.user == "%d22\u{FFFD}€%C3x")
    #expect(uri.description == "sip:%d22%EF%BF%BD%E2%82%AC%C3x@h")
  }

  @Test func theUserOfAURIIsItsPlainText() throws {
    let uri = try #require(SIPURI("SIP:J%C3%BCrgen%20M:secret@Demo.Tandem.TEST:5060"))
    #expect(uri.user == "Jürgen M")
    #expect(uri.host == "demo.tandem.test")
    #expect(uri.description == "sip:J%C3%BCrgen%20M@demo.tandem.test:5060")
  }

  @Test(arguments: [
    "", "sip", "sip:", "sip:@h", "sip:a@", "sip:a@h:", "sip:a@h:65536", "sip:a@h:-1", "sip:a b@h",
    "sip:a%4@h", "sip:a%zz@h", "sip:a@[::1", "sip:a@[1.2.3.4]", "sip:a@h;", "sip:a@h;;lr",
    "sip:a@h?", "sip:a@h lr", "<sip:a@h>", "1sip:a@h", "tel:", "sip:a@h/x", "sip:\"a@h",
  ])
  func aMalformedURIIsNone(text: String) {
    #expect(SIPURI(text) == nil)
  }

  @Test func aQuotedNameMayHoldAnything() throws {
    let address = try #require(
      NameAddress(#""A, \"B\" <c>" <sip:101@h;lr>;tag=1;note="x;y""#))
    #expect(address.displayName == #"A, "B" <c>"#)
    #expect(address.uri.parameters.contains("lr"))
    #expect(address.tag == "1")
    #expect(address.parameters["NOTE"] == "x;y")
    #expect(NameAddress(address.description) == address)
  }

  @Test func withoutBracketsTheParametersBelongToTheField() throws {
    let address = try #require(NameAddress("sip:101@h;tag=1"))
    #expect(address.tag == "1")
    #expect(address.uri.parameters == [])
    #expect(address.description == "<sip:101@h>;tag=1")
  }

  @Test(arguments: [
    "", "*", "<>", "<sip:a@h", "sip:a@h?x=y", "\"A <sip:a@h>", "A, B <sip:a@h>", "<sip:a@h>x",
    "<sip:a@h>;", "<sip:a@h>;;a", "<sip:a@h>;=1", "\"A\" B <sip:a@h>", "<sip:a@h>;a=",
  ])
  func aMalformedAddressIsNone(text: String) {
    #expect(NameAddress(text) == nil)
  }

  @Test func aViaIsReadWithSpacesAndIPv6() throws {
    let via = try #require(Via("SIP / 2.0 / udp [2001:DB8::1]:5070 ;branch=z9hG4bK1; rport"))
    #expect(via.transport == "UDP")
    #expect(via.host == "2001:db8::1")
    #expect(via.description == "SIP/2.0/UDP [2001:db8::1]:5070;branch=z9hG4bK1;rport")
  }

  @Test(arguments: [
    "", "SIP/2.0", "SIP/2.0/UDP", "SIP/3.0/UDP h", "HTTP/2.0/UDP h", "SIP/2.0/UDP h:",
    "SIP/2.0/UDP h;;a", "SIP/2.0/UDP h, SIP/2.0/UDP i", "SIP/2.0/UDP h x",
  ])
  func aMalformedViaIsNone(text: String) {
    #expect(Via(text) == nil)
  }

  @Test func elementsAreSplitOutsideQuotesAndBrackets() {
    #expect(
      headerElements(of: #""a, \", b" <sip:a,b@h>;x="1,2" , <sip:c@h>,"#) == [
        #""a, \", b" <sip:a,b@h>;x="1,2""#, "<sip:c@h>", "",
      ])
  }

  @Test(arguments: UInt64(1)...5)
  func randomTextIsReadOrRefused(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let syntax = Array(#"sip:tel@h;=?&%20<>",\[]. *a0/"#)
    for _ in 0..<2_000 {
      let length = Int.random(in: 0...24, using: &random)
      let text = String((0..<length).map { _ in syntax.randomElement(using: &random) ?? "x" })
      if let uri = SIPURI("sip:" + text) { #expect(SIPURI(uri.description) == uri, "\(text)") }
      if let address = NameAddress(text) {
        #expect(NameAddress(address.description) == address, "\(text)")
      }
      _ = (Via("SIP/2.0/UDP " + text), DigestCredentials("Digest " + text))
    }
  }
}
