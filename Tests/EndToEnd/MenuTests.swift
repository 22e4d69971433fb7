import Foundation
import Support
import Testing

extension SiteA {
  @Suite("Menus")
  struct MenuTests {
    private struct Leg: Decodable {
      let to: String
      let outcome: String?
    }

    private struct List<Item: Decodable>: Decodable { let items: [Item] }

    /// What a caller may hear: a ringing tone has 440 Hz.
    private static let prompt = 2_200
    private static let candidates = [440, 700, 900, prompt]

    @Test(
      "A caller hears the tenant's own prompt, also after the node's process died, and talks to whom it chose",
      .timeLimit(.minutes(2)))
    func choose() async throws {
      let bench = try await Bench("menu")
      let tenant = try await SecondTenant(
        "menus", homeAddress: "phones-a", proxy: bench.demo.phonesAddress, ringTimeout: 20,
        extensions: ["301", "302", "300"], on: bench)
      let ids = try await tenant.extensionIDs(by: bench.api)
      let before = bench.installation.sounds(at: "node-a1")
      let sound = try await tenant.upload(Self.prompt, seconds: 20, as: "welcome", on: bench)
      _ = try await bench.api.pbxctl(
        "menu", "set", try #require(ids["300"]), "--tenant", tenant.id, "--prompt", sound,
        "--choice", "1=extension:\(try #require(ids["302"]))", "--choice", "9=hang-up")
      let phones = try await tenant.phones(["301", "302"], from: 91, on: bench)
      let (alice, bob) = (phones[0], phones[1])
      try await eventually("the node has menu and sound", within: .seconds(15)) {
        bench.installation.sounds(at: "node-a1") == before + 1
      }
      alice.dial("300")
      try await alice.talks()
      try await alice.comesToHear([Self.prompt], of: Self.candidates)

      let node = try #require(try bench.installation.nodePid(of: "node-a1"))
      kill(node, SIGKILL)
      try await eventually("the next process", within: .seconds(10)) {
        try bench.installation.nodePid(of: "node-a1") != node
      }
      try await alice.hears(seconds: try alice.secondsHeard + 2)
      try await alice.comesToHear([Self.prompt], of: Self.candidates)

      alice.press("1")
      try await bob.rings()
      try await alice.comesToHear([440], of: Self.candidates)
      bob.answer()
      try await alice.comesToHear([700], of: Self.candidates)
      try await bob.comesToHear([500], of: [440, 500, Self.prompt])
      alice.hangUp()
      try await bob.closed()

      let legs = try await eventually("all legs are on record", within: .seconds(15)) {
        let legs = try JSONDecoder().decode(
          List<Leg>.self,
          from: try await bench.api.pbxctl("cdr", "list", "--tenant", tenant.id)
        ).items
        return legs.count == 3 && legs.allSatisfy { $0.outcome != nil } ? legs : nil
      }
      let outcomes = Dictionary(uniqueKeysWithValues: legs.map { ($0.to, $0.outcome) })
      #expect(outcomes == ["300": "answered", "300,1": "forwarded", "302": "answered"])
      for phone in phones { await phone.quit() }
    }
  }
}
