import NodeContract
import SIP
import Testing

@testable import CallControl

@Suite("Who the called party sees")
struct CallerIdentityTests {
  /// What Bob's phone hears of a call that the carrier brings.
  private func heard(
    isTrusted: Bool, _ scene: Scene? = nil, change: (inout SIPRequest) -> Void
  ) throws -> (invite: SIPRequest, offers: [LegOffer]) {
    let scene = try scene ?? Scene()
    scene.world.change { $0.trunks[0].profile.isTrusted = isTrusted }
    var invite = scene.carrier.request(
      .invite, to: SIPURI(user: "+442079460102", host: "127.0.1.10"))
    invite.headers.from = NameAddress(
      displayName: "Claimed", uri: SIPURI(user: "447700900111", host: "carrier.example"),
      parameters: invite.headers.from.parameters)
    change(&invite)
    scene.carrier.send(invite) { _ in }
    #expect(scene.world.run { !scene.bob.requests.isEmpty })
    return (try #require(scene.bob.requests.first), scene.world.offers)
  }

  @Test("Assertions count only from carriers that may be trusted", arguments: [true, false])
  func trust(isTrusted: Bool) throws {
    let (invite, offers) = try heard(isTrusted: isTrusted) {
      $0.headers["P-Asserted-Identity"] =
        #""Asserted" <tel:+447700900222>, <sip:+447700900222@carrier.example>"#
      $0.headers["Diversion"] = "<sip:+442079460555@carrier.example>;reason=user-busy"
    }
    let number = isTrusted ? "+447700900222" : "+447700900111"
    #expect(invite.headers.from.uri.user == number)
    #expect(invite.headers.from.displayName == (isTrusted ? "Asserted" : "Claimed"))
    #expect(offers.map(\.from) == [number, number])
    #expect((invite.headers["Diversion"] != nil) == isTrusted)
    #expect(invite.headers["P-Asserted-Identity"] == nil)
  }

  @Test(
    "Who wants to stay unknown does, on the phone and in the record, whoever asserts what",
    arguments: ["id", "user;critical", "header", "full", "none"])
  func privacy(wish: String) throws {
    let (invite, offers) = try heard(isTrusted: true) {
      $0.headers["Privacy"] = wish
      $0.headers["P-Asserted-Identity"] = "<sip:+447700900222@carrier.example>"
    }
    let isKnown = wish == "none"
    #expect(invite.headers.from.uri.host == (isKnown ? Fixture.domain : "anonymous.invalid"))
    #expect(invite.headers.from.displayName == (isKnown ? "Claimed" : "Anonymous"))
    #expect(Set(offers.map(\.from)) == [isKnown ? "+447700900222" : "anonymous"])
  }

  @Test("An anonymous From is nobody, and the old way of withholding counts too")
  func otherWaysToHide() throws {
    let anonymous = try heard(isTrusted: false) {
      $0.headers.from.uri = SIPURI(user: "anonymous", host: "anonymous.invalid")
    }
    #expect(anonymous.offers.map(\.from) == ["anonymous", "anonymous"])
    let party = try heard(isTrusted: true) {
      $0.headers["Remote-Party-ID"] =
        "<sip:+447700900333@carrier.example>;party=calling;privacy=full"
    }
    #expect(party.offers.map(\.from) == ["anonymous", "anonymous"])
    let shown = try heard(isTrusted: true) {
      $0.headers["Remote-Party-ID"] =
        "<sip:+1@x>;party=called, <sip:+447700900333@carrier.example>;privacy=off"
    }
    #expect(shown.offers.map(\.from) == ["+447700900333", "+447700900333"])
  }

  @Test("A colleague may call without a name")
  func internalPrivacy() throws {
    let scene = try Scene()
    var invite = scene.alice.request(.invite, to: SIPURI(user: "102", host: Fixture.domain))
    invite.headers["Privacy"] = "id"
    scene.alice.sendWithPassword(invite) { _ in }
    #expect(scene.world.run { !scene.bob.requests.isEmpty })
    #expect(scene.bob.requests.first?.headers.from.uri.host == "anonymous.invalid")
    #expect(scene.world.offers.map(\.from) == ["101", "anonymous"])
    #expect(scene.world.offers.first?.party == Fixture.party("101"))
  }

  @Test("Malformed identities are no identities", arguments: ["<", "<sip:@>", ",,", "\"x"])
  func malformed(text: String) throws {
    let (invite, _) = try heard(isTrusted: true) {
      for name in ["P-Asserted-Identity", "Remote-Party-ID", "Diversion", "History-Info"] {
        $0.headers[name] = text
      }
    }
    #expect(invite.headers.from.uri.user == "+447700900111")
  }
}

@Suite("What carriers are told of the caller")
struct OutgoingIdentityTests {
  private func invite(
    _ form: TrunkProfile.IdentityForm, to number: String = "07700900123", privacy: String? = nil,
    from device: Party? = nil
  ) throws -> SIPRequest {
    let scene = try Scene()
    scene.world.change { $0.trunks[0].profile.identity = form }
    var invite = scene.alice.request(.invite, to: SIPURI(user: number, host: Fixture.domain))
    invite.headers["Privacy"] = privacy
    invite.headers["P-Asserted-Identity"] = "<sip:+1@forged.example>"
    invite.headers["Remote-Party-ID"] = "<sip:+1@forged.example>"
    invite.headers["Diversion"] = "<sip:+1@forged.example>"
    scene.alice.sendWithPassword(invite) { _ in }
    #expect(scene.world.run { !scene.carrier.requests.isEmpty })
    let sent = try #require(scene.carrier.requests.first)
    #expect(!sent.headers.others.contains { $0.value.contains("forged") })
    #expect(
      scene.world.offers.last?.from
        == (privacy == nil || number == "112" ? "+442079460101" : "anonymous"))
    return sent
  }

