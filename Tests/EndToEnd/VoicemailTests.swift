import Foundation
import Support
import Testing

/// At site b's node, so that these long waits run beside the other tests.
@Suite("Voicemail", .serialized)
struct VoicemailTests {
  private struct Message: Decodable, Sendable {
    let id: String
    let caller: String?
    let seconds: Double
    let state: String
    let ending: String
    let forwardedBy: String?

    private enum CodingKeys: String, CodingKey {
      case id, caller, seconds, state, ending
      case forwardedBy = "forwarded_by"
    }
  }

  private struct List<Item: Decodable>: Decodable { let items: [Item] }

  private struct Entry: Decodable {
    let id: String
    let number: String
  }

  private func list<Item: Decodable>(_ bench: Bench, _ words: String...) async throws -> [Item] {
    try JSONDecoder().decode(
      List<Item>.self, from: try await bench.api.run(words)
    ).items
  }

  /// A tenant whose 662 has a mailbox, and both phones.
  private struct Office {
    let bench: Bench
    let tenant: SecondTenant
    let owner: String
    /// 661's id.
    let colleague: String
    let alice: Baresip
    let bob: Baresip

    func call() async throws {
      alice.dial("662")
      try await bob.rings()
      try await alice.talks()
      try await bob.closed()
    }

    /// Five seconds of it, after the greeting.
    func leaveMessage() async throws {
      try await call()
      try await alice.hears(seconds: 14)
      alice.hangUp()
      try await alice.closed()
      try await bob.hasWaiting(1, 0)
    }

    /// Of one message's sound.
    func tones(of message: Message, at owner: String? = nil, in candidates: [Int]) async throws -> (
      tones: [Int], duration: Duration
    ) {
      let owner = owner ?? self.owner
      let file = bench.work.appending(path: "message.mp3")
      try await bench.api.pbxctl(
        "mailbox", "sound", message.id, "--extension", owner, "--tenant", tenant.id, "--output",
        file.path)
      let wave = bench.work.appending(path: "message.wav")
      try await Data(
        IndependentCoder.convert(
          Array(Data(contentsOf: file)), ["-f", "mp3"], ["-f", "wav", "-acodec", "pcm_s16le"])
      ).write(to: wave)
      let hearing = try Hearing(wave)
      return (hearing.tones(of: candidates), hearing.duration)
    }

    func close() async {
      await alice.quit()
      await bob.quit()
    }
  }

