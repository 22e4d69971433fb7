import NodeContract
import SIP
import Testing

@testable import CallControl

/// What RFC 4475 tries beyond the form of a message, with messages of our own; the other cases are
/// in `ScreeningTests`.
@Suite struct StrangeRequests {
  private func answer(
    _ scene: Scene, _ request: SIPRequest, withPassword: Bool = false
  ) -> SIPResponse? {
    var answer: SIPResponse??
    let note: (SIPResponse?) -> Void = { if ($0?.status ?? 408) >= 200 { answer = $0 } }
    if withPassword {
      scene.alice.sendWithPassword(request, then: note)
    } else {
      scene.alice.send(request, then: note)
    }
    scene.world.run { answer != nil }
    return answer ?? nil
  }

  private func register(_ scene: Scene) -> SIPRequest {
    var request = scene.alice.request(.register, to: SIPURI(host: Fixture.domain))
    request.headers.to = NameAddress(uri: SIPURI(user: "101", host: Fixture.domain))
    return request
  }

  /// Section 3.3.4.
  @Test func anAddressOfRecordOfAnotherSchemeIsNobodys() throws {
    let scene = try Scene()
    let bindings = scene.world.exchange.census.bindings
    var request = register(scene)
    request.headers.to = NameAddress(uri: SIPURI(scheme: .other("isbn"), user: "298347", host: ""))
    #expect(answer(scene, request, withPassword: true)?.status == 404)
    #expect(scene.world.exchange.census.bindings == bindings)
  }

  /// Section 3.3.7.
  @Test func credentialsOfAnUnknownSchemeAreNone() throws {
    let scene = try Scene()
    var request = register(scene)
    request.headers["Authorization"] = "NoOneKnowsThis opaque-data=here"
    let response = answer(scene, request)
    #expect(response?.status == 401)
    #expect(response?.headers["WWW-Authenticate"]?.hasPrefix("Digest ") == true)
  }

  /// Section 3.3.11.
  @Test func aRequestForUsNeedsNoMoreHops() throws {
    let scene = try Scene()
    var request = scene.alice.request(.options, to: SIPURI(host: Fixture.domain))
    request.headers.maxForwards = 0
    #expect([200, 483].contains(answer(scene, request)?.status))
  }

  /// Sections 3.3.12 to 3.3.14.
  @Test func aBindingKeepsWhatWeDoNotKnowOfItsContact() throws {
    let scene = try Scene()
    let uri = SIPURI(
      user: "101", host: "127.0.5.1", port: 5099,
      parameters: [SIPParameter("unknownparam")],
      headers: [HeaderField("Route", "<sip:p.example.net;lr>")])
    var request = register(scene)
    request.headers.contacts = .addresses([
      NameAddress(uri: uri, parameters: [SIPParameter("otherparam", "x")])
    ])
    let response = try #require(answer(scene, request, withPassword: true))
    #expect(response.status == 200)
    #expect(response.headers.contacts.addresses.contains { $0.uri == uri })
  }

  /// Section 3.3.15.
  @Test(arguments: [("text/nobodywantsthis", 406), ("application/sdp;level=1", 401), ("*/*", 401)])
  func anInviteThatAcceptsNoSessionCannotBeAnswered(accept: String, status: Int) throws {
    let scene = try Scene()
    var request = scene.alice.request(.invite, to: SIPURI(user: "102", host: Fixture.domain))
    request.headers["Accept"] = accept
    #expect(answer(scene, request)?.status == status)
  }
}
