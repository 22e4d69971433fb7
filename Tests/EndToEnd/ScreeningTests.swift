import Support
import Testing

extension SiteA {
  @Suite("Callers who are not wanted")
  struct ScreeningTests {
    @Test(
      "Whom the tenant blocks is declined, whom a user allows rings, and the phone shows in whose name to answer",
      .timeLimit(.minutes(1)))
    func blockAndAllow() async throws {
      let bench = try await Bench("screening")
      let tenant = try await SecondTenant(
        "screening", homeAddress: "phones-a", proxy: bench.demo.phonesAddress, ringTimeout: 20,
        extensions: ["421"], on: bench)
      let owner = try #require(try await tenant.extensionIDs(by: bench.api)["421"])
      let number = "+442079460421"
      for arguments in [
        [
          "number", "create", number, "--extension", owner, "--display", "Acme: {caller}",
        ],
        ["screening", "block", "+4477009004*", "--note", "they sell"],
        ["screening", "allow", "07700 900421", "--extension", owner],
      ] {
        _ = try await bench.api.run(arguments + ["--tenant", tenant.id])
      }
      let desk = try await tenant.phones(["421"], from: 110, on: bench)[0]
      let stranger = try await Baresip(
        bench.demo.carrier(number: "+447700900422", tone: 900), work: bench.work)
      // The number exists before the node knows it: 404 until then.
      try await eventually("the node declines", within: .seconds(15), every: .seconds(1)) {
        stranger.dial(bench.demo.trunkURI(number))
        return try await stranger.closed(within: .seconds(5)).contains("603")
      }
      await stranger.quit()
      let friend = try await Baresip(
        bench.demo.carrier(number: "+447700900421", tone: 900), work: bench.work)
      friend.dial(bench.demo.trunkURI(number))
      try await desk.rings()
      try await desk.shows("Acme: +447700900421")
      friend.hangUp()
      try await desk.closed()
      await desk.quit()
      await friend.quit()
    }
  }
}