  private func office(_ name: String, _ digit: Int, colleagueHasMailbox: Bool = false) async throws
    -> Office
  {
    let bench = try await Bench(name)
    let tenant = try await SecondTenant(
      name, homeAddress: "phones-b", proxy: "127.0.2.1:5060", ringTimeout: 5,
      extensions: ["661", "662"], on: bench
    ) { tenant, ids in
      for number in colleagueHasMailbox ? ["661", "662"] : ["662"] {
        try await bench.api.pbxctl("mailbox", "set", #require(ids[number]), "--tenant", tenant)
      }
    }
    let entries: [Entry] = try await list(bench, "extension", "list", "--tenant", tenant.id)
    let owner = try #require(entries.first { $0.number == "662" }?.id)
    let colleague = try #require(entries.first { $0.number == "661" }?.id)
    var caller = tenant.phone("661", address: "127.0.4.\(digit)1", tone: 500)
    caller.watchesItsMailbox = colleagueHasMailbox
    let alice = try await Baresip(caller, work: bench.work)
    try await alice.registered()
    var settings = tenant.phone("662", address: "127.0.4.\(digit)2", tone: 700)
    settings.watchesItsMailbox = true
    let bob = try await Baresip(settings, work: bench.work)
    try await bob.registered()
    try await bob.hasWaiting(0, 0)
    return Office(
      bench: bench, tenant: tenant, owner: owner, colleague: colleague, alice: alice, bob: bob)
  }

  private static let tones = [500, 700, Installation.greetingTone, Installation.beepTone]

  @Test(
    "Nobody answers: the caller is greeted and leaves a message, the lamp burns, and it sounds as it was said",
    .timeLimit(.minutes(2)))
  func leaveAMessage() async throws {
    let office = try await office("voicemail", 12)
    let (bench, alice, bob) = (office.bench, office.alice, office.bob)
    try await office.call()
    try await alice.comesToHear([Installation.greetingTone], of: Self.tones)
    // Six pieces, the tone, and five seconds of the message.
    try await alice.hears(seconds: 12)
    alice.hangUp()

    try await bob.hasWaiting(1, 0)
    let messages: [Message] = try await list(
      bench, "mailbox", "messages", office.owner, "--tenant", office.tenant.id)
    let message = try #require(messages.first)
    #expect(messages.count == 1)
    #expect(message.caller == "661" && message.state == "new" && message.ending == "hung-up")
    #expect((3...12).contains(message.seconds), "\(message.seconds)")
    #expect(try await office.tones(of: message, in: Self.tones).tones == [500])

    try await bench.api.pbxctl(
      "mailbox", "mark", message.id, "--extension", office.owner, "--tenant", office.tenant.id,
      "--state", "heard")
    try await bob.hasWaiting(0, 1)
    try await bench.api.pbxctl(
      "mailbox", "delete", message.id, "--extension", office.owner, "--tenant",
      office.tenant.id)
    try await bob.hasWaiting(0, 0)
    await office.close()
  }

  private static let menu =
    [500, Installation.menuTone] + Installation.mailboxTones.values.sorted()

  private func press(_ keys: String, on phone: Baresip) {
    for key in keys { phone.press(key) }
  }

  @Test(
    "Its owner dials *97, hears the very message, deletes it, wants it back, deletes it: the lamp follows",
    .timeLimit(.minutes(2)))
  func hearTheMessage() async throws {
    let office = try await office("voicemail-menu", 13)
    let (alice, bob) = (office.alice, office.bob)
    try await office.leaveMessage()

    try await hearMessage(of: office)
    try await bob.hasWaiting(0, 1)
    bob.press("7")
    try await bob.comesToHear(Self.tone("vm-deleted"), of: Self.menu)
    try await bob.hasWaiting(0, 0)
    bob.press("7")
    try await bob.comesToHear(Self.tone("vm-undeleted"), of: Self.menu)
    try await bob.hasWaiting(0, 1)
    bob.press("7")
    try await bob.comesToHear(Self.tone("vm-deleted"), of: Self.menu)
    try await bob.hasWaiting(0, 0)
    bob.press("#")
    try await bob.closed()
    await office.close()
  }

  @Test(
    "The node's process dies while its owner hears a message: the next one asks for it once more, and it begins again",
    .timeLimit(.minutes(2)))
  func processDiesWhileItIsHeard() async throws {
    let office = try await office("voicemail-heard", 16)
    let (bench, alice, bob) = (office.bench, office.alice, office.bob)
    try await office.call()
    try await alice.hears(seconds: 20)
    alice.hangUp()
    try await bob.hasWaiting(1, 0)

    bob.dial("*97")
    try await bob.talks()
    try await bob.comesToHear([Installation.menuTone], of: Self.menu)
    bob.press("1")
    try await bob.comesToHear([500], of: Self.menu)
    let node = try #require(try bench.installation.nodePid(of: "node-b1"))
    kill(node, SIGKILL)
    try await eventually("the next process", within: .seconds(10)) {
      try bench.installation.nodePid(of: "node-b1") != node
    }
    let before = try bob.secondsHeard
    try await bob.hears(seconds: before + 2)
    try await bob.comesToHear([500], of: Self.menu)
    bob.press("7")
    try await bob.comesToHear(Self.tone("vm-deleted"), of: Self.menu)
    try await bob.hasWaiting(0, 0)
    bob.press("#")
    try await bob.closed()
    await office.close()
  }

  /// Its owner hears the message itself.
  private func hearMessage(of office: Office) async throws {
    office.bob.dial("*97")
    try await office.bob.talks()
    try await office.bob.comesToHear([Installation.menuTone], of: Self.menu)
    office.bob.press("1")
    try await office.bob.comesToHear([500], of: Self.menu)
  }

  private static func tone(_ prompt: String) -> [Int] {
    [Installation.mailboxTones[prompt]].compactMap(\.self)
  }

  @Test(
    "After a message, 2 calls whoever left it, and both talk",
    .timeLimit(.minutes(2)))
  func callBack() async throws {
    let office = try await office("voicemail-callback", 18)
    let (alice, bob) = (office.alice, office.bob)
    try await office.leaveMessage()

    try await hearMessage(of: office)
    try await bob.hasWaiting(0, 1)
    bob.press("2")
    #expect(try await alice.rings().contains("662"))
    alice.answer()
    try await alice.talks()
    try await alice.comesToHear([700], of: Self.tones)
    try await bob.comesToHear([500], of: Self.menu)
    alice.hangUp()
    try await bob.closed()
    await office.close()
  }

  @Test(
    "8 and a number lay the message in a colleague's mailbox, who hears it and who forwarded it",
    .timeLimit(.minutes(2)))
  func forward() async throws {
    let office = try await office("voicemail-forward", 19, colleagueHasMailbox: true)
    let (bench, alice, bob) = (office.bench, office.alice, office.bob)
    try await office.leaveMessage()

    try await hearMessage(of: office)
    bob.press("8")
    try await bob.comesToHear(Self.tone("vm-then-pound"), of: Self.menu)
    press("669#", on: bob)
    try await bob.comesToHear(Self.tone("pbx-invalid"), of: Self.menu)
    bob.press("8")
    try await bob.comesToHear(Self.tone("vm-then-pound"), of: Self.menu)
    press("661#", on: bob)
    try await bob.comesToHear(Self.tone("vm-msgforwarded"), of: Self.menu)
    try await alice.hasWaiting(1, 0)
    bob.hangUp()
    try await bob.hasWaiting(0, 1)

    let copies: [Message] = try await list(
      bench, "mailbox", "messages", office.colleague, "--tenant", office.tenant.id)
    let copy = try #require(copies.first)
    #expect(copy.caller == "661" && copy.state == "new" && copy.forwardedBy == "662")
    #expect(
      try await office.tones(of: copy, at: office.colleague, in: Self.tones).tones == [500])
    alice.dial("*97")
    try await alice.talks()
    try await alice.comesToHear([Installation.menuTone], of: Self.menu)
    alice.press("1")
    try await alice.comesToHear(Self.tone("vm-msgforwarded"), of: Self.menu)
    try await alice.comesToHear([500], of: Self.menu)
    alice.hangUp()
    try await alice.hasWaiting(0, 1)

    let originals: [Message] = try await list(
      bench, "mailbox", "messages", office.owner, "--tenant", office.tenant.id)
    try await bench.api.pbxctl(
      "mailbox", "forward", #require(originals.first?.id), "--extension", office.owner, "--to",
      office.colleague, "--tenant", office.tenant.id)
    try await alice.hasWaiting(1, 1)
    await office.close()
  }

