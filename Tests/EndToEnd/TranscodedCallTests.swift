import Foundation
import Support
import Testing

extension SiteA {
  @Suite("Calls whose audio is decoded")
  struct TranscodedCallTests {
    @Test(
      "A wideband phone and a plain one hear each other", .timeLimit(.minutes(1)),
      arguments: ["G722/16000/1", "opus/48000/2"], [true, false])
    func widebandAndPlain(codec: String, wideCalls: Bool) async throws {
      let bench = try await Bench("transcoded-\(codec.prefix(4))-\(wideCalls)")
      let alice = try await bench.alice(speaking: [codec])
      let bob = try await bench.bob()
      try await connect(
        wideCalls ? alice : bob, dialling: wideCalls ? "102" : "101", to: wideCalls ? bob : alice)
      try await alice.comesToHear([700], of: Bench.tones)
      try await bob.comesToHear([500], of: Bench.tones)
      bob.hangUp()
      try await alice.closed()
      await alice.quit()
      await bob.quit()
    }

    @Test(
      "A phone that wants packets of another length and a wideband one hear each other",
      .timeLimit(.minutes(1)), arguments: [10, 40, 60])
    func longerPackets(packetTime: Int) async throws {
      let bench = try await Bench("packets-of-\(packetTime)")
      let alice = try await bench.alice(speaking: ["G722/16000/1"])
      var settings = try bench.demo.phone("102", address: "127.0.4.2", tone: 700)
      settings.packetTime = packetTime
      let bob = try await Baresip(settings, work: bench.work)
      try await bob.registered()
      try await connect(alice, dialling: "102", to: bob)
      try await alice.comesToHear([700], of: Bench.tones)
      try await bob.comesToHear([500], of: Bench.tones)
      bob.hangUp()
      try await alice.closed()
      await alice.quit()
      await bob.quit()
    }

    @Test("Who is held hears music, and the other again afterwards", .timeLimit(.minutes(1)))
    func heldPartyHearsMusic() async throws {
      let bench = try await Bench("music")
      let alice = try await bench.alice()
      // The held one is a linphone, as baresip plays nothing while it may not speak.
      let bob = try await Linphone(
        bench.demo.phone("102", address: "127.0.4.2", tone: 700), work: bench.work)
      try await bob.registered()
      try await connect(alice, dialling: "102", to: bob)
      alice.hold()
      let held = try bob.secondsHeard
      try await bob.hears(seconds: held + 5)
      alice.resume()
      let resumed = try bob.secondsHeard
      try await bob.hears(seconds: resumed + 5)
      let recording = try #require(bob.recordings.last)
      alice.hangUp()
      try await bob.closed()
      let tones = Bench.tones + [Installation.musicTone]
      let meanwhile = try Hearing(recording, within: held + 2..<held + 4)
      #expect(meanwhile.tones(of: tones) == [Installation.musicTone])
      let afterwards = try Hearing(recording, within: resumed + 2..<resumed + 4)
      #expect(afterwards.tones(of: tones) == [500])
      await alice.quit()
      await bob.quit()
    }

    @Test(
      "A key told by signalling reaches a phone that knows telephone events",
      .timeLimit(.minutes(1)))
    func keysBetweenWays() async throws {
      let bench = try await Bench("keys")
      var settings = try bench.demo.phone("101", address: "127.0.4.1", tone: 500)
      settings.keysBySignalling = true
      let alice = try await Linphone(settings, work: bench.work)
      try await alice.registered()
      let bob = try await bench.bob()
      try await connect(alice, dialling: "102", to: bob)
      alice.press("5")
      #expect(try await bob.next("CALL_DTMF_START").param == "5")
      bob.hangUp()
      try await alice.closed()
      await alice.quit()
      await bob.quit()
    }
  }
}
