import Audio
import Foundation
import Support
import Testing

/// Two who talk while one of them records it, and what becomes of the recording.
private struct RecordedCall {
  struct Recording: Decodable, Sendable {
    let id: String
    let from: String?
    let to: String?
    let seconds: Double
    let bytes: Int
    let interruptions: Int
    let state: String
  }

  private struct List: Decodable { let items: [Recording] }

  /// What the caller says and what the callee says.
  static let tones = (caller: 500, callee: 700)

  let bench: Bench
  let tenant: SecondTenant
  /// Records for 17 s, from half a second after it is answered, and hangs up.
  let alice: SIPp
  let bob: Baresip

  /// - Parameter addresses: of the caller's phone and the callee's, by the last byte.
  init(
    _ name: String, at homeAddress: String, _ proxy: String, extensions: [String],
    phonesFrom addresses: Int, on bench: Bench
  ) async throws {
    self.bench = bench
    tenant = try await SecondTenant(
      name, homeAddress: homeAddress, proxy: proxy, ringTimeout: 20, extensions: extensions,
      on: bench)
    let (caller, callee) = (extensions[0], extensions[1])
    bob = try await Baresip(
      tenant.phone(callee, address: "127.0.4.\(addresses + 1)", tone: Self.tones.callee),
      work: bench.work)
    try await bob.registered()
    alice = try SIPp(
      "phone-records", address: "127.0.4.\(addresses)", target: tenant.proxy, service: callee,
      user: caller, password: tenant.passwords[caller], domain: tenant.domain, request: callee,
      sound: Self.speech(in: bench.work), limit: .seconds(60), work: bench.work)
    try await bob.rings()
    bob.answer()
  }

  /// A tone, as a phone speaks it.
  private static func speech(in work: URL) throws -> URL {
    let file = work.appending(path: "speech.ulaw")
    var generator = ToneGenerator(frequencies: [Double(tones.caller)])
    try Data(G711.muLaw.encode(generator.samples(8_000))).write(to: file)
    return file
  }

  func recordings() async throws -> [Recording] {
    try JSONDecoder().decode(
      List.self, from: try await bench.api.run(["recording", "list", "--tenant", tenant.id])
    ).items
  }

  /// The first seconds of it, while it goes on.
  func running() async throws -> Recording {
    try await eventually("the first seconds are there", within: .seconds(30)) {
      try await recordings().first { $0.seconds >= 5 }
    }
  }

  func whole() async throws -> Recording {
    try await eventually("all of it is there", within: .seconds(20)) {
      try await recordings().first { $0.state != "running" }
    }
  }

  /// Fetches it, and hears who is on the left and who on the right.
  func heard(_ recording: Recording) async throws
    -> (left: [Int], right: [Int], duration: Duration)
  {
    let file = bench.work.appending(path: "recording.mp3")
    try await bench.api.pbxctl(
      "recording", "fetch", recording.id, "--tenant", tenant.id, "--output", file.path)
    let wave = bench.work.appending(path: "recording.wav")
    try await Data(
      IndependentCoder.convert(
        Array(Data(contentsOf: file)), ["-f", "mp3"], ["-f", "wav", "-acodec", "pcm_s16le"])
    ).write(to: wave)
    let hearing = try Hearing(wave)
    return (
      hearing.tones(of: Bench.tones), hearing.tonesOnTheRight(of: Bench.tones), hearing.duration
    )
  }
}

/// At site b's node, so that these long waits run beside the other tests.
@Suite("Recorded calls", .serialized)
struct RecordedCallTests {
  @Test(
    "A phone's key records a call: it can be fetched while it goes on, and sounds as it was said",
    .timeLimit(.minutes(2)))
  func recordACall() async throws {
    let bench = try await Bench("recorded")
    let call = try await RecordedCall(
      "recorded", at: "phones-b", "127.0.2.1:5060", extensions: ["671", "672"], phonesFrom: 141,
      on: bench)
    let running = try await call.running()
    #expect(running.state == "running" && running.seconds < 17)
    #expect(try await call.heard(running).right == [700])

    #expect(try await call.alice.succeeds(within: .seconds(60)), "\(call.alice.transcript)")
    let whole = try await call.whole()
    #expect(whole.state == "call-ended" && whole.interruptions == 0 && whole.id == running.id)
    #expect(whole.from == "671" && whole.to == "672")
    // A machine that is held up loses some of it.
    #expect((12...19).contains(whole.seconds), "\(whole.seconds)")
    let (left, right, duration) = try await call.heard(whole)
    #expect(left == [500] && right == [700])
    #expect((.seconds(12)...(.seconds(19))).contains(duration), "\(duration)")

    try await bench.api.pbxctl("recording", "delete", whole.id, "--tenant", call.tenant.id)
    #expect(try await call.recordings().isEmpty)
    try await bench.api.pbxctl(
      "recording", "retention", "--tenant", call.tenant.id, "--days", "30")
    await call.bob.quit()
  }
}

/// At site b's node, too.
@Suite("Calls that rules have recorded", .serialized)
struct RuledRecordingTests {
  private struct Kept: Decodable {
    struct Hold: Decodable { let reason: String }

    let id: String
    let seconds: Double
    let state: String
    let rule: String?
    let retentionDays: Int?
    let hold: Hold?