  @Test(
    "From another phone, *98 takes the PIN: a wrong one is refused, the right one hears the message",
    .timeLimit(.minutes(2)))
  func hearItElsewhere() async throws {
    let office = try await office("voicemail-pin", 14)
    let (alice, bob) = (office.alice, office.bob)
    try await office.bench.api.pbxctl(
      "mailbox", "set-pin", office.owner, "--tenant", office.tenant.id, "--pin", "2580")
    try await office.leaveMessage()

    alice.dial("*98662")
    try await alice.talks()
    try await alice.comesToHear(Self.tone("vm-password"), of: Self.menu)
    press("1470#", on: alice)
    try await alice.comesToHear(Self.tone("vm-incorrect"), of: Self.menu)
    press("2580#", on: alice)
    try await alice.comesToHear([Installation.menuTone], of: Self.menu)
    press("1", on: alice)
    try await alice.comesToHear([500], of: Self.menu)
    alice.hangUp()
    try await bob.hasWaiting(0, 1)
    await office.close()
  }

  @Test(
    "The node's process dies in the middle of a message: what was said before and after is there",
    .timeLimit(.minutes(2)))
  func processDies() async throws {
    let office = try await office("voicemail-dies", 15)
    let (bench, alice, bob) = (office.bench, office.alice, office.bob)
    try await office.call()
    try await alice.hears(seconds: 12)
    let node = try #require(try bench.installation.nodePid(of: "node-b1"))
    kill(node, SIGKILL)
    try await eventually("the next process", within: .seconds(10)) {
      try bench.installation.nodePid(of: "node-b1") != node
    }
    try await alice.hears(seconds: try alice.secondsHeard + 4)
    alice.hangUp()
    try await alice.closed()
    try await bob.hasWaiting(1, 0, within: .seconds(20))
    let message = try await eventually("all parts are there", within: .seconds(15)) {
      let messages: [Message] = try await list(
        bench, "mailbox", "messages", office.owner, "--tenant", office.tenant.id)
      return messages.first { $0.ending == "hung-up" }
    }
    let (tones, duration) = try await office.tones(of: message, in: Self.tones)
    #expect(tones == [500] && duration > .seconds(6), "\(duration)")
    await office.close()
  }
}
