import Epoll
import NodeContract
import Testing

/// A carrier and a registered phone, just clever enough for one well-formed call.
struct CallingPair {
  static let trunksAddress = AddressName("trunks-a")!
  private static let extensionID = ExtensionID(UUIDv7(high: 3, low: 101))

  let carrier: UDPSocket
  private let phone: UDPSocket
  private let phones: IPEndpoint
  let trunks: IPEndpoint

  /// - Parameters: the node's sockets for either.
  init(phones: IPEndpoint, trunks: IPEndpoint) throws {
    self.phones = phones
    self.trunks = trunks
    carrier = try UDPSocket(binding: IPEndpoint(phones.address, port: 0))
    phone = try UDPSocket(binding: IPEndpoint(phones.address, port: 0))
  }

  /// Of the domain that the messages of RFC 4475 are for.
  var tenant: TenantSnapshot {
    TenantSnapshot(
      tenant: TenantID(UUIDv7(high: 3, low: 3)), revision: 1, domain: "example.com",
      homeAddress: SignallingNode.address,
      dialling: DiallingRules(countryCode: "44", nationalPrefix: "0", internationalPrefix: "00"),
      ringTimeout: .seconds(30),
      extensions: [
        ExtensionEntry(
          id: Self.extensionID, number: "101", displayName: "Phone", outsideNumber: nil,
          credentials: [])
      ],
      numbers: [
        NumberEntry(
          id: NumberID(UUIDv7(high: 4, low: 1)), number: "+442079460101",
          destination: .extension(Self.extensionID))
      ],
      trunks: [
        TrunkEntry(
          id: TrunkID(UUIDv7(high: 2, low: 1)), name: "carrier", address: Self.trunksAddress,
          peers: [carrier.local])
      ])
  }

  var binding: BindingChange {
    BindingChange(
      tenant: tenant.tenant, extension: Self.extensionID, address: SignallingNode.address,
      contact: "sip:101@\(phone.local)", source: phone.local, local: phones, userAgent: "",
      expiresIn: .seconds(600))
  }

  /// The carrier calls, the phone answers, the carrier hangs up; each step within 5 s.
  func completeACall() throws {
    carrier.send(request("INVITE", body: session), to: trunks)
    let ringing = try answerCall()
    #expect(ringing.contains(session.split(separator: "\r\n")[3]))
    #expect(ringing.contains("Via: SIP/2.0/UDP \(phones);"))
    let answered = try #require(carrier.firstText { $0.hasPrefix("SIP/2.0 2") })
    #expect(answered.contains("CSeq: 1 INVITE"))
    let tag = try #require(answered.field("To")?.split(separator: ";tag=").last)
    carrier.send(request("ACK", tag: String(tag)), to: trunks)
    _ = try #require(phone.firstText { $0.hasPrefix("ACK ") })
    carrier.send(request("BYE", tag: String(tag)), to: trunks)
    let farewell = try #require(phone.firstText { $0.hasPrefix("BYE ") })
    phone.send(answer(to: farewell), to: phones)
    let ended = try #require(carrier.firstText { $0.contains("CSeq: 2 BYE") })
    #expect(ended.hasPrefix("SIP/2.0 200 "))
  }

  /// The phone answers the call that comes, which is returned.
  @discardableResult
  func answerCall() throws -> String {
    let ringing = try #require(phone.firstText { $0.hasPrefix("INVITE ") })
    phone.send(answer(to: ringing, body: session), to: phones)
    return ringing
  }

  /// The carrier's INVITE as it comes by TCP from a peer that listens there.
  func invitation(byTCPFrom listener: IPEndpoint) -> String {
    String(decoding: request("INVITE", body: session), as: UTF8.self)
      .replacing("SIP/2.0/UDP \(carrier.local)", with: "SIP/2.0/TCP \(listener)")
  }

  /// How the phone's line refuses a call of the carrier's within so long.
  func refusal(within patience: Duration) -> String? {
    carrier.send(request("INVITE", body: session), to: trunks)
    return carrier.firstText(within: patience) { $0.hasPrefix("SIP/2.0 4") }
  }

  /// Either's, where both are.
  private var session: String {
    guard case .v6 = phones.address else { return Self.session }
    return Self.session.replacing("IN IP4 127.0.0.1", with: "IN IP6 \(phones.address)")
  }

  /// Whether an INVITE reached the phone.
  var rings: Bool { phone.firstText(within: .zero) { $0.hasPrefix("INVITE ") } != nil }

  private func request(_ method: String, tag: String? = nil, body: String = "") -> [UInt8] {
    let type = body.isEmpty ? "" : "Content-Type: application/sdp\r\n"
    return Array(
      ("""
      \(method) sip:+442079460101@\(trunks) SIP/2.0\r
      Via: SIP/2.0/UDP \(carrier.local);rport;branch=z9hG4bK-well-formed-\(method)\r
      Max-Forwards: 70\r
      From: <sip:+441632960001@\(carrier.local)>;tag=carrier\r
      To: <sip:+442079460101@\(trunks)>\(tag.map { ";tag=\($0)" } ?? "")\r
      Call-ID: well-formed\r
      CSeq: \(method == "BYE" ? 2 : 1) \(method)\r
      Contact: <sip:\(carrier.local)>\r
      \(type)Content-Length: \(body.utf8.count)\r
      \r\n
      """ + body).utf8)
  }

  private func answer(to request: String, body: String = "") -> [UInt8] {
    let fields = ["Via", "From", "Call-ID", "CSeq"].compactMap { name in
      request.field(name).map { "\(name): \($0)\r\n" }
    }
    let to = request.field("To") ?? ""
    let tag = to.contains("tag=") ? "" : ";tag=phone"
    let type = body.isEmpty ? "" : "Content-Type: application/sdp\r\n"
    return Array(
      ("SIP/2.0 200 OK\r\n" + fields.joined() + "To: \(to)\(tag)\r\n"
        + "Contact: <sip:101@\(phone.local)>\r\n\(type)"
        + "Content-Length: \(body.utf8.count)\r\n\r\n" + body).utf8)
  }

  static let session = """
    v=0\r
    o=- 1 1 IN IP4 127.0.0.1\r
    s=-\r
    c=IN IP4 127.0.0.1\r
    t=0 0\r
    m=audio 31000 RTP/AVP 0\r\n
    """
}

extension String {
  /// The value of the first field of this name.
  fileprivate func field(_ name: String) -> String? {
    split(separator: "\r\n").first { $0.hasPrefix("\(name): ") }
      .map { String($0.dropFirst(name.utf8.count + 2)) }
  }
}

extension UDPSocket {
  /// The first datagram that is as wanted; others are let pass.
  func firstText(
    within patience: Duration = .seconds(5), that isWanted: (String) -> Bool
  ) -> String? {
    let deadline = MachineClock.boot().advanced(by: patience)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 1)
    defer { buffer.deallocate() }
    while true {
      guard let (count, _) = receive(into: buffer) else {
        if MachineClock.boot() < deadline { continue }
        return nil
      }
      let text = String(decoding: buffer[..<count], as: UTF8.self)
      if isWanted(text) { return text }
    }
  }
}
