import Foundation
import Support
import Testing

extension SiteA {
  @Suite("Call flows")
  struct FlowTests {
    private struct Walk: Decodable {
      struct Step: Decodable { let step: String }
      let items: [Step]
    }

    private struct Switches: Decodable { let night: Bool }

    private struct Leg: Decodable {
      let to: String
      let outcome: String?
    }

    private struct List<Item: Decodable>: Decodable { let items: [Item] }

    /// What a caller may hear: a ringing tone has 440 Hz.
    private static let (menu, closed) = (2_500, 1_700)
    private static let candidates = [440, 700, 900, menu, closed]

    private static func document(
      _ ids: [String: String], menu: String, closed: String
    ) throws -> String {
      """
      {"start":"night","steps":{
      "night":{"do":"night","then":"closed","otherwise":"desk"},
      "desk":{"do":"ring","extension":"\(try #require(ids["622"]))","seconds":3,"otherwise":"menu"},
      "menu":{"do":"menu","sound":"\(menu)","choices":{"1":"boss"},"patience":20,"otherwise":"end"},
      "boss":{"do":"ring","extension":"\(try #require(ids["623"]))","seconds":20,"otherwise":"end"},
      "closed":{"do":"announcement","sound":"\(closed)","then":"end"},
      "end":{"do":"hang-up"}}}
      """
    }

    @Test(
      "Who is told to ring rings, in that order, also after the node's process died; at night nobody does",
      .timeLimit(.minutes(2)))
    func dayAndNight() async throws {
      let bench = try await Bench("flow")
      let tenant = try await SecondTenant(
        "flows", homeAddress: "phones-a", proxy: bench.demo.phonesAddress, ringTimeout: 20,
        extensions: ["620", "621", "622", "623"], on: bench)
      let ids = try await tenant.extensionIDs(by: bench.api)
      let flow = try #require(ids["620"])
      let before = bench.installation.sounds(at: "node-a1")
      let menu = try await tenant.upload(Self.menu, seconds: 20, as: "flow-menu", on: bench)
      let closed = try await tenant.upload(Self.closed, seconds: 4, as: "flow-closed", on: bench)
      let file = bench.work.appending(path: "flow.json")
      try Self.document(ids, menu: menu, closed: closed)
        .write(to: file, atomically: true, encoding: .utf8)
      _ = try await bench.api.pbxctl(
        "flow", "draft", flow, "--tenant", tenant.id, "--flow-file", file.path)
      _ = try await bench.api.pbxctl("flow", "publish", flow, "--tenant", tenant.id)
      let told = try JSONDecoder().decode(
        Walk.self,
        from: try await bench.api.pbxctl(
          "flow", "explain", flow, "--tenant", tenant.id, "--caller", "621", "--keys", "1"))
      #expect(told.items.map(\.step) == ["night", "desk", "menu", "boss", "end"])
      let phones = try await tenant.phones(["621", "622", "623"], from: 114, on: bench)
      let (alice, bob, carol) = (phones[0], phones[1], phones[2])
      try await eventually("the node has the flow and its sounds", within: .seconds(15)) {
        bench.installation.sounds(at: "node-a1") == before + 2
      }

      alice.dial("620")
      try await bob.rings()
      try await bob.closed()
      try await alice.talks()
      try await alice.comesToHear([Self.menu], of: Self.candidates)
      let node = try #require(try bench.installation.nodePid(of: "node-a1"))
      kill(node, SIGKILL)
      try await eventually("the next process", within: .seconds(10)) {
        try bench.installation.nodePid(of: "node-a1") != node
      }
      try await alice.hears(seconds: try alice.secondsHeard + 2)
      try await alice.comesToHear([Self.menu], of: Self.candidates)
      alice.press("1")
      try await carol.rings()
      carol.answer()
      try await alice.comesToHear([900], of: Self.candidates)
      alice.hangUp()
      try await carol.closed()

      carol.dial("*33")
      try await carol.closed()
      try await eventually("the control plane knows that it is night", within: .seconds(15)) {
        try await JSONDecoder().decode(
          Switches.self,
          from: bench.api.pbxctl("switches", "show", flow, "--tenant", tenant.id)
        ).night
      }
      alice.dial("620")
      try await alice.talks()
      try await alice.comesToHear([Self.closed], of: Self.candidates)
      try await alice.closed()
      let path = try await eventually("where the calls were is on record", within: .seconds(15)) {
        let legs = try JSONDecoder().decode(
          List<Leg>.self,
          from: try await bench.api.pbxctl("cdr", "list", "--tenant", tenant.id)
        ).items
        let path = legs.filter { $0.outcome == "forwarded" }.map(\.to)
        return path.count == 5 ? path : nil
      }
      #expect(
        path.sorted() == ["620,1", "620/boss", "620/closed", "620/desk", "620/menu"])
      for phone in phones { await phone.quit() }
    }
  }
}
