import OSIP
import SIP
import SeededRandom
import Testing

/// Messages that the fuzzers found, made smaller; each broke something once.
@Suite struct FoundByFuzzingTests {
  private func survivesPrinting(_ datagram: [UInt8]) throws {
    let message = try SIPParser().parse(datagram)
    #expect(try SIPParser().parse(SIPPrinter().print(message)) == message)
  }

  @Test func aParameterWithoutATokenForItsNameIsRefused() {
    let line = "Contact: <sip:102@h>;+si\".instance=\"\\\"<urn>\\\", <tel:+44>\""
    #expect(verdict(on: Sample.options(and: [line])) == "refused 400")
  }

  @Test func aQuotedParameterMustEndWhereItsQuoteEnds() {
    #expect(verdict(on: Sample.options(and: ["Contact: <sip:a@h>;q=\"\\\" \"b"])) == "refused 400")
  }

  @Test(arguments: [("Via", "dropped"), ("Call-ID", "refused 400"), ("From", "refused 400")])
  func aFieldThatEveryMessageHasMayNotBeEmpty(name: String, expected: String) {
    #expect(verdict(on: Sample.options([name: "\(name):"])) == expected)
    #expect(
      verdict(on: Sample.options([name: "\(name): "], start: "SIP/2.0 200 OK"))
        == "dropped response")
  }

  @Test func withoutBracketsASemicolonEndsTheURIBeforeAnAtSign() throws {
    let to = try request(Sample.options(["To": "To: sip:102;x=1@h"])).headers.to
    #expect(to.uri == SIPURI(host: "102"))
    #expect(to.parameters["x"] == "1@h")
  }

  @Test func aRefusalNamesNoMethodThatIsNone() {
    let datagram = Sample.options(["CSeq": "CSeq: 7 OPTIONS[:1]"])
    let error = #expect(throws: SIPParseError.self) { try SIPParser().parse(datagram) }
    guard case .refused(let response)? = error else {
      Issue.record("not refused")
      return
    }
    #expect(response.headers.cseq == CSeq(7, .options))
  }

  @Test(arguments: [
    Sample.options(and: ["X-Odd: 1\u{1}\u{0}\u{0}2\r\u{0}\r"]),
    Sample.options(start: "SIP/2.0 200 O\u{0}K\r"),
  ])
  func zerosAndLoneReturnsBecomeSpaces(datagram: [UInt8]) throws {
    try survivesPrinting(datagram)
  }

  @Test func aRequestURIHasNoBytesBeyondASCII() {
    #expect(verdict(on: Sample.options(start: "OPTIONS sip:\u{20AC}@h SIP/2.0")) == "refused 400")
    let escaped = String(repeating: "`", count: 1_000)
    #expect(
      verdict(on: Sample.options(start: "OPTIONS sip:a@h;p=\(escaped) SIP/2.0")) == "refused 414")
  }

  @Test(arguments: [
    "urn:uuid:0-56Path: <sippa.:example.net;lr>", "Bob, urn:a <tel:a>", "a:b <sip:102@h.test>",
  ])
  func aNameWithAColonWantsQuotes(contact: String) {
    #expect(verdict(on: Sample.options(and: ["Contact: \(contact)"])) == "refused 400")
  }

  @Test func aQuotedNameMayHaveAColon() throws {
    let datagram = Sample.options(and: ["Contact: \"a:b\" <sip:102@h.test>"])
    #expect(try request(datagram).headers.contacts.addresses.first?.displayName == "a:b")
    try survivesPrinting(datagram)
  }

  @Test(arguments: [
    ("application/sdp", true), ("Application / SDP ;a=b", true), ("application/s dp", false),
    ("appli cation/sdp", false), ("application//sdp", false),
  ])
  func spaceStandsAroundTheSlashOfAContentTypeAndNotWithinItsWords(
    type: String, isSession: Bool
  ) throws {
    let datagram = Sample.options(and: ["Content-Type: \(type)"], body: Sample.session)
    switch try request(datagram).body {
    case .session: #expect(isSession)
    case .other: #expect(!isSession)
    default: Issue.record("neither")
    }
  }

  @Test func aSessionWithAnUnreadableLastLineIsMalformed() throws {
    let datagram = Sample.message(
      "INVITE sip:102@h SIP/2.0", "Via: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bKa",
      "From: <sip:101@h>;tag=f", "To: <sip:102@h>", "Call-ID: c", "CSeq: 7 INVITE",
      "Content-Type: application/sdp", body: Sample.session + "aI=sendrecv\r\n")
    guard case .malformedSession = try request(datagram).body else {
      Issue.record("not malformed")
      return
    }
  }
}

/// Plain messages are read by a quick reader, all others by a thorough one.
@Suite struct QuickReadingTests {
  private func thorough(_ datagram: [UInt8]) -> SIPMessage? {
    try? SIPParser(readsQuickly: false).parse(datagram)
  }

  @Test func whatPhonesAndCarriersUsuallySendIsReadQuickly() throws {
    for datagram in [Sample.invite, Sample.answer, Sample.options()] {
      let quick = datagram.withUnsafeBytes { SIPMessage(quickly: $0) }
      #expect(quick != nil)
      #expect(quick == thorough(datagram))
    }
  }

  @Test(arguments: UInt64(1)...20)
  func bothReadersAgreeOnWhatTheQuickOneTakes(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let words = [
      "\r\n", " ", ";", ",", "<", ">", "\"", ":", "=", "%41", "@", "sip:", "0", "/", "?",
    ]
    for _ in 0..<500 {
      var datagram = Sample.all[Int.random(in: 0..<Sample.all.count, using: &random)]
      let place = Int.random(in: 0..<datagram.count, using: &random)
      let word = Array((words.randomElement(using: &random) ?? "").utf8)
      datagram.replaceSubrange(
        place..<min(place + Int.random(in: 0...2, using: &random), datagram.count), with: word)
      guard let quick = datagram.withUnsafeBytes({ SIPMessage(quickly: $0) }) else { continue }
      #expect(quick == thorough(datagram), "\(String(decoding: datagram, as: UTF8.self))")
    }
  }
}
