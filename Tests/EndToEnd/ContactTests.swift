import Foundation
import Support
import Testing

extension SiteA {
  @Suite("People outside whom a tenant knows")
  struct ContactTests {
    @Test(
      "Three callers of three groups are greeted with three greetings, and the phone names who calls",
      .timeLimit(.minutes(2)))
    func greetings() async throws {
      let bench = try await Bench("contacts")
      let tenant = try await SecondTenant(
        "contacts", homeAddress: "phones-a", proxy: bench.demo.phonesAddress, ringTimeout: 20,
        extensions: ["411"], on: bench)
      let owner = try #require(try await tenant.extensionIDs(by: bench.api)["411"])
      let number = "+442079460411"
      _ = try await bench.api.pbxctl(
        "number", "create", number, "--tenant", tenant.id, "--extension", owner)
      try await know(
        """
        name,number,groups,vip
        Ann Friend,+447700900411,friends,
        Bea Boss,07700 900412,board,yes
        """, as: tenant, on: bench)
      let before = bench.installation.sounds(at: "node-a1")
      // None that another test uploads: nodes keep equal sounds once.
      let tones = [2_400, 2_800, 3_200]
      var greetings: [String] = []
      for tone in tones {
        greetings.append(
          try await tenant.upload(tone, seconds: 6, as: "greeting \(tone)", on: bench))
      }
      _ = try await bench.api.pbxctl("mailbox", "set", owner, "--tenant", tenant.id)
      try await answer(
        zip([#""group","group":"friends""#, #""vip""#, #""strangers""#], greetings).map {
          #"{"when":"offline","from":\#($0),"then":"voicemail","greeting":"\#($1)"}"#
        }, at: owner, as: tenant, on: bench)
      try await eventually("the node has all three sounds", within: .seconds(15)) {
        bench.installation.sounds(at: "node-a1") == before + 3
      }
      for (caller, tone) in zip(["+447700900411", "+447700900412", "+447700900413"], tones) {
        let phone = try await Baresip(
          bench.demo.carrier(number: caller, tone: 900), work: bench.work)
        phone.dial(bench.demo.trunkURI(number))
        try await phone.talks()
        try await phone.comesToHear([tone], of: [900, Installation.greetingTone] + tones)
        phone.hangUp()
        try await phone.closed()
        await phone.quit()
      }
      let desk = try await tenant.phones(["411"], from: 98, on: bench)[0]
      let friend = try await Baresip(
        bench.demo.carrier(number: "+447700900411", tone: 900), work: bench.work)
      friend.dial(bench.demo.trunkURI(number))
      try await desk.rings()
      try await desk.shows("Ann Friend")
      friend.hangUp()
      try await desk.closed()
      await desk.quit()
      await friend.quit()
    }

    private func know(_ people: String, as tenant: SecondTenant, on bench: Bench) async throws {
      let file = bench.work.appending(path: "people.csv")
      try people.write(to: file, atomically: true, encoding: .utf8)
      _ = try await bench.api.pbxctl("contact", "import", file.path, "--tenant", tenant.id)
    }

    private func answer(
      _ rules: [String], at owner: String, as tenant: SecondTenant, on bench: Bench
    ) async throws {
      let file = bench.work.appending(path: "rules.json")
      try "[\(rules.joined(separator: ","))]".write(to: file, atomically: true, encoding: .utf8)
      _ = try await bench.api.pbxctl(
        "answering", "set", owner, "--tenant", tenant.id, "--rules-file", file.path)
    }
  }
}
