import Foundation
import Glibc
import Support
import Testing

extension SiteA {
  @Suite("Click to call")
  struct ClickTests {
    private struct Made: Decodable { let id: String }

    private struct Call: Decodable {
      let from: String
      let to: String
      let outcome: String?
    }

    private static let tones = Bench.tones
    private static let mobile = "+447400123456"

    private func click(_ words: String..., on bench: Bench) async throws -> String {
      let made = try await bench.api.run(["call"] + words + ["--tenant", bench.demo.tenant])
      return try JSONDecoder().decode(Made.self, from: made).id
    }

    private func show(_ call: String, on bench: Bench) async throws -> Call {
      try JSONDecoder().decode(
        Call.self,
        from: await bench.api.pbxctl("call", "show", call, "--tenant", bench.demo.tenant))
    }

    @Test(
      "The user's phone rings and the number is called, also with node processes that die; both hear each other, and the carrier's leg is paid for",
      .timeLimit(.minutes(2)))
    func outside() async throws {
      let bench = try await Bench("click")
      let alice = try await bench.alice()
      let carrier = try await bench.carrier()
      let call = try await click("101", Self.mobile, "--key", "click-\(UUID())", on: bench)
      #expect(try await alice.rings().contains("7400123456"), "it shows whom it will be")
      #expect(try await show(call, on: bench).to == Self.mobile)
      try await kill(on: bench)
      alice.answer()
      try await alice.talks()
      try await carrier.rings()
      carrier.answer()
      try await carrier.talks()
      try await alice.comesToHear([900], of: Self.tones)
      try await carrier.comesToHear([500], of: Self.tones)
      try await kill(on: bench)
      try await alice.hears(seconds: 1)
      try await alice.comesToHear([900], of: Self.tones)
      try await carrier.comesToHear([500], of: Self.tones)
      carrier.hangUp()
      try await alice.closed()

      let legs = try await bench.newRecords(3)
      #expect(Set(legs.map(\.call)) == [call])
      #expect(legs.map(\.outcome) == ["answered", "answered", "answered"])
      let made = try #require(legs.first { $0.direction == "incoming" })
      #expect(made.from == "101" && made.to == Self.mobile && made.charge == nil)
      let carried = try #require(legs.first { $0.party.kind == "trunk" })
      let amount = try #require(carried.charge.flatMap { Decimal(string: $0.amount) })
      #expect(amount > 0 && legs.count { $0.charge != nil } == 1)
      #expect(try await show(call, on: bench).outcome == "answered")
      for phone in [alice, carrier] { await phone.quit() }
    }

    @Test(
      "The same request again is the same call; it is called off, and nobody's phone rings for what cannot be called",
      .timeLimit(.minutes(2)))
    func again() async throws {
      let bench = try await Bench("click-again")
      await #expect(throws: ControlAPI.CommandFailed.self, "no telephone is registered") {
        try await click("101", "102", on: bench)
      }
      let alice = try await bench.alice()
      await #expect(throws: ControlAPI.CommandFailed.self, "nobody has that number") {
        try await click("101", "199", on: bench)
      }
      let key = "again-\(UUID())"
      let calls = [
        try await click("101", "102", "--key", key, on: bench),
        try await click("101", "102", "--key", key, on: bench),
      ]
      #expect(calls[0] == calls[1])
      try await alice.rings()
      await #expect(throws: ControlAPI.CommandFailed.self, "the key is another request's") {
        try await click("101", "103", "--key", key, on: bench)
      }
      _ = try await bench.api.pbxctl("call", "off", calls[0], "--tenant", bench.demo.tenant)
      try await alice.closed()
      let legs = try await bench.newRecords(2)
      #expect(legs.map(\.outcome) == ["cancelled", "cancelled"])
      #expect(try await click("101", "102", "--key", key, on: bench) == calls[0])
      #expect(try await show(calls[0], on: bench).outcome == "cancelled")
      await alice.quit()
    }

    @Test(
      "A colleague is called, and the user hears ringing until it answers", .timeLimit(.minutes(1)))
    func colleague() async throws {
      let bench = try await Bench("click-colleague")
      let (alice, bob) = (try await bench.alice(), try await bench.bob())
      _ = try await click("101", "102", on: bench)
      try await alice.rings()
      alice.answer()
      try await bob.rings()
      try await alice.comesToHear([440, 480], of: [440, 480] + Self.tones)
      bob.answer()
      try await bob.talks()
      try await alice.comesToHear([700], of: Self.tones)
      try await bob.comesToHear([500], of: Self.tones)
      alice.hangUp()
      try await bob.closed()
      #expect(try await bench.newRecords(3).map(\.outcome) == ["answered", "answered", "answered"])
      for phone in [alice, bob] { await phone.quit() }
    }

    private func kill(on bench: Bench) async throws {
      let node = try #require(try bench.installation.nodePid(of: "node-a1"))
      Glibc.kill(node, SIGKILL)
      try await eventually("the next process", within: .seconds(10)) {
        try bench.installation.nodePid(of: "node-a1") != node
      }
    }
  }
}
