import DatabaseSupport
import HTTP
import Hummingbird
import NodeContract
import Persistence
import Rating
@_spi(Authorization) import Tenancy
import Testing

/// Walks every registered route as a stranger, as other tenants and as another reseller. Each
/// route has a line in `probes`; one that nobody listed fails the test, and so does a line whose
/// request would not work even for an operator, since it would prove nothing.
@Suite(.needsPostgres) struct EveryRouteTests {
  /// What somebody else gets.
  enum Verdict: Equatable {
    /// The role is not good for it.
    case forbidden
    /// As if it did not exist.
    case hidden
    /// The body names something that does not exist for the asker.
    case refused
    /// A list without anything of ours.
    case filtered
    /// Not a secret.
    case open

    func fits(_ status: Int) -> Bool {
      switch self {
      case .forbidden: status == 403
      case .hidden: status == 404
      case .refused: status == 404 || status == 422
      case .filtered, .open: status == 200
      }
    }
  }

  struct Probe {
    let route: String
    let path: String
    var body: String?
    var type = "application/json"
    var file: [UInt8]?
    let tenant: Verdict
    let reseller: Verdict
  }

  @Test func noRouteLetsAnybodyReachWhatIsNotTheirs() async throws {
    try await APIBench.with { bench in
      let fixture = try await Fixture(bench)
      let probes = fixture.probes
      #expect(
        Set(probes.map(\.route)) == Set(APIBench.routes(over: bench.store).map(\.description)))

      for probe in probes {
        for key in [nil, "tdm_", "tdm_" + String(repeating: "A", count: 43), "Basic x"] {
          let answer = try await send(probe, as: key, to: bench)
          #expect(answer.status == 401, "\(probe.route) as a stranger")
        }
        let others = [
          ("another tenant", bench.keys.otherTenant, probe.tenant),
          ("a neighbour", bench.keys.neighbour, probe.tenant),
          ("another reseller", bench.keys.otherReseller, probe.reseller),
        ]
        for (name, key, verdict) in others {
          let answer = try await send(probe, as: key, to: bench)
          #expect(verdict.fits(answer.status), "\(probe.route) as \(name): \(answer)")
          guard verdict == .filtered else { continue }
          for secret in fixture.secrets where name != "a neighbour" || !fixture.isShared(secret) {
            #expect(!answer.body.contains(secret), "\(probe.route) tells \(name) of \(secret)")
          }
        }
      }
      for probe in probes {
        let answer = try await send(probe, as: bench.keys.operator, to: bench)
        #expect((200..<300).contains(answer.status), "\(probe.route) as an operator: \(answer)")
      }
    }
  }

  private func send(_ probe: Probe, as key: String?, to bench: APIBench) async throws -> Answer {
    let method = try #require(probe.route.split(separator: " ").first)
    return try await bench.send(
      try #require(HTTPRequest.Method(String(method))), probe.path, as: key, probe.body,
      file: probe.file, type: probe.type)
  }
}

/// Things of the reseller and the tenant that others try to reach, and how.
private struct Fixture {
  let bench: APIBench
  let call: AnsweredCall
  /// A call of which facts are kept that do not count.
  let stray: CallID
  /// One to be revoked.
  let key: String

  /// One in a mailbox.
  let message: SoundID
  /// An upload.
  let sound: SoundID
  /// Somebody outside.
  let contact: String
  /// Of whose calls are not wanted.
  let screening: String
  let recording: SoundID
  /// One that has not ended.
  let drill: DrillID