    enum CodingKeys: String, CodingKey {
      case id, seconds, state, rule, hold
      case retentionDays = "retention_days"
    }
  }

  private struct Rule: Decodable {
    let id: String
    let fit: String?
  }

  private struct List<Item: Decodable>: Decodable { let items: [Item] }

  @Test(
    "Both hear that their call is recorded before it is; a key has it pause; and what is held is not deleted",
    .timeLimit(.minutes(2)))
  func recordByRule() async throws {
    let bench = try await Bench("ruled")
    let tenant = try await SecondTenant(
      "ruled", homeAddress: "phones-b", proxy: "127.0.2.1:5060", ringTimeout: 20,
      extensions: ["675", "676"], on: bench)
    let callee = try #require(try await tenant.extensionIDs(by: bench.api)["676"])
    func pbxctl(_ words: String...) async throws -> Data {
      try await bench.api.run(words + ["--tenant", tenant.id])
    }
    let file = bench.work.appending(path: "rules.json")
    try #"""
    [{"name":"the other way","extension":"\#(callee)","direction":"from-outside","then":"spare"},
     {"name":"all of 676","extension":"\#(callee)","then":"record","announcement":"both",
      "retention_days":5}]
    """#.write(to: file, atomically: true, encoding: .utf8)
    _ = try await pbxctl("recording-rule", "set", "--rules-file", file.path)
    let explained = try JSONDecoder().decode(
      List<Rule>.self,
      from: try await pbxctl(
        "recording-rule", "explain", "--direction", "inside", "--extension", callee))
    #expect(explained.items.map(\.fit) == ["other-direction", "decides"])
    try await Task.sleep(for: .seconds(1))

    let phones = try await tenant.phones(["675", "676"], from: 145, on: bench)
    let (alice, bob) = (phones[0], phones[1])
    let tones = [500, 700, Installation.recordingTone]
    alice.dial("676")
    try await bob.rings()
    bob.answer()
    try await alice.talks()
    try await alice.comesToHear([Installation.recordingTone], of: tones)
    try await bob.comesToHear([Installation.recordingTone], of: tones)
    try await alice.comesToHear([700], of: tones)
    try await bob.comesToHear([500], of: tones)
    try await Task.sleep(for: .seconds(2))
    for key in "*2" { bob.press(key) }
    try await Task.sleep(for: .seconds(12))
    for key in "*1" { alice.press(key) }
    try await Task.sleep(for: .seconds(3))
    alice.hangUp()
    try await bob.closed()

    let whole = try await eventually("all of it is there", within: .seconds(20)) {
      try JSONDecoder().decode(
        List<Kept>.self, from: try await pbxctl("recording", "list")
      ).items.first { $0.state == "call-ended" }
    }
    #expect((3...12).contains(whole.seconds), "\(whole.seconds)")
    #expect(whole.rule == explained.items[1].id && whole.retentionDays == 5)
    let sound = bench.work.appending(path: "ruled.mp3")
    _ = try await pbxctl("recording", "fetch", whole.id, "--output", sound.path)
    let wave = bench.work.appending(path: "ruled.wav")
    try await Data(
      IndependentCoder.convert(
        Array(Data(contentsOf: sound)), ["-f", "mp3"], ["-f", "wav", "-acodec", "pcm_s16le"])
    ).write(to: wave)
    let hearing = try Hearing(wave)
    #expect(hearing.tones(of: tones) == [500] && hearing.tonesOnTheRight(of: tones) == [700])

    let held = try JSONDecoder().decode(
      Kept.self, from: try await pbxctl("recording", "hold", whole.id, "--reason", "claim 7"))
    #expect(held.hold?.reason == "claim 7")
    await #expect(throws: (any Error).self) { try await pbxctl("recording", "delete", whole.id) }
    _ = try await pbxctl("recording", "release", whole.id)
    _ = try await pbxctl("recording", "delete", whole.id)
    let history = String(
      decoding: try await pbxctl("recording", "history", whole.id), as: UTF8.self)
    for event in ["held", "released", "deleted", "claim 7"] { #expect(history.contains(event)) }
    for phone in phones { await phone.quit() }
  }
}

extension SiteA {
  @Suite("What is lost of a recorded call")
  struct RecordedLossTests {
    @Test(
      "The node's process dies in a recorded call: what was said before and after is there",
      .timeLimit(.minutes(2)))
    func processDies() async throws {
      let bench = try await Bench("recorded-dies")
      let call = try await RecordedCall(
        "recorded-dies", at: "phones-a", bench.demo.phonesAddress, extensions: ["673", "674"],
        phonesFrom: 143, on: bench)
      let begun = try await call.running()
      try bench.killNode("node-a1")

      #expect(try await call.alice.succeeds(within: .seconds(60)), "\(call.alice.transcript)")
      let whole = try await call.whole()
      #expect(whole.state == "call-ended" && whole.interruptions == 1 && whole.id == begun.id)
      // All but what was heard while no process was there, and since the last checkpoint.
      #expect((11...19).contains(whole.seconds), "\(whole.seconds)")
      let (left, right, duration) = try await call.heard(whole)
      #expect(left == [500] && right == [700])
      #expect((.seconds(11)...(.seconds(19))).contains(duration), "\(duration)")
      await call.bob.quit()
    }
  }
}
