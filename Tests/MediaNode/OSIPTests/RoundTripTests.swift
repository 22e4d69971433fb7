import NodeContract
import OSIP
import SIP
import Testing

@Suite struct RoundTripTests {
  @Test(arguments: Sample.all)
  func whatIsPrintedParsesToTheSameMessage(datagram: [UInt8]) throws {
    let message = try SIPParser().parse(datagram)
    #expect(try SIPParser().parse(SIPPrinter().print(message)) == message)
  }

  @Test func aRequestIsPrintedWithItsLength() throws {
    let message = try SIPParser().parse(Sample.options(and: ["Route: <sip:p;lr>"]))
    #expect(
      String(decoding: SIPPrinter().print(message), as: UTF8.self)
        == Sample.lines(
          "OPTIONS sip:102@h SIP/2.0", "Via: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bKa",
          "Route: <sip:p;lr>", "From: <sip:101@h>;tag=f", "To: <sip:102@h>", "Call-ID: c",
          "CSeq: 7 OPTIONS", "Content-Length: 0", ""))
  }

  @Test func anAnswerIsPrintedWithItsSession() throws {
    var invite = try request(Sample.invite)
    invite.headers.vias[0].parameters["rport"] = "5062"
    var ok = invite.response(200, toTag: "us")
    ok.body = invite.body
    let again = try response(SIPPrinter().print(.response(ok)))
    #expect(again == ok)
  }

  @Test func everyKindOfFieldSurvives() throws {
    let address = try #require(
      NameAddress("\"Say \\\"hi\\\", \\\\ é\" <sips:a%20b@[2001:db8::1]:5061;x=%3B?h=v>;q=\"a b\""))
    let message = SIPMessage.request(
      SIPRequest(
        method: .register, uri: SIPURI(scheme: .tel, user: "+441632960001", host: ""),
        headers: SIPHeaders(
          vias: [
            Via(transport: "TLS", host: "2001:db8::1", parameters: [SIPParameter("branch", "z9")])
          ],
          from: address, to: address, callID: "a@b", cseq: CSeq(1, .register), maxForwards: 0,
          contacts: .wildcard, routes: [address], recordRoutes: [address, address],
          others: [HeaderField("Expires", "0"), HeaderField("X-Two", "a, b")]),
        body: .other(contentType: "multipart/mixed;boundary=x", bytes: [0, 1, 255])))
    #expect(try SIPParser().parse(SIPPrinter().print(message)) == message)
  }

  @Test func aSessionWithSeveralMediaSurvives() throws {
    let six = try #require(IPAddress("2001:db8::1"))
    let session = SessionDescription(
      origin: SessionOrigin(sessionID: .max, version: 0, address: six), connection: nil,
      attributes: [SessionAttribute("group", "BUNDLE 0"), SessionAttribute("ice-lite")],
      media: [
        MediaDescription(
          kind: "audio", port: 4_000, profile: "RTP/SAVP", formats: ["0"], connection: six,
          attributes: [SessionAttribute("crypto", "1 AES_CM_128_HMAC_SHA1_80 inline:a+b/c")]),
        MediaDescription(
          kind: "video", port: 0, profile: "RTP/AVP", formats: ["31", "96"], connection: .v4(1)),
      ])
    var options = try request(Sample.options())
    options.body = .session(session)
    #expect(try request(SIPPrinter().print(.request(options))) == options)
  }

  @Test func nobodyCanSmuggleALineIntoWhatWeSend() throws {
    var options = try request(Sample.options())
    options.headers.from.displayName = "a\r\nX-Evil: 1"
    options.headers.from.tag = "f\r\nX-Evil: 1"
    options.headers.callID = "c\r\nX-Evil: 1"
    options.headers.others = [
      HeaderField("Subject", "b\r\n\r\nX-Evil: 1"), HeaderField("X-Evil: 1\r\nB", "c"),
    ]
    let printed = String(decoding: SIPPrinter().print(.request(options)), as: UTF8.self)
    #expect(!printed.contains("\r\nX-Evil") && !printed.contains("\nX-Evil"))
    #expect(printed.hasSuffix("\r\n\r\n"))
  }

  /// Both readers of addresses, the one over libosip2 and the pure one, see the same.
  @Test(arguments: [
    "<sip:101@demo.tandem.test>", "Alice <sip:101@H.Example>;tag=1", "sip:a@h;tag=2",
    "\"A \\\"q\\\" \\\\ B\" <sip:a%40b:pw@h:5070;transport=tcp;lr>;x=\"1;2\"",
    "<sips:[2001:db8::1]:5061>;a;b=c", "<tel:+44-1632;phone-context=+44>;tag=3",
    "A  B\tC <sip:u;p=1@h;q=%3B>", "<sip:%E2%82%AC%FF@h?Subject=a%20b&X=y>",
  ])
  func bothReadersOfAddressesAgree(text: String) throws {
    let options = try request(Sample.options(["To": "To: \(text)"]))
    let pure = try #require(NameAddress(text))
    #expect(options.headers.to == pure)
    #expect(NameAddress(pure.description) == pure)
  }

  @Test(arguments: [
    "SIP/2.0/UDP h", "SIP / 2.0 / tcp  h : 5061 ; branch=z9hG4bKx;rport",
    "SIP/2.0/TLS [2001:DB8::1]:5061;received=2001:db8::2;branch=a.b~c",
  ])
  func bothReadersOfViasAgree(text: String) throws {
    let options = try request(Sample.options(["Via": "Via: \(text)"]))
    let pure = try #require(Via(text))
    #expect(options.headers.vias == [pure])
    #expect(Via(pure.description) == pure)
  }
}