  init(_ bench: APIBench) async throws {
    self.bench = bench
    message = try await LeftInMailbox.commit(
      to: bench.mine.extensions[0].id, of: bench.mine.tenant.id, in: bench.store)
    _ = try await bench.store.mailboxes.replace(
      Mailbox(longestMessage: 60, mostMessages: 10, retention: nil),
      of: bench.mine.extensions[1].id, of: bench.mine.tenant.id, in: .platform)
    sound = try await AudibleSound.commit(
      named: "mine", of: bench.mine.tenant.id, to: bench.store)
    contact = try await bench.send(
      .post, "\(bench.tenantPath)/contacts", as: bench.keys.tenant,
      #"{"name":"Ann","numbers":["+447700900123"]}"#
    ).text("id")
    screening = try await bench.send(
      .post, "\(bench.tenantPath)/screening", as: bench.keys.tenant,
      #"{"from":"withheld","verdict":"block"}"#
    ).text("id")
    call = try await AnsweredCall.commit(of: bench.mine, to: bench.store)
    // Of the second extension, to be published.
    _ = try await bench.send(
      .put, "\(bench.tenantPath)/extensions/\(bench.mine.extensions[1].id)/flow/draft",
      as: bench.keys.tenant, Self.flow(ringing: bench.mine.extensions[0].id))
    recording = try await RecordedPieces.commit(
      of: call.call, of: bench.mine.tenant.id, in: bench.store)
    drill = try await KeptDrill.keep(in: bench.store)
    stray = try await AnsweredCall.commitStray(to: bench.store)
    let answer = try await bench.send(
      .post, "/v1/keys", as: bench.keys.tenant, #"{"name":"k","role":"tenant"}"#)
    key = try answer.text("id")
  }

  private static func flow(ringing id: ExtensionID) -> String {
    """
    {"start":"desk","steps":{"desk":{"do":"ring","extension":"\(id)","otherwise":"end"},
    "end":{"do":"hang-up"}}}
    """
  }

  /// What no list of somebody else may contain.
  var secrets: [String] {
    let mine = bench.mine
    return [
      mine.reseller.id.description, mine.tenant.id.description, mine.trunk.id.description,
      mine.priceList.id.description, mine.number.id.description, mine.domainText,
      call.call.description, call.caller.description, key,
    ] + mine.extensions.map(\.id.description)
  }

  /// A neighbour has the same reseller and may know its name.
  func isShared(_ secret: String) -> Bool { secret == bench.mine.reseller.id.description }

  /// In an order in which an operator can do all of them, the removals last.
  var probes: [EveryRouteTests.Probe] { installation + resale + tenancy + calls + removals }

  private typealias Probe = EveryRouteTests.Probe

  private var installation: [EveryRouteTests.Probe] {
    [
      Probe(route: "GET /v1/sites", path: "/v1/sites", tenant: .forbidden, reseller: .forbidden),
      Probe(
        route: "POST /v1/sites", path: "/v1/sites", body: #"{"name":"z"}"#, tenant: .forbidden,
        reseller: .forbidden),
      Probe(
        route: "GET /v1/sites/{site}", path: "/v1/sites/a", tenant: .forbidden,
        reseller: .forbidden),
      Probe(route: "GET /v1/nodes", path: "/v1/nodes", tenant: .forbidden, reseller: .forbidden),
      Probe(
        route: "POST /v1/nodes", path: "/v1/nodes", body: #"{"name":"node-z1","site":"z"}"#,
        tenant: .forbidden, reseller: .forbidden),
      Probe(
        route: "GET /v1/nodes/{node}", path: "/v1/nodes/node-a1", tenant: .forbidden,
        reseller: .forbidden),
      Probe(
        route: "PUT /v1/nodes/{node}/drain", path: "/v1/nodes/node-a1/drain",
        tenant: .forbidden, reseller: .forbidden),
      Probe(
        route: "GET /v1/nodes/{node}/remainder", path: "/v1/nodes/node-a1/remainder",
        tenant: .forbidden, reseller: .forbidden),
      Probe(
        route: "DELETE /v1/nodes/{node}/drain", path: "/v1/nodes/node-a1/drain",
        tenant: .forbidden, reseller: .forbidden),
      Probe(
        route: "GET /v1/addresses", path: "/v1/addresses", tenant: .forbidden, reseller: .open),
      Probe(
        route: "POST /v1/addresses", path: "/v1/addresses",
        body:
          #"{"name":"phones-z","site":"z","ip":"127.0.26.1","role":"phones","holder":"node-z1"}"#,
        tenant: .forbidden, reseller: .forbidden),
      Probe(
        route: "GET /v1/addresses/{address}", path: "/v1/addresses/phones-a", tenant: .forbidden,
        reseller: .open),
      Probe(
        route: "PATCH /v1/addresses/{address}", path: "/v1/addresses/phones-a",
        body: #"{"ip":"127.0.26.2"}"#, tenant: .forbidden, reseller: .forbidden),
      Probe(
        route: "GET /v1/quarantine", path: "/v1/quarantine", tenant: .forbidden,
        reseller: .forbidden),
      Probe(
        route: "POST /v1/quarantine/{call}/release", path: "/v1/quarantine/\(stray)/release",
        tenant: .forbidden, reseller: .forbidden),
      Probe(route: "GET /v1/drills", path: "/v1/drills", tenant: .forbidden, reseller: .forbidden),
      Probe(
        route: "POST /v1/drills/plan", path: "/v1/drills/plan",
        body: #"{"fault":"process","node":"node-a1"}"#, tenant: .forbidden, reseller: .forbidden),
      Probe(
        route: "GET /v1/drills/{drill}", path: "/v1/drills/\(drill)", tenant: .forbidden,
        reseller: .forbidden),
      Probe(
        route: "POST /v1/drills/{drill}/abort", path: "/v1/drills/\(drill)/abort",
        tenant: .forbidden, reseller: .forbidden),
      Probe(
        route: "POST /v1/drills", path: "/v1/drills",
        body: #"{"fault":"process","node":"node-a1"}"#, tenant: .forbidden, reseller: .forbidden),
    ]
  }

  private var resale: [EveryRouteTests.Probe] {
    let mine = bench.mine
    let reseller = mine.reseller.id
    return [
      Probe(
        route: "GET /v1/resellers", path: "/v1/resellers", tenant: .forbidden,
        reseller: .filtered),
      Probe(
        route: "POST /v1/resellers", path: "/v1/resellers", body: #"{"name":"new"}"#,
        tenant: .forbidden, reseller: .forbidden),
      Probe(
        route: "GET /v1/resellers/{reseller}", path: "/v1/resellers/\(reseller)",
        tenant: .forbidden, reseller: .hidden),
      Probe(route: "GET /v1/keys", path: "/v1/keys", tenant: .filtered, reseller: .filtered),
      Probe(
        route: "POST /v1/keys", path: "/v1/keys",
        body: #"{"name":"k","role":"tenant","tenant":"\#(mine.tenant.id)"}"#, tenant: .refused,
        reseller: .refused),
      Probe(
        route: "GET /v1/trunks", path: "/v1/trunks", tenant: .forbidden, reseller: .filtered),
      Probe(
        route: "POST /v1/trunks", path: "/v1/trunks",
        body: #"""
          {"reseller":"\#(reseller)","carrier":"c","address":"trunks-a","peers":["192.0.2.9:5060"]}
          """#, tenant: .forbidden, reseller: .refused),
      Probe(
        route: "GET /v1/trunks/{trunk}", path: "/v1/trunks/\(mine.trunk.id)", tenant: .forbidden,
        reseller: .hidden),
      Probe(
        route: "PATCH /v1/trunks/{trunk}", path: "/v1/trunks/\(mine.trunk.id)",
        body: #"{"peers":["192.0.2.66:5060"]}"#, tenant: .forbidden, reseller: .hidden),
      Probe(
        route: "GET /v1/price-lists", path: "/v1/price-lists", tenant: .forbidden,
        reseller: .filtered),
      Probe(
        route: "POST /v1/price-lists", path: "/v1/price-lists",
        body: #"{"reseller":"\#(reseller)","name":"p","currency":"EUR"}"#, tenant: .forbidden,
        reseller: .refused),
      Probe(
        route: "GET /v1/price-lists/{price_list}", path: "/v1/price-lists/\(mine.priceList.id)",
        tenant: .forbidden, reseller: .hidden),
      Probe(
        route: "GET /v1/price-lists/{price_list}/rates",
        path: "/v1/price-lists/\(mine.priceList.id)/rates", tenant: .forbidden,
        reseller: .hidden),
      Probe(
        route: "POST /v1/price-lists/{price_list}/rates",
        path: "/v1/price-lists/\(mine.priceList.id)/rates",
        body: "prefix,description,per_minute\n44,UK,0.9\n", type: "text/csv", tenant: .forbidden,
        reseller: .hidden),
    ]
  }

  private var tenancy: [EveryRouteTests.Probe] {
    let path = bench.tenantPath
    let entry = bench.mine.extensions[0].id
    let other = bench.mine.extensions[1].id
    let number = bench.mine.number.id
    return [
      Probe(
        route: "GET /v1/tenants", path: "/v1/tenants", tenant: .filtered, reseller: .filtered),
      Probe(
        route: "POST /v1/tenants", path: "/v1/tenants",
        body: #"""
          {"reseller":"\#(bench.mine.reseller.id)","name":"n","domain":"n.tandem.test",
          "home_address":"phones-a","country_code":"44"}
          """#, tenant: .forbidden, reseller: .refused),
      Probe(route: "GET /v1/tenants/{tenant}", path: path, tenant: .hidden, reseller: .hidden),
      Probe(
        route: "PATCH /v1/tenants/{tenant}", path: path, body: #"{"name":"stolen"}"#,
        tenant: .forbidden, reseller: .hidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/extensions", path: path + "/extensions",
        tenant: .hidden, reseller: .hidden),
      Probe(
        route: "POST /v1/tenants/{tenant}/extensions", path: path + "/extensions",
        body: #"{"number":"150","name":"n"}"#, tenant: .hidden, reseller: .hidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/extensions/{extension}",
        path: path + "/extensions/\(entry)", tenant: .hidden, reseller: .hidden),
      Probe(
        route: "PATCH /v1/tenants/{tenant}/extensions/{extension}",
        path: path + "/extensions/\(entry)", body: #"{"new_password":true}"#, tenant: .hidden,
        reseller: .hidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/extensions/{extension}/answering-rules",
        path: path + "/extensions/\(entry)/answering-rules", tenant: .hidden, reseller: .hidden),
      Probe(
        route: "PUT /v1/tenants/{tenant}/extensions/{extension}/answering-rules",
        path: path + "/extensions/\(entry)/answering-rules",
        body: #"{"items":[{"when":"always","then":"forward","to":"900900"}]}"#, tenant: .hidden,
        reseller: .hidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/extensions/{extension}/answering-plan",
        path: path + "/extensions/\(entry)/answering-plan?caller=101", tenant: .hidden,
        reseller: .hidden),
      Probe(
        route: "PUT /v1/tenants/{tenant}/extensions/{extension}/ring-group",
        path: path + "/extensions/\(entry)/ring-group",
        body: #"{"strategy":"together","members":["\#(other)"]}"#, tenant: .hidden,
        reseller: .hidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/extensions/{extension}/ring-group",
        path: path + "/extensions/\(entry)/ring-group", tenant: .hidden, reseller: .hidden),
      Probe(
        route: "DELETE /v1/tenants/{tenant}/extensions/{extension}/ring-group",
        path: path + "/extensions/\(entry)/ring-group", tenant: .hidden, reseller: .hidden),
      Probe(
        route: "PUT /v1/tenants/{tenant}/extensions/{extension}/paging-group",
        path: path + "/extensions/\(entry)/paging-group",
        body: #"{"members":["\#(other)"]}"#, tenant: .hidden, reseller: .hidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/extensions/{extension}/paging-group",
        path: path + "/extensions/\(entry)/paging-group", tenant: .hidden, reseller: .hidden),
      Probe(
        route: "DELETE /v1/tenants/{tenant}/extensions/{extension}/paging-group",
        path: path + "/extensions/\(entry)/paging-group", tenant: .hidden, reseller: .hidden),
      Probe(
        route: "PUT /v1/tenants/{tenant}/extensions/{extension}/follow-me",
        path: path + "/extensions/\(entry)/follow-me",
        body: #"{"steps":[{"targets":[{"kind":"own"}]}]}"#, tenant: .hidden, reseller: .hidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/extensions/{extension}/follow-me",
        path: path + "/extensions/\(entry)/follow-me", tenant: .hidden, reseller: .hidden),
      Probe(
        route: "DELETE /v1/tenants/{tenant}/extensions/{extension}/follow-me",
        path: path + "/extensions/\(entry)/follow-me", tenant: .hidden, reseller: .hidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/contacts", path: path + "/contacts", tenant: .hidden,
        reseller: .hidden),
      Probe(
        route: "POST /v1/tenants/{tenant}/contacts", path: path + "/contacts",
        body: #"{"name":"Bob","numbers":["+447700900124"]}"#, tenant: .hidden, reseller: .hidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/contacts/{contact}", path: path + "/contacts/\(contact)",
        tenant: .hidden, reseller: .hidden),
      Probe(
        route: "PUT /v1/tenants/{tenant}/contacts/{contact}", path: path + "/contacts/\(contact)",
        body: #"{"name":"Ann","numbers":["+447700900125"]}"#, tenant: .hidden, reseller: .hidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/contact-file", path: path + "/contact-file",
        tenant: .hidden, reseller: .hidden),
      Probe(
        route: "POST /v1/tenants/{tenant}/contact-file", path: path + "/contact-file",
        type: "text/csv", file: Array("name,number\nCleo,+447700900126\n".utf8), tenant: .hidden,
        reseller: .hidden),
      Probe(
        route: "DELETE /v1/tenants/{tenant}/contacts/{contact}",
        path: path + "/contacts/\(contact)", tenant: .hidden, reseller: .hidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/screening", path: path + "/screening", tenant: .hidden,
        reseller: .hidden),
      Probe(
        route: "POST /v1/tenants/{tenant}/screening", path: path + "/screening",
        body: #"{"from":"+4420*","verdict":"block"}"#, tenant: .hidden, reseller: .hidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/screening/{line}", path: path + "/screening/\(screening)",
        tenant: .hidden, reseller: .hidden),
      Probe(
        route: "DELETE /v1/tenants/{tenant}/screening/{line}",
        path: path + "/screening/\(screening)", tenant: .hidden, reseller: .hidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/sounds", path: path + "/sounds", tenant: .hidden,
        reseller: .hidden),
      Probe(
        route: "POST /v1/tenants/{tenant}/sounds", path: path + "/sounds?name=probe",
        type: "audio/wav", file: AudibleSound.wav(), tenant: .hidden, reseller: .hidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/sounds/{sound}", path: path + "/sounds/\(sound)",
        tenant: .hidden, reseller: .hidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/sounds/{sound}/contents",
        path: path + "/sounds/\(sound)/contents", tenant: .hidden, reseller: .hidden),
      Probe(
        route: "POST /v1/tenants/{tenant}/extensions/{extension}/calls",
        path: path + "/extensions/\(entry)/calls", body: #"{"to":"07700900123"}"#,
        tenant: .hidden, reseller: .forbidden),
      Probe(
        route: "DELETE /v1/tenants/{tenant}/calls/{call}", path: path + "/calls/\(call.call)",
        tenant: .hidden, reseller: .forbidden),
      Probe(
        route: "PUT /v1/tenants/{tenant}/extensions/{extension}/menu",
        path: path + "/extensions/\(entry)/menu",
        body: #"{"choices":{"1":{"then":"extension","to":"\#(other)"}}}"#, tenant: .hidden,
        reseller: .hidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/extensions/{extension}/menu",
        path: path + "/extensions/\(entry)/menu", tenant: .hidden, reseller: .hidden),
      Probe(
        route: "DELETE /v1/tenants/{tenant}/extensions/{extension}/menu",
        path: path + "/extensions/\(entry)/menu", tenant: .hidden, reseller: .hidden),
      Probe(
        route: "PUT /v1/tenants/{tenant}/extensions/{extension}/queue",
        path: path + "/extensions/\(entry)/queue",
        body: #"{"strategy":"together","agents":[{"extension":"\#(other)"}]}"#, tenant: .hidden,
        reseller: .hidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/extensions/{extension}/queue",
        path: path + "/extensions/\(entry)/queue", tenant: .hidden, reseller: .hidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/extensions/{extension}/queue/live",
        path: path + "/extensions/\(entry)/queue/live", tenant: .hidden, reseller: .hidden),
      Probe(
        route: "DELETE /v1/tenants/{tenant}/extensions/{extension}/queue/callbacks/{callback}",
        path: path + "/extensions/\(entry)/queue/callbacks/\(QuietInstallation.callback)",
        tenant: .hidden, reseller: .hidden),
      Probe(
        route: "DELETE /v1/tenants/{tenant}/extensions/{extension}/queue",
        path: path + "/extensions/\(entry)/queue", tenant: .hidden, reseller: .hidden),
      Probe(
        route: "PUT /v1/tenants/{tenant}/extensions/{extension}/flow/draft",
        path: path + "/extensions/\(entry)/flow/draft", body: Self.flow(ringing: other),
        tenant: .hidden, reseller: .hidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/extensions/{extension}/flow/draft",
        path: path + "/extensions/\(entry)/flow/draft", tenant: .hidden, reseller: .hidden),
      Probe(
        route: "DELETE /v1/tenants/{tenant}/extensions/{extension}/flow/draft",
        path: path + "/extensions/\(entry)/flow/draft", tenant: .hidden, reseller: .hidden),
      Probe(
        route: "POST /v1/tenants/{tenant}/extensions/{extension}/flow/versions",
        path: path + "/extensions/\(other)/flow/versions", body: #"{"note":"first"}"#,
        tenant: .hidden, reseller: .hidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/extensions/{extension}/flow/versions",
        path: path + "/extensions/\(other)/flow/versions", tenant: .hidden, reseller: .hidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/extensions/{extension}/flow/versions/{version}",
        path: path + "/extensions/\(other)/flow/versions/1", tenant: .hidden,
        reseller: .hidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/flows", path: path + "/flows", tenant: .hidden,
        reseller: .hidden),
      Probe(
        route: "PUT /v1/tenants/{tenant}/extensions/{extension}/flow",
        path: path + "/extensions/\(other)/flow", body: #"{"version":1}"#, tenant: .hidden,
        reseller: .hidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/extensions/{extension}/flow",
        path: path + "/extensions/\(other)/flow", tenant: .hidden, reseller: .hidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/extensions/{extension}/flow/difference",
        path: path + "/extensions/\(other)/flow/difference?from=1&to=in-force", tenant: .hidden,
        reseller: .hidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/extensions/{extension}/flow/walk",
        path: path + "/extensions/\(other)/flow/walk", tenant: .hidden, reseller: .hidden),
      Probe(
        route: "DELETE /v1/tenants/{tenant}/extensions/{extension}/flow",
        path: path + "/extensions/\(other)/flow", tenant: .hidden, reseller: .hidden),
      Probe(
        route: "DELETE /v1/tenants/{tenant}/sounds/{sound}", path: path + "/sounds/\(sound)",
        tenant: .hidden, reseller: .hidden),
      Probe(
        route: "PUT /v1/tenants/{tenant}/extensions/{extension}/mailbox",
        path: path + "/extensions/\(entry)/mailbox", body: "{}", tenant: .hidden,
        reseller: .hidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/extensions/{extension}/mailbox",
        path: path + "/extensions/\(entry)/mailbox", tenant: .hidden, reseller: .hidden),
      Probe(
        route: "PUT /v1/tenants/{tenant}/extensions/{extension}/mailbox/pin",
        path: path + "/extensions/\(entry)/mailbox/pin", body: #"{"pin":"2580"}"#,
        tenant: .hidden, reseller: .hidden),
      Probe(
        route: "DELETE /v1/tenants/{tenant}/extensions/{extension}/mailbox/pin",
        path: path + "/extensions/\(entry)/mailbox/pin", tenant: .hidden, reseller: .hidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/extensions/{extension}/mailbox/messages",
        path: path + "/extensions/\(entry)/mailbox/messages", tenant: .hidden,
        reseller: .forbidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/extensions/{extension}/mailbox/messages/{message}",
        path: path + "/extensions/\(entry)/mailbox/messages/\(message)", tenant: .hidden,
        reseller: .forbidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/extensions/{extension}/mailbox/messages/{message}/sound",
        path: path + "/extensions/\(entry)/mailbox/messages/\(message)/sound", tenant: .hidden,
        reseller: .forbidden),
      Probe(
        route: "PATCH /v1/tenants/{tenant}/extensions/{extension}/mailbox/messages/{message}",
        path: path + "/extensions/\(entry)/mailbox/messages/\(message)",
        body: #"{"state":"saved"}"#, tenant: .hidden, reseller: .forbidden),
      Probe(
        route:
          "POST /v1/tenants/{tenant}/extensions/{extension}/mailbox/messages/{message}/forward",
        path: path + "/extensions/\(entry)/mailbox/messages/\(message)/forward",
        body: #"{"to":"\#(bench.mine.extensions[1].id)"}"#, tenant: .hidden, reseller: .forbidden),
      Probe(
        route: "DELETE /v1/tenants/{tenant}/extensions/{extension}/mailbox/messages/{message}",
        path: path + "/extensions/\(entry)/mailbox/messages/\(message)", tenant: .hidden,
        reseller: .forbidden),
      Probe(
        route: "DELETE /v1/tenants/{tenant}/extensions/{extension}/mailbox",
        path: path + "/extensions/\(entry)/mailbox", tenant: .hidden, reseller: .hidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/extensions/{extension}/answering-switches",
        path: path + "/extensions/\(entry)/answering-switches", tenant: .hidden,
        reseller: .hidden),
      Probe(
        route: "PATCH /v1/tenants/{tenant}/extensions/{extension}/answering-switches",
        path: path + "/extensions/\(entry)/answering-switches",
        body: #"{"do_not_disturb":true,"forward_always":"900900"}"#, tenant: .hidden,
        reseller: .hidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/feature-codes", path: path + "/feature-codes",
        tenant: .hidden, reseller: .hidden),
      Probe(
        route: "PUT /v1/tenants/{tenant}/feature-codes", path: path + "/feature-codes",
        body: #"{"items":[{"feature":"park","code":"*49"}]}"#, tenant: .hidden, reseller: .hidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/numbers", path: path + "/numbers", tenant: .hidden,
        reseller: .hidden),
      Probe(
        route: "POST /v1/tenants/{tenant}/numbers", path: path + "/numbers",
        body: #"{"number":"+442079460999","extension":"\#(entry)"}"#, tenant: .forbidden,
        reseller: .hidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/numbers/{number}", path: path + "/numbers/\(number)",
        tenant: .hidden, reseller: .hidden),
      Probe(
        route: "PATCH /v1/tenants/{tenant}/numbers/{number}", path: path + "/numbers/\(number)",
        body: #"{"extension":"\#(other)"}"#, tenant: .hidden, reseller: .hidden),
    ]
  }

  private var calls: [EveryRouteTests.Probe] {
    let path = bench.tenantPath
    return [
      Probe(
        route: "GET /v1/tenants/{tenant}/recordings", path: path + "/recordings",
        tenant: .hidden, reseller: .forbidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/recordings/{recording}",
        path: path + "/recordings/\(recording)", tenant: .hidden, reseller: .forbidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/recordings/{recording}/sound",
        path: path + "/recordings/\(recording)/sound", tenant: .hidden, reseller: .forbidden),
      Probe(
        route: "PUT /v1/tenants/{tenant}/recordings/{recording}/hold",
        path: path + "/recordings/\(recording)/hold", body: #"{"reason":"a claim"}"#,
        tenant: .hidden, reseller: .forbidden),
      Probe(
        route: "DELETE /v1/tenants/{tenant}/recordings/{recording}/hold",
        path: path + "/recordings/\(recording)/hold", tenant: .hidden, reseller: .forbidden),
      Probe(
        route: "DELETE /v1/tenants/{tenant}/recordings/{recording}",
        path: path + "/recordings/\(recording)", tenant: .hidden, reseller: .forbidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/recordings/{recording}/history",
        path: path + "/recordings/\(recording)/history", tenant: .hidden, reseller: .forbidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/recording-rules", path: path + "/recording-rules",
        tenant: .hidden, reseller: .forbidden),
      Probe(
        route: "PUT /v1/tenants/{tenant}/recording-rules", path: path + "/recording-rules",
        body: #"{"items":[]}"#, tenant: .hidden, reseller: .forbidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/recording-rules/explanation",
        path: path + "/recording-rules/explanation", tenant: .hidden, reseller: .forbidden),
      Probe(
        route: "POST /v1/tenants/{tenant}/calls/{call}/recording",
        path: path + "/calls/\(call.call)/recording", body: #"{"wish":"pause"}"#,
        tenant: .hidden, reseller: .forbidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/recording-retention",
        path: path + "/recording-retention", tenant: .hidden, reseller: .forbidden),
      Probe(
        route: "PUT /v1/tenants/{tenant}/recording-retention",
        path: path + "/recording-retention", body: #"{"days":30}"#, tenant: .hidden,
        reseller: .forbidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/calls", path: path + "/calls", tenant: .hidden,
        reseller: .hidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/calls/{call}", path: path + "/calls/\(call.call)",
        tenant: .hidden, reseller: .hidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/cdrs", path: path + "/cdrs", tenant: .hidden,
        reseller: .hidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/cdrs/{cdr}", path: path + "/cdrs/\(call.callee)",
        tenant: .hidden, reseller: .hidden),
      Probe(
        route: "GET /v1/tenants/{tenant}/balance", path: path + "/balance", tenant: .hidden,
        reseller: .hidden),
    ]
  }

  private var removals: [EveryRouteTests.Probe] {
    let path = bench.tenantPath
    let mine = bench.mine
    return [
      Probe(
        route: "DELETE /v1/tenants/{tenant}/numbers/{number}",
        path: path + "/numbers/\(mine.number.id)", tenant: .forbidden, reseller: .hidden),
      Probe(
        route: "DELETE /v1/tenants/{tenant}/extensions/{extension}",
        path: path + "/extensions/\(mine.extensions[1].id)", tenant: .hidden,
        reseller: .hidden),
      Probe(
        route: "DELETE /v1/trunks/{trunk}", path: "/v1/trunks/\(mine.trunk.id)",
        tenant: .forbidden, reseller: .hidden),
      Probe(
        route: "DELETE /v1/keys/{key}", path: "/v1/keys/\(key)", tenant: .hidden,
        reseller: .hidden),
      Probe(
        route: "DELETE /v1/tenants/{tenant}", path: path, tenant: .forbidden, reseller: .hidden),
    ]
  }
}

extension DemoCustomer {
  fileprivate var domainText: String { tenant.domain.text }
}
