import NodeContract
import OSIP
import SIP

/// Messages as phones and carriers write them, all of our own invention.
enum Sample {
  static let session = lines(
    "v=0", "o=alice 53655765 2353687637 IN IP4 192.0.2.7", "s=-", "c=IN IP4 192.0.2.7", "t=0 0",
    "m=audio 49170 RTP/AVP 0 8 101", "a=rtpmap:0 PCMU/8000", "a=rtpmap:8 PCMA/8000",
    "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15", "a=sendrecv")

  static let invite = message(
    "INVITE sip:102@demo.tandem.test SIP/2.0",
    "Via: SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bK776asdhds;rport",
    "Max-Forwards: 70",
    "From: \"Alice, of Sales\" <sip:101@demo.tandem.test>;tag=1928301774",
    "To: <sip:102@demo.tandem.test>",
    "Call-ID: a84b4c76e66710@192.0.2.7",
    "CSeq: 314159 INVITE",
    "Contact: <sip:101@192.0.2.7:5062;ob>",
    "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE",
    "User-Agent: Desk phone 1.0",
    "Content-Type: application/sdp",
    body: session)

  static let register = message(
    "REGISTER sip:demo.tandem.test SIP/2.0",
    "Via: SIP/2.0/UDP [2001:db8::9:1]:5060;branch=z9hG4bKnashds7;rport",
    "From: Bob <sip:102@demo.tandem.test>;tag=456248",
    "To: Bob <sip:102@demo.tandem.test>",
    "Call-ID: 843817637684230",
    "CSeq: 1826 REGISTER",
    "Contact: <sip:102@[2001:db8::9:1]:5060>;q=0.7;expires=300, <tel:+441632960001>",
    "Authorization: Digest username=\"102\", realm=\"demo.tandem.test\", nonce=\"a,b\","
      + " uri=\"sip:demo.tandem.test\", response=\"00\"",
    "Max-Forwards: 70",
    "Expires: 300")

  static let answer = message(
    "SIP/2.0 200 OK",
    "Via: SIP/2.0/UDP 198.51.100.1:5060;branch=z9hG4bKours;rport=5060;received=198.51.100.1",
    "Record-Route: <sip:198.51.100.9;lr>, <sip:proxy.example.net;lr>",
    "From: <sip:101@demo.tandem.test>;tag=us",
    "To: <sip:+441632960001@carrier.example.net>;tag=314159",
    "Call-ID: b@198.51.100.1",
    "CSeq: 2 INVITE",
    "Contact: <sip:gw@203.0.113.5:5080>",
    "Content-Type: application/sdp",
    body: session)

  static let all = [invite, register, answer]

  static func lines(_ lines: String...) -> String { lines.map { $0 + "\r\n" }.joined() }

  /// A whole message; Content-Length is added.
  static func message(_ head: String..., body: String = "") -> [UInt8] {
    let lines = head + ["Content-Length: \(body.utf8.count)", ""]
    return Array((lines.map { $0 + "\r\n" }.joined() + body).utf8)
  }

  /// An OPTIONS whose named lines are replaced, or left out where nil; others follow.
  static func options(
    _ changes: [String: String?] = [:], start: String = "OPTIONS sip:102@h SIP/2.0",
    and more: [String] = [], body: String = ""
  ) -> [UInt8] {
    let usual = [
      ("Via", "Via: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bKa"), ("From", "From: <sip:101@h>;tag=f"),
      ("To", "To: <sip:102@h>"), ("Call-ID", "Call-ID: c"), ("CSeq", "CSeq: 7 OPTIONS"),
    ]
    let head = usual.compactMap { changes[$0.0] ?? $0.1 }
    return Array(([start] + head + more + ["", ""]).joined(separator: "\r\n").utf8) + body.utf8
  }
}

/// What became of a datagram, in one word.
func verdict(on datagram: [UInt8]) -> String {
  do throws(SIPParseError) {
    switch try SIPParser().parse(datagram) {
    case .request(let request): return "request \(request.method)"
    case .response(let response): return "response \(response.status)"
    }
  } catch {
    switch error {
    case .keepAlive: return "keep-alive"
    case .notSIP: return "dropped"
    case .brokenResponse: return "dropped response"
    case .refused(let response): return "refused \(response.status)"
    }
  }
}

func request(_ datagram: [UInt8]) throws -> SIPRequest {
  guard case .request(let request) = try SIPParser().parse(datagram) else {
    throw SIPParseError.notSIP
  }
  return request
}

func response(_ datagram: [UInt8]) throws -> SIPResponse {
  guard case .response(let response) = try SIPParser().parse(datagram) else {
    throw SIPParseError.notSIP
  }
  return response
}
