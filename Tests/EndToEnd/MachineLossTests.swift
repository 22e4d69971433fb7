import Foundation
import Support
import Testing

extension SiteA {
  @Suite("What is lost when a machine dies")
  struct MachineLossTests {
    @Test(
      "Node and keeper die: the other node of the site carries the call on",
      .timeLimit(.minutes(3)))
    func theHeirCarriesTheCallOn() async throws {
      let bench = try await Bench("machine-dies")
      try await bench.installation.startSecondNode()
      try await bench.heirOfEverything(is: "node-a2")
      let alice = try await bench.alice()
      let bob = try await bench.bob()
      let carrier = try await bench.carrier()
      try await connect(alice, dialling: "102", to: bob)

      // Bob hangs up after the takeover.
      let silence = SilenceWatch(of: alice)
      let answered = try await bench.killMachine("node-a1")
      try await bench.everything(isHeldBy: "node-a2")
      try await alice.hears(seconds: try alice.secondsHeard + 3)
      try await bob.hears(seconds: try bob.secondsHeard + 2)
      print("    machine died: signalling answered after \(answered.inMilliseconds) ms,")
      print("    alice heard nothing for at most \(await silence.end().inMilliseconds) ms")
      bob.hangUp()
      try await alice.closed()
      #expect(try alice.heard(of: Bench.tones) == [700])
      #expect(try bob.heard(of: Bench.tones) == [500])
      let legs = try await bench.newRecords(2)
      #expect(legs.count == 2)
      #expect(legs.map(\.outcome) == ["answered", "answered"])
      #expect(legs.map(\.evidence) == ["signalled", "signalled"])

      // The other way round: node-a1 comes back as the heir, and node-a2 dies in a call to a carrier.
      try await bench.installation.startSecondNode()
      try await bench.heirOfEverything(is: "node-a1")
      try await connect(alice, dialling: "07400123456", to: carrier)
      let carriersSilence = SilenceWatch(of: carrier)
      let answeredAgain = try await bench.killMachine("node-a2")
      try await bench.everything(isHeldBy: "node-a1")
      try await carrier.hears(seconds: try carrier.secondsHeard + 3)
      print("    machine died: signalling answered after \(answeredAgain.inMilliseconds) ms,")
      print(
        "    the carrier heard nothing for at most \(await carriersSilence.end().inMilliseconds) ms"
      )
      alice.hangUp()
      try await carrier.closed()
      #expect(try carrier.heard(of: Bench.tones) == [500])
      _ = try await bench.newRecords(4)
      try await bench.everyFactIsCommitted()
      let all = try await bench.newRecords(4)
      #expect(all.count == 4)
      #expect(all.compactMap(\.charge).map(\.prefix) == ["4474"])

      await alice.quit()
      await bob.quit()
      await carrier.quit()
      // As it was: the keeper of node-a1 holds the sockets again.
      try await bench.installation.stop("node-a2")
      try await bench.installation.stop("node-a1")
      try await bench.installation.startAgain()
    }
  }
}

extension SiteA {
  @Suite("What happens when a node is emptied")
  struct DrainTests {
    @Test(
      "Its calls go on at the other node of the site, there and back", .timeLimit(.minutes(3)))
    func callsGoOn() async throws {
      let bench = try await Bench("drain")
      try await bench.installation.startSecondNode()
      try await bench.heirOfEverything(is: "node-a2")
      let alice = try await bench.alice()
      let bob = try await bench.bob()
      try await connect(alice, dialling: "102", to: bob)

      for (full, other) in [("node-a1", "node-a2"), ("node-a2", "node-a1")] {
        // A process that found its sockets in no keeper's hands gives them up as well.
        try bench.killNode(full)
        try await alice.hears(seconds: try alice.secondsHeard + 2)
        let silence = SilenceWatch(of: alice)
        _ = try await bench.api.pbxctl("node", "drain", full, "--deadline", "20")
        try await bench.everything(isHeldBy: other)
        try await alice.hears(seconds: try alice.secondsHeard + 3)
        try await bob.hears(seconds: try bob.secondsHeard + 2)
        print(
          "    \(full) emptied: alice heard nothing for at most "
            + "\(await silence.end().inMilliseconds) ms")
        _ = try await bench.api.pbxctl("node", "undrain", full)
      }
      let legs = try await bench.hangUp(alice, bob)
      #expect(legs.map(\.evidence) == ["signalled", "signalled"])

      await alice.quit()
      await bob.quit()
      // As it was: the keeper of node-a1 holds the sockets again.
      try await bench.installation.stop("node-a2")
      try await bench.installation.stop("node-a1")
      try await bench.installation.startAgain()
    }
  }
}

/// How long a phone's recording of what it hears did not grow. Recordings are written in blocks of a
/// quarter of a second, so the true silence is shorter by up to that.
private final class SilenceWatch: Sendable {
  private let task: Task<Duration, Never>

  init(of phone: any Softphone) {
    task = Task {
      var longest = Duration.zero
      var (size, grewAt) = (0, ContinuousClock.now)
      while !Task.isCancelled {
        let file = phone.recordings.last?.path ?? ""
        let attributes = try? FileManager.default.attributesOfItem(atPath: file)
        let current = attributes?[.size] as? Int ?? 0
        if current != size {
          longest = max(longest, grewAt.duration(to: .now))
          (size, grewAt) = (current, .now)
        }
        try? await Task.sleep(for: .milliseconds(5))
      }
      return max(longest, grewAt.duration(to: .now))
    }
  }

  /// The longest so far.
  func end() async -> Duration {
    task.cancel()
    return await task.value
  }
}

extension Duration {
  fileprivate var inMilliseconds: Int { Int(self / .milliseconds(1)) }
}

extension Bench {
  /// Keeper and node at once, as when their machine loses power. Returns after how long somebody answers
  /// at the phones' address again.
  fileprivate func killMachine(_ name: String) async throws -> Duration {
    let keeper = try installation.pid(of: name)
    let node = try #require(try installation.nodePid(of: name))
    // Held still, the keeper neither starts another node nor has this one told that it is gone.
    kill(keeper, SIGSTOP)
    let began = ContinuousClock.now
    kill(node, SIGKILL)
    kill(keeper, SIGKILL)
    try await eventually("\(name) is gone", within: .seconds(5), every: .milliseconds(5)) {
      Installation.isGone(keeper) && Installation.isGone(node)
    }
    let probe = try SIPProbe(from: "127.0.4.31", to: demo.phonesAddress)
    try await eventually("an answer", within: .seconds(10), every: .milliseconds(10)) {
      // Refused while nobody is there.
      try? probe.send(Array(probe.options().utf8))
      return (try? probe.receive())?.hasPrefix("SIP/2.0 200") == true
    }
    return began.duration(to: .now)
  }

  fileprivate func everything(isHeldBy node: String) async throws {
    try await eventually("\(node) holds site a's addresses", within: .seconds(15)) {
      let addresses = try await api.addresses()
      return ["phones-a", "trunks-a"].allSatisfy { addresses[$0]?.heldBy == node }
    }
  }

  fileprivate func heirOfEverything(is node: String) async throws {
    try await eventually("\(node) is the heir in site a", within: .seconds(15)) {
      let addresses = try await api.addresses()
      return ["phones-a", "trunks-a"].allSatisfy { addresses[$0]?.heir == node }
    }
  }
}
