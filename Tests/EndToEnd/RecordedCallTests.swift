import Audio
import Foundation
import Support
import Testing

/// At site b's node, so that these long waits run beside the other tests.
@Suite("Recorded calls", .serialized)
struct RecordedCallTests {
  private struct Recording: Decodable, Sendable {
    let id: String
    let from: String?
    let to: String?
    let seconds: Double
    let bytes: Int
    let interruptions: Int
    let state: String
  }

  private struct List: Decodable { let items: [Recording] }

  private func recordings(of tenant: SecondTenant, _ bench: Bench) async throws -> [Recording] {
    try JSONDecoder().decode(
      List.self, from: try await bench.api.run(["recording", "list", "--tenant", tenant.id])
    ).items
  }

  /// A tone, as a phone speaks it.
  private func speech(_ tone: Int, in work: URL) throws -> URL {
    let file = work.appending(path: "speech.ulaw")
    var generator = ToneGenerator(frequencies: [Double(tone)])
    try Data(G711.muLaw.encode(generator.samples(8_000))).write(to: file)
    return file
  }

  /// Fetches it, and hears who is on the left and who on the right.
  private func heard(_ recording: Recording, of tenant: SecondTenant, _ bench: Bench) async throws
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

  @Test(
    "A phone's key records a call: it can be fetched while it goes on, and sounds as it was said",
    .timeLimit(.minutes(2)))
  func recordACall() async throws {
    let bench = try await Bench("recorded")
    let tenant = try await SecondTenant(
      "recorded", homeAddress: "phones-b", proxy: "127.0.2.1:5060", ringTimeout: 20,
      extensions: ["671", "672"], on: bench)
    let bob = try await Baresip(
      tenant.phone("672", address: "127.0.4.142", tone: 700), work: bench.work)
    try await bob.registered()
    let alice = try SIPp(
      "phone-records", address: "127.0.4.141", target: tenant.proxy, service: "672", user: "671",
      password: tenant.passwords["671"], domain: tenant.domain, request: "672",
      sound: speech(500, in: bench.work), limit: .seconds(60), work: bench.work)
    try await bob.rings()
    bob.answer()
    let running = try await eventually("the first seconds are there", within: .seconds(30)) {
      try await recordings(of: tenant, bench).first { $0.seconds >= 5 }
    }
    #expect(running.state == "running" && running.seconds < 17)
    #expect(try await heard(running, of: tenant, bench).right == [700])

    #expect(try await alice.succeeds(within: .seconds(60)), "\(alice.transcript)")
    let whole = try await eventually("all of it is there", within: .seconds(20)) {
      try await recordings(of: tenant, bench).first { $0.state != "running" }
    }
    #expect(whole.state == "call-ended" && whole.interruptions == 0 && whole.id == running.id)
    #expect(whole.from == "671" && whole.to == "672")
    #expect((15...19).contains(whole.seconds), "\(whole.seconds)")
    let (left, right, duration) = try await heard(whole, of: tenant, bench)
    #expect(left == [500] && right == [700])
    #expect((.seconds(15)...(.seconds(19))).contains(duration), "\(duration)")

    try await bench.api.pbxctl("recording", "delete", whole.id, "--tenant", tenant.id)
    #expect(try await recordings(of: tenant, bench).isEmpty)
    try await bench.api.pbxctl("recording", "retention", "--tenant", tenant.id, "--days", "30")
    await bob.quit()
  }
}
