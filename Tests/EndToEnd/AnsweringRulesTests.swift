import Foundation
import Support
import Testing

extension SiteA {
  @Suite("What users say of the calls to them")
  struct AnsweringRulesTests {
    /// Gives extension 102 these rules for as long as `body` takes.
    private func with(
      _ rules: String, on bench: Bench, _ body: () async throws -> Void
    ) async throws {
      let entry = try #require(bench.demo.extensions.first { $0.number == "102" })
      func set(_ rules: String) async throws {
        let file = bench.work.appending(path: "rules.json")
        try rules.write(to: file, atomically: true, encoding: .utf8)
        _ = try await bench.api.pbxctl(
          "answering", "set", entry.id, "--tenant", bench.demo.tenant, "--rules-file", file.path)
      }
      try await set(rules)
      // The node hears of it within a moment, as of every change.
      try await Task.sleep(for: .seconds(1))
      do {
        try await body()
        try await set("[]")
      } catch {
        try await set("[]")
        throw error
      }
    }

    @Test(
      "A call that nobody takes in time goes on outside, and whom it was for pays",
      .timeLimit(.minutes(1)))
    func notAnswered() async throws {
      let bench = try await Bench("goes-on")
      let rule = #"{"when":"no-answer","after":3,"then":"forward","to":"07400123456"}"#
      try await with("[\(rule)]", on: bench) {
        let alice = try await bench.alice()
        let bob = try await bench.bob()
        let carrier = try await bench.carrier()
        alice.dial("102")
        try await bob.rings()
        try await carrier.rings()
        carrier.answer()
        try await alice.talks()
        try await alice.hears(seconds: 1)
        try await bob.closed()
        alice.hangUp()
        try await carrier.closed()
        #expect(try alice.heard(of: Bench.tones) == [900])
        #expect(try carrier.heard(of: Bench.tones) == [500])
        let legs = try await bench.newRecords(3)
        #expect(legs.compactMap(\.outcome).sorted() == ["answered", "answered", "no-answer"])
        #expect(legs.filter { $0.charge != nil }.count == 1)
        await alice.quit()
        await bob.quit()
        await carrier.quit()
      }
    }

    @Test("Who wants no calls from colleagues is not rung", .timeLimit(.minutes(1)))
    func notNow() async throws {
      let bench = try await Bench("not-now")
      try await with(#"[{"when":"always","from":"colleagues","then":"busy"}]"#, on: bench) {
        let alice = try await bench.alice()
        let bob = try await bench.bob()
        alice.dial("102")
        #expect(try await alice.closed().hasPrefix("486"))
        // Nothing rang, so nobody else has a record.
        #expect(try await bench.newRecords(1).map(\.outcome) == ["busy"])
        let carrier = try await bench.carrier()
        carrier.dial(bench.demo.trunkURI("+442079460102"))
        try await bob.rings()
        carrier.hangUp()
        try await bob.closed()
        for phone in [alice, bob, carrier] { await phone.quit() }
      }
    }
  }
}
