import Foundation
import Support
import Testing

extension SiteA {
  @Suite("Callers who wait for agents")
  struct QueueTests {
    private struct Switches: Decodable { let queueLogin: Bool }

    private struct Live: Decodable {
      struct Agent: Decodable { let state: String }

      let waiting: Int
      let longestWait: Int?
      let agents: [Agent]
    }

    private struct Place: Decodable { let number: String }

    private struct Places: Decodable { let callbacks: [Place] }

    private struct Leg: Decodable {
      let to: String
      let outcome: String?
    }

    private struct List<Item: Decodable>: Decodable { let items: [Item] }

    private static let next = Installation.promptTones["queue-youarenext"] ?? 0
    private static let place = Installation.promptTones["queue-thereare"] ?? 0
    private static let bye = Installation.promptTones["agent-loggedoff"] ?? 0

    /// What the callers speak; agents have the first tones of all phones.
    private static let voices = [400, 600, 800]
    private static let candidates: [Int] =
      Bench.tones.prefix(2) + voices + [Installation.musicTone, next, place]

    @Test(
      "Three callers hear music and their place, and are served in their order, also after the node's process died",
      .timeLimit(.minutes(2)))
    func order() async throws {
      let bench = try await Bench("queue")
      let numbers = ["723", "724", "725"]
      let tenant = try await SecondTenant(
        "queued", homeAddress: "phones-a", proxy: bench.demo.phonesAddress, ringTimeout: 20,
        extensions: ["720", "721", "722"] + numbers, on: bench)
      let ids = try await tenant.extensionIDs(by: bench.api)
      let (queue, second) = (try #require(ids["720"]), try #require(ids["722"]))
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      _ = try await bench.api.pbxctl(
        "queue", "set", queue, "--tenant", tenant.id, "--strategy",
        "round-robin", "--agent", try #require(ids["721"]), "--agent", second, "--rings-for", "60")
      let agents = try await tenant.phones(["721", "722"], from: 101, on: bench)
      var callers: [Baresip] = []
      for (place, number) in numbers.enumerated() {
        let phone = try await Baresip(
          tenant.phone(number, address: "127.0.4.\(103 + place)", tone: Self.voices[place]),
          work: bench.work)
        try await phone.registered()
        callers.append(phone)
      }

      // The second agent goes home.
      agents[1].dial("*46")
      try await agents[1].talks()
      try await agents[1].closed()
      #expect(try agents[1].heard(of: [Self.bye]) == [Self.bye])
      try await eventually("the control plane knows", within: .seconds(15)) {
        try await !decoder.decode(
          Switches.self,
          from: bench.api.pbxctl("switches", "show", second, "--tenant", tenant.id)
        ).queueLogin
      }

      callers[0].dial("720")
      try await agents[0].rings()
      agents[0].answer()
      try await callers[0].comesToHear([500], of: Self.candidates)
      try await agents[0].comesToHear([400], of: Self.candidates)
      callers[1].dial("720")
      try await callers[1].talks()
      try await callers[1].comesToHear([Self.next], of: Self.candidates)
      callers[2].dial("720")
      try await callers[2].talks()
      try await callers[2].comesToHear([Self.place], of: Self.candidates)
      try await callers[1].comesToHear([Installation.musicTone], of: Self.candidates)

      let live = try await eventually("the control plane sees both", within: .seconds(3)) {
        let live = try decoder.decode(
          Live.self,
          from: try await bench.api.pbxctl("queue", "live", queue, "--tenant", tenant.id))
        return live.waiting == 2 ? live : nil
      }
      #expect(live.agents.map(\.state) == ["busy", "logged-out"])
      #expect((live.longestWait ?? -1) >= 4, "it heard its place meanwhile")

      let node = try #require(try bench.installation.nodePid(of: "node-a1"))
      kill(node, SIGKILL)
      try await eventually("the next process", within: .seconds(10)) {
        try bench.installation.nodePid(of: "node-a1") != node
      }
      try await callers[2].comesToHear([Installation.musicTone], of: Self.candidates)

      for place in [1, 2] {
        agents[0].hangUp()
        try await callers[place - 1].closed()
        try await agents[0].rings()
        agents[0].answer()
        try await agents[0].comesToHear([Self.voices[place]], of: Self.candidates)
        try await callers[place].comesToHear([500], of: Self.candidates)
      }
      callers[2].hangUp()
      try await agents[0].closed()

      let legs = try await eventually("all legs are on record", within: .seconds(15)) {
        let legs = try JSONDecoder().decode(
          List<Leg>.self,
          from: try await bench.api.pbxctl("cdr", "list", "--tenant", tenant.id)
        ).items
        return legs.count == 7 && legs.allSatisfy { $0.outcome != nil } ? legs : nil
      }
      #expect(legs.map(\.to).sorted() == ["*46"] + Array(repeating: "720", count: 6))
      #expect(legs.allSatisfy { $0.outcome == "answered" })
      for phone in agents + callers { await phone.quit() }
    }

    @Test(
      "A caller hangs up and is called back by the agent who comes, also after the node's process died",
      .timeLimit(.minutes(2)))
    func callback() async throws {
      let bench = try await Bench("callback")
      let tenant = try await SecondTenant(
        "calledback", homeAddress: "phones-a", proxy: bench.demo.phonesAddress, ringTimeout: 20,
        extensions: ["730", "731", "732"], on: bench
      ) { tenant, ids in
        _ = try await bench.api.pbxctl(
          "queue", "set", #require(ids["730"]), "--tenant", tenant, "--agent", #require(ids["731"]),
          "--without-agents", "--announces-every", "0", "--callback", "5", "--callback-after", "1")
      }
      let queue = try #require(try await tenant.extensionIDs(by: bench.api)["730"])
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      let agent = try #require(try await tenant.phones(["731"], from: 111, on: bench).first)
      let caller = try await Baresip(
        tenant.phone("732", address: "127.0.4.113", tone: Self.voices[0]), work: bench.work)
      try await caller.registered()
      agent.dial("*46")
      try await agent.talks()
      try await agent.closed()

      caller.dial("730")
      try await caller.talks()
      try await caller.comesToHear([Installation.musicTone], of: Self.candidates)
      try await Task.sleep(for: .seconds(2))
      // The key is heard once it was offered, and the confirmation while its question is asked.
      caller.press("5")
      try await Task.sleep(for: .seconds(2))
      caller.press("1")
      try await caller.closed(within: .seconds(20))
      func places() async throws -> [Place] {
        try decoder.decode(
          Places.self,
          from: try await bench.api.pbxctl("queue", "live", queue, "--tenant", tenant.id)
        ).callbacks
      }
      let kept = try await eventually("the place is seen", within: .seconds(5)) {
        let places = try await places()
        return places.isEmpty ? nil : places
      }
      #expect(kept.map(\.number) == ["732"])

      let node = try #require(try bench.installation.nodePid(of: "node-a1"))
      kill(node, SIGKILL)
      try await eventually("the next process", within: .seconds(10)) {
        try bench.installation.nodePid(of: "node-a1") != node
      }
      agent.dial("*45")
      try await agent.talks()
      try await agent.closed()
      try await agent.next("CALL_INCOMING", within: .seconds(30))
      agent.answer()
      try await caller.rings()
      caller.answer()
      try await caller.comesToHear([Bench.tones[0]], of: Self.candidates)
      try await agent.comesToHear([Self.voices[0]], of: Self.candidates)
      try await eventually("nobody is owed a call", within: .seconds(5)) {
        try await places().isEmpty
      }
      caller.hangUp()
      try await agent.closed()
      for phone in [agent, caller] { await phone.quit() }
    }
  }
}