  private let number = "<sip:+442079460101@127.0.1.10>"

  @Test("The number goes out in the form of the profile, and in no other")
  func forms() throws {
    let names = ["P-Asserted-Identity", "P-Preferred-Identity", "Remote-Party-ID"]
    for form in TrunkProfile.IdentityForm.allCases {
      let headers = try invite(form).headers
      let expected: [String?] =
        switch form {
        case .none: [nil, nil, nil]
        case .asserted: [number, nil, nil]
        case .preferred: [nil, number, nil]
        case .remoteParty: [nil, nil, number + ";party=calling;screen=yes;privacy=off"]
        }
      #expect(names.map { headers[$0] } == expected)
      #expect(headers.from.uri.user == "+442079460101")
      #expect(headers["Privacy"] == nil)
    }
  }

  @Test("A withheld number goes only to carriers that keep it")
  func withheld() throws {
    let silent = try invite(.none, privacy: "id")
    #expect(silent.headers.from.uri.host == "anonymous.invalid")
    #expect(!silent.headers.others.contains { $0.value.contains("442079460101") })
    let asserted = try invite(.asserted, privacy: "id")
    #expect(asserted.headers.from.uri.host == "anonymous.invalid")
    #expect(asserted.headers["P-Asserted-Identity"] == number)
    #expect(asserted.headers["Privacy"] == "id")
    let party = try invite(.remoteParty, privacy: "full")
    #expect(party.headers["Remote-Party-ID"]?.hasSuffix("privacy=full") == true)
  }

  @Test("A call for help is never anonymous")
  func help() throws {
    let sent = try invite(.asserted, to: "112", privacy: "id")
    #expect(sent.headers.from.uri.user == "+442079460101")
    #expect(sent.headers["Privacy"] == nil)
  }
}

@Suite("Who was called first")
struct ForwardingTests {
  private let story = [
    Forwarding(number: "+442079460002", reason: .busy),
    Forwarding(number: "+442079460001", reason: .noAnswer, isWithheld: true),
  ]
  private let target = SIPURI(user: "+442079460003", host: "h.example")

  private func headers(_ fields: [HeaderField]) -> SIPHeaders {
    var headers = SIPHeaders(
      vias: [], from: NameAddress(uri: target), to: NameAddress(uri: target), callID: "",
      cseq: CSeq(1, .invite))
    headers.others = fields
    return headers
  }

  @Test(
    "Both forms tell the same story", arguments: [TrunkProfile.ForwardingForm.diversion, .history])
  func bothForms(form: TrunkProfile.ForwardingForm) {
    let fields = ForwardingFields.write(story, as: form, at: "h.example", target: target)
    #expect(ForwardingFields.read(headers(fields), limit: 8) == story)
  }

  @Test("A carrier reads them as RFC 5806 and RFC 7044 have them")
  func texts() {
    let diversions = ForwardingFields.write(
      story, as: .diversion, at: "h.example", target: target)
    #expect(
      diversions.map(\.value) == [
        "<sip:+442079460002@h.example>;reason=user-busy;privacy=off",
        "<sip:+442079460001@h.example>;reason=no-answer;privacy=full",
      ])
    let history = ForwardingFields.write(story, as: .history, at: "h.example", target: target)
    #expect(
      history.map(\.value) == [
        "<sip:+442079460001@h.example?Privacy=history>;index=1, "
          + "<sip:+442079460002@h.example;cause=408>;index=1.1, "
          + "<sip:+442079460003@h.example;cause=486>;index=1.1.1"
      ])
    #expect(ForwardingFields.write(story, as: .none, at: "h", target: target).isEmpty)
    #expect(ForwardingFields.write([], as: .history, at: "h", target: target).isEmpty)
  }

  @Test("A story without end is cut")
  func bounded() {
    let fields = (0..<1_000).map { HeaderField("Diversion", "<sip:\($0)@h>;reason=nonsense") }
    let read = ForwardingFields.read(headers(fields), limit: 8)
    #expect(read.map(\.number) == (0..<8).map { "\($0)" })
    #expect(read.allSatisfy { $0.reason == .unknown })
  }
}
