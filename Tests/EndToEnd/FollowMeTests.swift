import Foundation
import Support
import Testing

extension SiteA {
  @Suite("Users who are looked for")
  struct FollowMeTests {
    private struct Leg: Decodable {
      let to: String
      let outcome: String?
    }

    private struct List<Item: Decodable>: Decodable { let items: [Item] }

    private static let tones = [500, 700, 900]
    private static let question = 1_100

    @Test(
      "Who answers elsewhere hears a question, and the caller hears nobody before 1 is pressed, also after the node's process died",
      .timeLimit(.minutes(2)))
    func asked() async throws {
      let bench = try await Bench("follow")
      let tenant = try await SecondTenant(
        "followed", homeAddress: "phones-a", proxy: bench.demo.phonesAddress, ringTimeout: 20,
        extensions: ["301", "302", "303"], on: bench
      ) { tenant, ids in
        let user = try #require(ids["301"])
        try await set(
          "follow-me", "--steps-file",
          #"""
          [{"targets":[{"kind":"own"}],"rings_for":3},
           {"targets":[{"kind":"extension","extension":"\#(#require(ids["302"]))"}],"rings_for":30}]
          """#, of: user, as: tenant, on: bench)
        try await set(
          "answering", "--rules-file", #"[{"when":"always","then":"follow-me"}]"#, of: user,
          as: tenant, on: bench)
      }
      let phones = try await tenant.phones(["301", "302", "303"], from: 171, on: bench)
      let (desk, elsewhere, caller) = (phones[0], phones[1], phones[2])
      caller.dial("301")
      try await desk.rings()
      try await elsewhere.rings()
      try await desk.closed()
      elsewhere.answer()
      try await elsewhere.talks()
      try await elsewhere.comesToHear([Self.question], of: Self.tones + [Self.question])

      let node = try #require(try bench.installation.nodePid(of: "node-a1"))
      kill(node, SIGKILL)
      try await eventually("the next process", within: .seconds(10)) {
        try bench.installation.nodePid(of: "node-a1") != node
      }
      try await elsewhere.comesToHear([Self.question], of: Self.tones + [Self.question])
      #expect(try elsewhere.heard(of: Self.tones).isEmpty, "nobody but the question")

      elsewhere.press("1")
      try await caller.talks()
      try await caller.comesToHear([700], of: Self.tones)
      try await elsewhere.comesToHear([900], of: Self.tones)
      caller.hangUp()
      try await elsewhere.closed()

      let legs = try await eventually("all legs are on record", within: .seconds(15)) {
        let legs = try JSONDecoder().decode(
          List<Leg>.self,
          from: try await bench.api.pbxctl("cdr", "list", "--tenant", tenant.id)
        ).items
        return legs.count == 5 && legs.allSatisfy { $0.outcome != nil } ? legs : nil
      }
      #expect(
        legs.map { "\($0.to) \($0.outcome ?? "")" }.sorted() == [
          "301 answered", "301 answered", "301 no-answer", "301/1 forwarded", "301/2 forwarded",
        ])
      for phone in phones { await phone.quit() }
    }

    private func set(
      _ command: String, _ option: String, _ contents: String, of user: String,
      as tenant: String, on bench: Bench
    ) async throws {
      let file = bench.work.appending(path: "\(command).json")
      try contents.write(to: file, atomically: true, encoding: .utf8)
      _ = try await bench.api.pbxctl(
        command, "set", user, "--tenant", tenant, option, file.path)
    }
  }
}
