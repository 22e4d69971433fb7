import Foundation
import Support
import Testing

extension SiteA {
  @Suite("Extensions that ring others")
  struct RingGroupTests {
    private static let mobile = "+447400123457"
    private static let mobileTone = 2_000
    private static let question = 1_100

    @Test(
      "A call to the group rings one after the other until one answers", .timeLimit(.minutes(1)))
    func inTurn() async throws {
      let bench = try await Bench("group")
      let tenant = try await SecondTenant(
        "grouped", homeAddress: "phones-a", proxy: bench.demo.phonesAddress, ringTimeout: 20,
        extensions: ["301", "302", "303", "300"], on: bench)
      let ids = try await tenant.extensionIDs(by: bench.api)
      _ = try await bench.api.pbxctl(
        "ring-group", "set", try #require(ids["300"]), "--tenant", tenant.id, "--strategy",
        "in-turn", "--rings-for", "3", "--member", try #require(ids["301"]), "--member",
        try #require(ids["302"]))
      try await Task.sleep(for: .seconds(1))
      let phones = try await tenant.phones(["301", "302", "303"], from: 21, on: bench)
      phones[2].dial("300")
      try await phones[0].rings()
      try await phones[1].rings()
      try await phones[0].closed()
      phones[1].answer()
      try await phones[2].talks()
      try await phones[2].hears(seconds: 1)
      phones[2].hangUp()
      try await phones[1].closed()
      #expect(try phones[2].heard(of: [500, 700, 900]) == [700])
      for phone in phones { await phone.quit() }
    }

    @Test(
      "One rings at once and another later; a number outside joins them, and has the call when it presses 1",
      .timeLimit(.minutes(2)))
    func delaysAndOutside() async throws {
      let bench = try await Bench("group-times")
      let tenant = try await SecondTenant(
        "timed", homeAddress: "phones-a", proxy: bench.demo.phonesAddress, ringTimeout: 40,
        extensions: ["301", "302", "303", "300"], on: bench)
      let ids = try await tenant.extensionIDs(by: bench.api)
      let file = bench.work.appending(path: "members.json")
      try #"""
      ["\#(#require(ids["301"]))",
       {"extension":"\#(#require(ids["302"]))","after":5,"rings_for":4},
       {"outside":"\#(Self.mobile)","after":8}]
      """#.write(to: file, atomically: true, encoding: .utf8)
      _ = try await bench.api.pbxctl(
        "ring-group", "set", try #require(ids["300"]), "--tenant", tenant.id, "--rings-for", "40",
        "--members-file", file.path)
      try await Task.sleep(for: .seconds(1))
      let phones = try await tenant.phones(["301", "302", "303"], from: 176, on: bench)
      let (desk, later, caller) = (phones[0], phones[1], phones[2])
      let mobile = try await Baresip(
        bench.demo.carrier(number: Self.mobile, tone: Self.mobileTone), work: bench.work)
      caller.dial("300")
      try await desk.rings()
      #expect(!later.events.contains { $0.type == "CALL_INCOMING" }, "not yet")
      try await later.rings()
      try await mobile.rings()
      try await later.closed()
      #expect(!desk.events.contains { $0.type == "CALL_CLOSED" }, "the desk rings on")
      mobile.answer()
      try await mobile.talks()
      try await mobile.comesToHear([Self.question], of: Bench.tones + [Self.question])
      mobile.press("1")
      try await caller.talks()
      try await desk.closed()
      try await caller.comesToHear([Self.mobileTone], of: Bench.tones + [Self.mobileTone])
      try await mobile.comesToHear([900], of: Bench.tones + [Self.question])
      caller.hangUp()
      try await mobile.closed()
      for phone in phones + [mobile] { await phone.quit() }
    }
  }
}
