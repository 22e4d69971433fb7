import Foundation
import Support
import Testing

extension SiteA {
  @Suite("Calls")
  struct CallTests {
    @Test("Both parties hear each other, and nobody else", .timeLimit(.minutes(1)))
    func bothPartiesAreHeard() async throws {
      let bench = try await Bench("both-heard")
      let alice = try await bench.alice()
      let bob = try await bench.bob()
      try await connect(alice, dialling: "102", to: bob)
      let legs = try await bench.hangUp(alice, bob)
      #expect(legs.allSatisfy { $0.charge == nil && $0.billedSeconds >= 1 })
      try await eventually("both legs say how they sounded", within: .seconds(10)) {
        let known = Set(legs.map(\.id))
        let heard = try await bench.api.records().filter { known.contains($0.id) }
        return heard.allSatisfy { ($0.media?.packets ?? 0) > 40 && $0.media?.opinionScore ?? 0 > 4 }
      }
      await alice.quit()
      await bob.quit()
    }

    @Test("A number that nobody has is announced and then not found", .timeLimit(.minutes(1)))
    func unknownNumberIsNotFound() async throws {
      let bench = try await Bench("unknown")
      let alice = try await bench.alice()
      alice.dial("199")
      let notice = try #require(Installation.promptTones["ss-noservice"])
      try await alice.comesToHear([notice], of: Bench.tones + [notice])
      #expect(try await alice.closed().hasPrefix("404"))
      await alice.quit()
    }

    @Test("A phone that is busy says so to the caller", .timeLimit(.minutes(1)))
    func busyIsBusy() async throws {
      let bench = try await Bench("busy")
      let alice = try await bench.alice()
      let bob = try await bench.bob()
      alice.dial("102")
      try await bob.rings()
      bob.refuse("486 Busy Here")
      #expect(try await alice.closed().hasPrefix("486"))
      let legs = try await bench.newRecords(2)
      #expect(legs.map(\.outcome) == ["busy", "busy"])
      await alice.quit()
      await bob.quit()
    }

    @Test("A phone that nobody answers is cancelled when its time is up", .timeLimit(.minutes(1)))
    func noAnswerIsCancelled() async throws {
      let bench = try await Bench("no-answer")
      let tenant = try await SecondTenant(
        "impatient", homeAddress: "phones-a", proxy: bench.demo.phonesAddress, ringTimeout: 5,
        extensions: ["201", "202"], on: bench)
      let callee = try await ringingPhone(of: tenant, on: bench)
      let caller = try await Baresip(
        tenant.phone("201", address: "127.0.4.11", tone: 500), work: bench.work)
      try await caller.registered()
      caller.dial("202")
      #expect(try await caller.closed().hasPrefix("480"))
      // Rang, was cancelled, said 487, was acknowledged.
      #expect(try await callee.succeeds(), "\(callee.transcript)")
      await caller.quit()
    }

    /// Registers extension 202 from an address, and then rings there until cancelled.
    private func ringingPhone(of tenant: SecondTenant, on bench: Bench) async throws -> SIPp {
      let registration = try SIPp(
        "register", address: "127.0.4.12", target: tenant.proxy, service: "202", user: "202",
        password: tenant.passwords["202"], domain: tenant.domain, work: bench.work)
      try #require(try await registration.succeeds(), "\(registration.transcript)")
      return try SIPp("ring-until-cancelled", address: "127.0.4.12", work: bench.work)
    }

    @Test("A caller that gives up leaves an unanswered record", .timeLimit(.minutes(1)))
    func callerGivesUp() async throws {
      let bench = try await Bench("gives-up")
      let alice = try await bench.alice()
      let bob = try await bench.bob()
      alice.dial("102")
      try await bob.rings()
      try await alice.next("CALL_RINGING")
      alice.hangUp()
      try await bob.closed()
      let legs = try await bench.newRecords(2)
      #expect(legs.map(\.outcome) == ["cancelled", "cancelled"])
      #expect(legs.allSatisfy { $0.answeredAt == nil && $0.billedSeconds == 0 })
      #expect(legs.allSatisfy { $0.charge == nil })
      await alice.quit()
      await bob.quit()
    }

    @Test("The demo's three calls are heard and on the bill", .timeLimit(.minutes(2)))
    func demoCalls() async throws {
      let bench = try await Bench("demo-call")
      let demo = try await ChildProcess.run(
        bench.installation.binaries.appending(path: "DemoCall").path,
        [
          "--demo", bench.installation.state.appending(path: "demo.json").path, "--work",
          bench.work.path, "--hold", "2",
        ], within: .seconds(90))
      #expect(demo.status == 0, "\(demo.output)")
      #expect(demo.output.contains("prefix 4474"), "\(demo.output)")
    }
  }
}
