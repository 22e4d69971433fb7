import Foundation
import Support
import Testing

/// Tests that share site a's node and the demo tenant, one after the other.
@Suite("A tenant's phones", .serialized)
struct SiteA {}

extension SiteA {
  @Suite("Registration")
  struct RegistrationTests {
    @Test("A wrong password is challenged and refused", .timeLimit(.minutes(1)))
    func wrongPasswordIsRefused() async throws {
      let bench = try await Bench("wrong-password")
      let attempt = try SIPp(
        "register-refused", address: "127.0.4.21", target: bench.demo.phonesAddress,
        service: "101", user: "101", password: "wrong", domain: bench.demo.domain,
        work: bench.work)
      #expect(try await attempt.succeeds(), "\(attempt.transcript)")
    }

    @Test("A phone with a wrong password never becomes reachable", .timeLimit(.minutes(1)))
    func wrongPasswordIsNotReachable() async throws {
      let bench = try await Bench("unreachable")
      let stranger = try await Baresip(
        bench.demo.phone("102", address: "127.0.4.22", tone: 700, password: "wrong"),
        work: bench.work)
      let refusal = try await stranger.next("REGISTER_FAIL")
      #expect(refusal.param?.hasPrefix("403") == true)
      let alice = try await bench.alice()
      alice.dial("102")
      #expect(try await alice.closed().hasPrefix("480"))
      await alice.quit()
      await stranger.quit()
    }

    @Test("The right password is challenged and accepted", .timeLimit(.minutes(1)))
    func rightPasswordIsAccepted() async throws {
      let bench = try await Bench("right-password")
      let account = try #require(bench.demo[extension: "101"])
      let attempt = try SIPp(
        "register", address: "127.0.4.21", target: bench.demo.phonesAddress, service: "101",
        user: "101", password: account.password(), domain: bench.demo.domain,
        work: bench.work)
      #expect(try await attempt.succeeds(), "\(attempt.transcript)")
    }
  }
}
