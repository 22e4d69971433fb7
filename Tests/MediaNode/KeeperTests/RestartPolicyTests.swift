import Testing

@testable import Keeper

@Suite struct RestartPolicyTests {
  private var policy = RestartPolicy()
  private var now = BootTime(nanoseconds: 1_000_000_000_000)

  /// The delay after a life of `duration`.
  private mutating func delay(afterLifeOf duration: Duration) -> Duration {
    policy.started(at: now)
    now = now.advanced(by: duration)
    policy.died(at: now)
    return policy.delay
  }

  @Test mutating func aNodeThatLivedIsStartedAgainAtOnce() {
    #expect(delay(afterLifeOf: .seconds(1)) == .zero)
    #expect(delay(afterLifeOf: .seconds(100)) == .zero)
    #expect(policy.delayLeft(at: now) == .zero)
  }

  @Test mutating func aNodeThatKeepsDyingYoungIsStartedEverLater() {
    let delays = (0..<9).map { _ in delay(afterLifeOf: .milliseconds(10)) }
    #expect(
      delays == [0, 100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000].map { .milliseconds($0) })
    #expect(delay(afterLifeOf: .seconds(2)) == .zero)
    #expect(delay(afterLifeOf: .milliseconds(10)) == .zero)
  }

  @Test mutating func whileTheNodeLivesNothingIsDue() {
    #expect(policy.delayLeft(at: now) == nil)
    _ = delay(afterLifeOf: .zero)
    _ = delay(afterLifeOf: .zero)
    #expect(policy.delayLeft(at: now.advanced(by: .milliseconds(40))) == .milliseconds(60))
    #expect(policy.delayLeft(at: now.advanced(by: .seconds(9))) == .zero)
    policy.started(at: now)
    #expect(policy.delayLeft(at: now) == nil)
  }

  @Test func onlyAWronglyStartedNodeIsNotStartedAgain() {
    #expect(ExitStatus(64 << 8).isFinal && ExitStatus(78 << 8).isFinal)
    #expect(!ExitStatus(0).isFinal && !ExitStatus(1 << 8).isFinal && !ExitStatus(9).isFinal)
    #expect(ExitStatus(9).description == "signal 9" && ExitStatus(1 << 8).description == "exit 1")
  }
}

@Suite struct SettingsTests {
  @Test func theCommandLineIsRead() throws {
    let settings = try Settings(arguments: [
      "--descriptor", "udp:127.0.1.1:5060", "--pid-file", "/run/k", "--descriptor",
      "udp:[::1]:5061", "--", "/bin/node", "serve", "--", "--x",
    ])
    #expect(settings.descriptors.map(\.host) == ["127.0.1.1", "::1"])
    #expect(settings.descriptors.map(\.port) == [5_060, 5_061])
    #expect(settings.pidFile == "/run/k" && settings.childPIDFile == nil)
    #expect(settings.command == ["/bin/node", "serve", "--", "--x"])
  }

  @Test(arguments: [
    [], ["--"], ["--descriptor"], ["--descriptor", "--", "x"], ["--verbose", "yes", "--", "x"],
    ["--descriptor", "tls:127.0.0.1:1", "--", "x"], ["--descriptor", "udp:127.0.0.1", "--", "x"],
    ["--descriptor", "udp:127.0.0.1:99999", "--", "x"],
  ])
  func aMistakeIsToldInsteadOfStarted(arguments: [String]) {
    #expect(throws: StartError.self) { try Settings(arguments: arguments) }
  }
}
