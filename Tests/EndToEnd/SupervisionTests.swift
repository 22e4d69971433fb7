import Foundation
import Support
import Testing

extension SiteA {
  @Suite("Supervisors")
  struct SupervisionTests {
    @Test(
      "Who may supervise listens unheard, whispers to one, and joins both", .timeLimit(.minutes(1)))
    func listensWhispersAndJoins() async throws {
      let bench = try await Bench("supervision")
      let tenant = try await SecondTenant(
        "supervised", homeAddress: "phones-a", proxy: bench.demo.phonesAddress, ringTimeout: 20,
        extensions: ["681", "682", "683"], on: bench)
      let phones = try await tenant.phones(["681", "682", "683"], from: 81, on: bench)
      let (agent, customer, supervisor) = (phones[0], phones[1], phones[2])
      try await connect(agent, dialling: "682", to: customer)
      supervisor.dial("*51681")
      #expect(try await supervisor.closed().hasPrefix("403"), "nobody has allowed it")

      let ids = try await tenant.extensionIDs(by: bench.api)
      _ = try await bench.api.pbxctl(
        "extension", "change", try #require(ids["683"]), "--tenant", tenant.id, "--supervisor")
      try await eventually("it may listen", within: .seconds(10)) {
        supervisor.dial("*51681")
        return (try? await supervisor.closed(within: .seconds(1))) == nil
      }
      try await supervisor.comesToHear([500, 700], of: Bench.tones)
      try await agent.comesToHear([700], of: Bench.tones)
      try await customer.comesToHear([500], of: Bench.tones)
      supervisor.hangUp()
      try await supervisor.closed()

      supervisor.dial("*52681")
      try await agent.comesToHear([700, 900], of: Bench.tones)
      try await customer.comesToHear([500], of: Bench.tones)
      supervisor.hangUp()
      try await supervisor.closed()

      supervisor.dial("*53681")
      try await customer.comesToHear([500, 900], of: Bench.tones)
      try await agent.comesToHear([700, 900], of: Bench.tones)
      supervisor.hangUp()
      try await customer.comesToHear([500], of: Bench.tones)
      agent.hangUp()
      try await customer.closed()
      for phone in phones { await phone.quit() }
    }
  }
}
