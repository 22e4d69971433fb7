import OSIP
import SIP
import Testing

/// What RFC 4475 tries, with messages of our own: well formed however strange, or wrong in a way
/// that is easily overlooked. The other cases are in `SIPParserTests`.
@Suite struct StrangeMessagesTests {
  /// Section 3.1.1.2.
  @Test func aMethodMayHaveEveryCharacterOfAToken() throws {
    let method = "!odd-Method_*+`.%indeed'~9"
    let options = try request(
      Sample.options(["CSeq": "CSeq: 7 \(method)"], start: "\(method) sip:h SIP/2.0"))
    #expect(options.method.rawValue == method)
  }

  /// Section 3.1.1.5.
  @Test func anEscapeInAMethodIsNoEscape() {
    let changes: [String: String?] = ["CSeq": "CSeq: 7 RE%47ISTER"]
    #expect(
      verdict(on: Sample.options(changes, start: "RE%47ISTER sip:h SIP/2.0"))
        == "request RE%47ISTER")
  }

  /// Section 3.1.1.3.
  @Test func anEscapedUserIsTheUserThatItStandsFor() throws {
    let escaped = try request(Sample.options(start: "OPTIONS sip:%31%30%32@h SIP/2.0"))
    #expect(escaped.uri == SIPURI(user: "102", host: "h"))
    let twice = try request(Sample.options(start: "OPTIONS sip:%2531@h SIP/2.0"))
    #expect(twice.uri.user == "%31")
  }

  /// Section 3.1.1.6.
  @Test func aDisplayNameNeedsNoSpaceBehindIt() throws {
    let options = try request(Sample.options(["From": "From: caller<sip:101@h>;tag=f"]))
    #expect(options.headers.from.displayName == "caller")
    #expect(options.headers.from.tag == "f")
  }

  /// Section 3.1.1.7.
  @Test func longFieldsAndManyViasAreReadWhole() throws {
    let long = String(repeating: "long", count: 250)
    let vias = (1...30).map { "Via: SIP/2.0/TCP hop\($0).example.net;branch=z9hG4bK\(long)\($0)" }
    let options = try request(
      Sample.options(
        [
          "Via": vias.joined(separator: "\r\n"),
          "To": "To: \"\(long) \(long)\" <sip:\(long)@\(long).example.net>;\(long)=\(long)",
          "Call-ID": "Call-ID: \(long)",
        ], and: ["X-Long: \(long)"]))
    #expect(options.headers.vias.count == 30)
    #expect(options.headers.vias.last?.branch == "z9hG4bK\(long)30")
    #expect(options.headers.to.displayName == "\(long) \(long)")
    #expect(options.headers.to.uri.user == long)
    #expect(options.headers.to.parameters[long] == long)
    #expect(options.headers.callID == long)
  }

  /// Section 3.1.1.9.
  @Test func semicolonsBeforeTheAtSignBelongToTheUser() throws {
    let options = try request(
      Sample.options(start: "OPTIONS sip:102;line=u%40example.net@h SIP/2.0"))
    #expect(options.uri.user == "102;line=u@example.net")
    #expect(options.uri.host == "h")
    #expect(options.uri.parameters == [])
  }

  /// Section 3.1.1.10.
  @Test func transportsThatNobodyKnowsAreKept() throws {
    let options = try request(
      Sample.options([
        "Via": "Via: SIP/2.0/UDP a;branch=z9hG4bKa\r\nVia: SIP/2.0/SCTP b;branch=z9hG4bKb,"
          + " SIP/2.0/CARRIER-PIGEON c;branch=z9hG4bKc"
      ]))
    #expect(options.headers.vias.map(\.transport) == ["UDP", "SCTP", "CARRIER-PIGEON"])
  }

  /// Section 3.1.1.11.
  @Test func aBinaryBodyOfSeveralPartsIsNotTouched() throws {
    let type = "multipart/mixed;boundary=7a9cbec02ceef655"
    let body: [UInt8] = Array("--7a9c\r\n\r\n".utf8) + (0...255) + Array("\r\n--7a9c--\r\n".utf8)
    let head = Sample.options(and: ["Content-Type: \(type)", "Content-Length: \(body.count)"])
    #expect(try request(head + body).body == .other(contentType: type, bytes: body))
  }

  /// Sections 3.1.2.5 and 3.1.2.19.
  @Test(arguments: [
    ("SIP/2.0 4294967301 better not break the receiver", "CSeq: 7 OPTIONS"),
    ("SIP/2.0 503 Numbers", "CSeq: 9292394834772304023312 OPTIONS"),
  ])
  func aResponseWithNumbersBeyondReasonIsDropped(line: String, sequence: String) {
    #expect(
      verdict(on: Sample.options(["CSeq": sequence], start: line)) == "dropped response")
  }

  /// Section 3.1.2.11.
  @Test func headersInARequestURIAreIgnored() throws {
    let options = try request(Sample.options(start: "OPTIONS sip:102@h?Route=%3Csip:x%3E SIP/2.0"))
    #expect(options.uri == SIPURI(user: "102", host: "h"))
    #expect(options.headers.routes == [])
  }

  /// Section 3.1.2.12.
  @Test func aDateOfAnotherZoneDisturbsNothing() throws {
    let options = try request(
      Sample.options(and: ["Date: Fri, 01 Jan 2010 16:00:00 EST"]))
    #expect(options.headers["Date"] == "Fri, 01 Jan 2010 16:00:00 EST")
  }

  /// Sections 3.1.2.14 and 3.1.2.15: refused, or taken in their obvious meaning.
  @Test(arguments: [
    "To: \"102\" < sip:102@h >", "To: One, Oh Two <sip:102@h>", "To: 102@home <sip:102@h>",
  ])
  func anAddressWithoutItsGrammarIsRefusedOrUnderstood(line: String) throws {
    let verdict = verdict(on: Sample.options(["To": line]))
    #expect(["refused 400", "request OPTIONS"].contains(verdict))
    guard verdict == "request OPTIONS" else { return }
    let to = try request(Sample.options(["To": line])).headers.to
    #expect(to.uri == SIPURI(user: "102", host: "h"))
  }

  /// Section 3.1.2.18.
  @Test func anUnknownMethodMustAgreeWithItsSequenceToo() {
    let changes: [String: String?] = ["CSeq": "CSeq: 7 OPTIONS"]
    #expect(
      ["refused 400", "refused 501"].contains(
        verdict(on: Sample.options(changes, start: "DANCE sip:h SIP/2.0"))))
  }

  /// Sections 3.3.12, 3.3.13 and 3.3.14.
  @Test func aContactKeepsWhatWeDoNotKnowWhereItStood() throws {
    let outside = "Contact: <sip:101@h>;unknownparam;expires=60"
    let inside = "Contact: <sip:101@h;unknownparam>;expires=60"
    let route = "Contact: <sip:101@h?Route=%3Csip:p.example.net%3E>"
    let contacts = try [outside, inside, route].map {
      try #require(try request(Sample.options(and: [$0])).headers.contacts.addresses.first)
    }
    #expect(contacts[0].parameters.contains("unknownparam"))
    #expect(!contacts[0].uri.parameters.contains("unknownparam"))
    #expect(contacts[1].uri.parameters.contains("unknownparam"))
    #expect(!contacts[1].parameters.contains("unknownparam"))
    #expect(contacts[1].parameters["expires"] == "60")
    #expect(contacts[2].uri.headers == [HeaderField("Route", "<sip:p.example.net>")])
  }

  /// Section 3.4.1.
  @Test func aRequestOfTheOldStandardIsRead() throws {
    let invite = try request(
      Sample.options(
        [
          "Via": "Via: SIP/2.0/UDP 192.0.2.7", "From": "From: sip:101@h", "To": "To: sip:102@h",
          "CSeq": "CSeq: 1 INVITE",
        ], start: "INVITE sip:102@h SIP/2.0", and: ["Contact: sip:101@192.0.2.7"]))
    #expect(invite.headers.vias.first?.branch == nil)
    #expect(invite.headers.from.tag == nil)
  }
}
