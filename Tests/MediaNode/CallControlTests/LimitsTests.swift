import NodeContract
import SIP
import Testing

@testable import CallControl

/// Each bound of `ExchangeLimits` that a peer can reach, and the response code there. Those of
/// messages are held by the parser (`SIPParserTests`), bans and rates by `ProtectionTests`, calls by
/// `GrantsAndLimits`.
@Suite("What happens at each limit")
struct LimitsTests {
  private func status(
    of request: SIPRequest, from party: Party, in world: World
  ) -> (status: Int?, response: SIPResponse?) {
    var answer: SIPResponse??
    party.send(request) { if ($0?.status ?? 408) >= 200 { answer = .some($0) } }
    world.run(within: .seconds(40)) { answer != nil }
    return ((answer ?? nil)?.status, answer ?? nil)
  }

  @Test("Too many open transactions: 503 with Retry-After, later within dialogs")
  func transactions() throws {
    var limits = ExchangeLimits()
    limits.transactions = TransactionLimits(
      openTransactions: 12, reserveForDialogs: 10, inviteLifetime: .seconds(300), retryAfter: 7)
    let scene = try Scene(limits: limits)
    let (call, callee) = try scene.talking()
    scene.bob.habit = .ring
    for _ in 0..<12 { scene.alice.call("102") }
    scene.world.run(for: .seconds(1))
    let refused = status(
      of: scene.alice.request(.options, to: SIPURI(host: Fixture.domain)), from: scene.alice,
      in: scene.world)
    #expect(refused.status == 503)
    #expect(refused.response?.headers["Retry-After"] == "7")
    call.hangUp()
    #expect(scene.world.run(within: .seconds(5)) { callee.state == .ended })
  }

  @Test("Too many contacts in one REGISTER: 400")
  func contacts() throws {
    let scene = try Scene()
    let contacts = (0..<11).map { NameAddress(uri: SIPURI(user: "\($0)", host: "10.0.0.1")) }
    var answer: Int?
    scene.alice.register(contacts: .addresses(contacts)) { answer = $0?.status }
    #expect(scene.world.run { answer == 400 })
  }

  @Test("A Contact without end: 400")
  func longContact() throws {
    let scene = try Scene()
    let long = NameAddress(
      uri: SIPURI(user: String(repeating: "x", count: 600), host: "10.0.0.1"))
    var answer: Int?
    scene.alice.register(contacts: .addresses([long])) { answer = $0?.status }
    #expect(scene.world.run { answer == 400 })
  }

  @Test("An instance without end: 400")
  func longInstance() throws {
    let scene = try Scene()
    var contact = scene.alice.contact
    contact.parameters["+sip.instance"] = String(repeating: "x", count: 600)
    var answer: Int?
    scene.alice.register(contacts: .addresses([contact])) { answer = $0?.status }
    #expect(scene.world.run { answer == 400 })
  }

  @Test("Too many registrations of all tenants: 503 with Retry-After")
  func registrations() throws {
    var limits = ExchangeLimits()
    limits.bindings = 2
    let scene = try Scene(limits: limits)
    let phone = Party("103", at: "127.0.5.9:5069")
    scene.world.add(phone)
    var answer: SIPResponse?
    phone.register { answer = $0 }
    #expect(scene.world.run { answer?.status == 503 })
    #expect(answer?.headers["Retry-After"] == "5")
  }

  @Test("Too many media lines: 488")
  func mediaLines() throws {
    let scene = try Scene()
    var invite = scene.alice.request(.invite, to: SIPURI(user: "102", host: Fixture.domain))
    let line = MediaDescription(kind: "audio", port: 4000, profile: "RTP/AVP", formats: ["0"])
    invite.body = .session(
      SessionDescription(
        origin: SessionOrigin(sessionID: 1, version: 1, address: .v4(1)), connection: .v4(1),
        media: Array(repeating: line, count: 17)))
    var answer: Int?
    scene.alice.sendWithPassword(invite) { answer = $0?.status ?? answer }
    #expect(scene.world.run { answer == 488 })
  }
}
