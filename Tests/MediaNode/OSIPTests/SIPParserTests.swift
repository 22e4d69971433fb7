import NodeContract
import OSIP
import SIP
import Testing

@Suite struct SIPParserTests {
  @Test func anInviteIsReadToItsLastField() throws {
    let invite = try request(Sample.invite)
    #expect(invite.method == .invite)
    #expect(invite.uri == SIPURI(user: "102", host: "demo.tandem.test"))
    let headers = invite.headers
    #expect(
      headers.vias == [
        Via(
          transport: "UDP", host: "192.0.2.7", port: 5062,
          parameters: [SIPParameter("branch", "z9hG4bK776asdhds"), SIPParameter("rport")])
      ])
    #expect(headers.from.displayName == "Alice, of Sales")
    #expect(headers.from.tag == "1928301774")
    #expect(headers.to == NameAddress(uri: SIPURI(user: "102", host: "demo.tandem.test")))
    #expect(headers.callID == "a84b4c76e66710@192.0.2.7")
    #expect(headers.cseq == CSeq(314_159, .invite))
    #expect(headers.maxForwards == 70)
    #expect(
      headers.contacts.addresses.map(\.description) == ["<sip:101@192.0.2.7:5062;ob>"])
    #expect(
      headers.others == [
        HeaderField("Allow", "INVITE, ACK, CANCEL, OPTIONS, BYE"),
        HeaderField("User-Agent", "Desk phone 1.0"),
      ])
  }

  @Test func aSessionDescriptionIsReadToItsLastLine() throws {
    guard case .session(let session) = try request(Sample.invite).body else {
      Issue.record("no session")
      return
    }
    let address = try #require(IPAddress("192.0.2.7"))
    #expect(
      session
        == SessionDescription(
          origin: SessionOrigin(
            user: "alice", sessionID: 53_655_765, version: 2_353_687_637, address: address),
          connection: address,
          media: [
            MediaDescription(
              kind: "audio", port: 49_170, profile: "RTP/AVP", formats: ["0", "8", "101"],
              attributes: [
                SessionAttribute("rtpmap", "0 PCMU/8000"),
                SessionAttribute("rtpmap", "8 PCMA/8000"),
                SessionAttribute("rtpmap", "101 telephone-event/8000"),
                SessionAttribute("fmtp", "101 0-15"), SessionAttribute("sendrecv"),
              ])
          ]))
  }

  @Test func aRegisterKeepsItsContactsApartAndItsCredentialsAsText() throws {
    let register = try request(Sample.register)
    let contacts = register.headers.contacts.addresses
    #expect(contacts.count == 2)
    #expect(contacts.first?.uri.host == "2001:db8::9:1")
    #expect(contacts.first?.parameters["expires"] == "300")
    #expect(contacts.last?.uri.description == "tel:+441632960001")
    #expect(register.headers.vias.first?.host == "2001:db8::9:1")
    #expect(
      register.headers["authorization"]?.hasPrefix("Digest username=\"102\"") == true)
    #expect(register.body == .none)
  }

  @Test func aRegisterMayRemoveAllItsContacts() throws {
    let register = try request(
      Sample.options(
        ["CSeq": "CSeq: 7 REGISTER"], start: "REGISTER sip:h SIP/2.0", and: ["Contact: *"]))
    #expect(register.headers.contacts == .wildcard)
    #expect(verdict(on: Sample.options(and: ["Contact: *, <sip:a@h>"])) == "refused 400")
  }

  @Test func aResponseIsReadWithItsRoute() throws {
    let answer = try response(Sample.answer)
    #expect(answer.status == 200)
    #expect(answer.reason == "OK")
    #expect(answer.headers.recordRoutes.map(\.uri.host) == ["198.51.100.9", "proxy.example.net"])
    #expect(answer.headers.to.uri.user == "+441632960001")
  }

  @Test func compactNamesFoldedLinesAndBareLineFeedsMeanTheSame() throws {
    let text =
      "\r\nOPTIONS sip:102@h SIP/2.0\nv: SIP/2.0/UDP a;branch=z9hG4bK1,\n\tSIP/2.0/TCP b:5070\r\n"
      + "f : \"Quoted, \\\"twice\\\"\"\r\n <sip:101@h>;tag=f\r\nT: sip:102@h;x=1\r\n"
      + "i: c\r\ncseq:  7\r\n   OPTIONS\r\nl: 0\r\nK: 100rel\r\n\r\n"
    let options = try request(Array(text.utf8))
    #expect(options.headers.vias.map(\.host) == ["a", "b"])
    #expect(options.headers.vias.map(\.transport) == ["UDP", "TCP"])
    #expect(options.headers.from.displayName == "Quoted, \"twice\"")
    #expect(options.headers.to.parameters["x"] == "1")
    #expect(options.headers.to.uri.parameters == [])
    #expect(options.headers.cseq == CSeq(7, .options))
    #expect(options.headers["Supported"] == "100rel")
  }

  @Test func escapesAreDecodedOnceAndImpossibleOnesStay() throws {
    let options = try request(
      Sample.options(
        and: ["Contact: <sip:a%40b%2541%00%FFz@h;p=%41>", "Contact: <sip:a%40b%2541%00@h>"]))
    let contacts = options.headers.contacts.addresses
    #expect(contacts.map(\.uri.user) == ["a@b%41%00%FFz", "a@b%41%00"])
    #expect(contacts.first?.uri.parameters["p"] == "A")
    #expect(contacts.first?.uri.description == "sip:a%40b%2541%00%FFz@h;p=A")
  }

  @Test func keepAlivesAreToldFromGarbage() {
    #expect(verdict(on: []) == "keep-alive")
    #expect(verdict(on: Array("\r\n\r\n".utf8)) == "keep-alive")
    #expect(verdict(on: [0, 0, 0, 0]) == "keep-alive")
    #expect(verdict(on: Array("hello\r\n\r\n".utf8)) == "dropped")
    #expect(verdict(on: Array("GET / HTTP/1.1\r\n\r\n".utf8)) == "dropped")
  }

  @Test(
    arguments: [
      ("Via", "Via: SIP/2.0/UDP 192.0.2.7;;branch=z9hG4bKa", "refused 400"),
      ("Via", "Via: SIP/2.0/UDP 192.0.2.7:99999;branch=z9hG4bKa", "dropped"),
      ("Via", "Via: SIP/7.0/UDP 192.0.2.7;branch=z9hG4bKa", "refused 400"),
      ("Via", nil, "dropped"),
      ("From", nil, "refused 400"),
      ("To", nil, "refused 400"),
      ("Call-ID", nil, "refused 400"),
      ("CSeq", nil, "refused 400"),
      ("CSeq", "CSeq: 7 INVITE", "refused 400"),
      ("CSeq", "CSeq: 4294967296 OPTIONS", "refused 400"),
      ("CSeq", "CSeq: 2147483648 OPTIONS", "refused 400"),
      ("CSeq", "CSeq: -1 OPTIONS", "refused 400"),
      ("To", "To: \"Open <sip:102@h>", "refused 400"),
      ("To", "To: <sip:102@h", "refused 400"),
      ("To", "To: <sip:10%2@h>", "refused 400"),
      ("To", "To: <sip:102@h:70000>", "refused 400"),
      ("To", "To: sip:102@h?Route=a", "refused 400"),
      ("To", "To: <sip:102@h>\r\nTo: <sip:103@h>", "refused 400"),
      ("To", "To: <sip:102@h>\r\nno colon here", "refused 400"),
      ("To", "To: <sip:102@h>\r\nContact: <sip:a@h>,,<sip:b@h>", "refused 400"),
      ("To", "To: <sip:102@h>\r\nMax-Forwards: 256", "refused 400"),
      ("To", "To: <sip:102@h>\r\nContent-Length: -1", "refused 400"),
      ("To", "To: <sip:102@h>\r\nContent-Length: 1", "refused 400"),
      ("To", "To: <sip:102@h>\r\nContent-Length: 0\r\nl: 0", "refused 400"),
      ("To", "To: <sip:102@h>\r\nX-Strange: \"<;,=", "request OPTIONS"),
    ] as [(String, String?, String)])
  func aMalformedFieldIsRefused(name: String, line: String?, expected: String) {
    #expect(verdict(on: Sample.options([name: line])) == expected)
  }

  @Test(arguments: [
    ("OPTIONS sip:102@h SIP/3.0", "refused 505"),
    ("OPTIONS sip:102@h SIP/2.00", "refused 505"),
    ("OPTIONS sip:102@h SIP/2.0 ", "refused 400"),
    ("OPTIONS  sip:102@h SIP/2.0", "refused 400"),
    ("OPTIONS sip:102@h; lr SIP/2.0", "refused 400"),
    ("OPTIONS <sip:102@h> SIP/2.0", "refused 400"),
    ("OPTIONS 102 SIP/2.0", "refused 400"),
    ("OPTIONS sip:10%2@h SIP/2.0", "refused 400"),
    ("OPTIONS mailto:a@h SIP/2.0", "refused 416"),
    ("OPTIONS sip:\(String(repeating: "a", count: 2_100))@h SIP/2.0", "refused 414"),
    ("OPTIONS tel:+441632960001 SIP/2.0", "request OPTIONS"),
    ("OPTIONS SIP:102@h sip/2.0", "request OPTIONS"),
    ("ACK sip:102@h SIP/3.0", "dropped"),
    ("OPT IONS", "dropped"),
  ])
  func aStartLineIsHeldToTheStandard(line: String, expected: String) {
    #expect(verdict(on: Sample.options(start: line)) == expected)
  }

  @Test func anUnknownMethodReachesTheUserOrIsAnswered501() {
    let changes: [String: String?] = ["CSeq": "CSeq: 7 DANCE"]
    #expect(verdict(on: Sample.options(changes, start: "DANCE sip:h SIP/2.0")) == "request DANCE")
    let strange = changes.merging(["To": "To: \"\\\u{0}\" <sip:102@h>"]) { $1 }
    #expect(verdict(on: Sample.options(strange, start: "DANCE sip:h SIP/2.0")) == "refused 501")
  }

  @Test(arguments: [
    "SIP/2.0 700 No", "SIP/2.0 99 No", "SIP/2.0 20 No", "SIP/3.0 200 OK", "SIP/2.0",
  ])
  func aBrokenResponseIsDropped(line: String) {
    #expect(verdict(on: Sample.options(start: line)).hasPrefix("dropped"))
  }

  @Test func aResponseMayHaveAnyReasonOrNone() throws {
    #expect(try response(Sample.options(start: "SIP/2.0 200 ")).reason == "")
    #expect(try response(Sample.options(start: "SIP/2.0 200")).reason == "")
    #expect(try response(Sample.options(start: "SIP/2.0 200 Любо")).reason == "Любо")
  }

  @Test func aRefusalCarriesWhatTheSenderNeedsToMatchIt() throws {
    let datagram = Sample.options([
      "Via": "Via: SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bKa;rport;;, SIP/2.0/UDP b",
      "From": "From: \"Open <sip:101@h>;tag=f",
    ])
    let error = #expect(throws: SIPParseError.self) { try SIPParser().parse(datagram) }
    guard case .refused(let response)? = error else {
      Issue.record("not refused")
      return
    }
    #expect(response.status == 400)
    #expect(response.headers.vias.first?.branch == "z9hG4bKa")
    #expect(response.headers.from.tag == "f")
    #expect(response.headers.callID == "c")
    #expect(response.headers.cseq == CSeq(7, .options))
    #expect(response.headers.to.tag != nil)
  }

  @Test func aBodyIsAsLongAsItsLengthSays() throws {
    let second = "OPTIONS sip:103@h SIP/2.0"
    let cut = try request(
      Sample.options(and: ["Content-Type: text/plain", "Content-Length: 2"], body: "ab" + second))
    #expect(cut.body == .other(contentType: "text/plain", bytes: Array("ab".utf8)))
    let whole = try request(Sample.options(and: ["Content-Type: text/plain"], body: "a\u{0}b"))
    #expect(whole.body == .other(contentType: "text/plain", bytes: [97, 0, 98]))
  }

  @Test(arguments: ["v=0", "", "v=0\r\no=x\r\n", "v=0\r\nm=audio\r\n", "\u{0}"])
  func aSessionThatDoesNotParseIsKeptAsBytes(body: String) throws {
    let options = try request(
      Sample.options(and: ["Content-Type: Application/SDP ; charset=utf-8"], body: body))
    #expect(options.body == (body.isEmpty ? .none : .malformedSession(Array(body.utf8))))
  }

  @Test func anEncodedSessionIsNotReadAsPlainText() throws {
    let options = try request(
      Sample.options(
        and: ["Content-Type: application/sdp", "Content-Encoding: gzip"], body: Sample.session))
    #expect(
      options.body
        == .other(contentType: "application/sdp", bytes: Array(Sample.session.utf8)))
  }

  @Test func aMessageBeyondTheLimitsIsRefused() {
    let padding = Array(repeating: "X-Filler: 1", count: 300)
    #expect(verdict(on: Sample.options(and: padding)) == "refused 400")
    let long = "X-Filler: " + String(repeating: "a", count: 9_000)
    #expect(verdict(on: Sample.options(and: [long])) == "refused 400")
    let body = String(repeating: "a", count: 70_000)
    #expect(verdict(on: Sample.options(body: body)) == "refused 513")
  }

  @Test func aBodyIsKeptAsItCameOnlyForThoseWhoSignedIt() throws {
    let signed = Sample.invite
    #expect(try request(signed).coveredBody == nil)
    let text = String(decoding: signed, as: UTF8.self)
    let field = "Authorization: Digest username=\"101\", qop=auth-int\r\nAllow: "
    let parts = text.split(separator: "Allow: ", maxSplits: 1)
    let parsed = try request(Array((parts[0] + field + parts[1]).utf8))
    #expect(parsed.coveredBody == Array(Sample.session.utf8))
  }
}
