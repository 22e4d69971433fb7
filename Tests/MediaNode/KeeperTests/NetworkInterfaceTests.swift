import Foundation
import Glibc
import Support
import Testing

@testable import Keeper

@Suite struct NodeWordTests {
  @Test func theNodesLinesAreUnderstood() {
    #expect(NodeWord("udp:127.0.1.1:5060") == .close(socket: "udp:127.0.1.1:5060"))
    let end = BootTime(nanoseconds: 17)
    #expect(
      NodeWord("hold 192.0.2.1 until 17")
        == .hold(address: "192.0.2.1", until: end, isAnnounced: false))
    #expect(
      NodeWord("hold 192.0.2.1 until 17 announce")
        == .hold(address: "192.0.2.1", until: end, isAnnounced: true))
    #expect(NodeWord("drop 192.0.2.1") == .drop(address: "192.0.2.1"))
  }

  @Test(arguments: [
    "", "hold 192.0.2.1", "hold 192.0.2.1 until soon", "hold 192.0.2.1 until 17 whisper",
    "hold 192.0.2.1 for 17", "drop 192.0.2.1 now", "keep 192.0.2.1",
  ])
  func anyOtherLineIsNone(line: String) { #expect(NodeWord(line) == nil) }

  @Test func theKernelIsAskedForWholeSecondsAndForNothingThatIsOver() {
    func life(_ milliseconds: Int64) -> UInt32? {
      let now = BootTime(nanoseconds: 5_000_000_000)
      return NodeWord.life(
        until: BootTime(nanoseconds: now.nanoseconds + milliseconds * 1_000_000), at: now)
    }
    #expect(life(3_000) == 3)
    #expect(life(2_001) == 3)
    #expect(life(1) == 1)
    #expect(life(0) == nil)
    #expect(life(-60_000) == nil)
  }
}

/// With a real interface, in a network namespace of the test's own.
@Suite(.timeLimit(.minutes(1)), .enabled(if: geteuid() == 0, "network namespaces want root"))
struct NetworkInterfaceTests {
  /// Two machines on one cable: here `lan` with the keeper and an address that is none of its business, `cable`
  /// with the address of a neighbour.
  private static let network = """
    ip link add lan type veth peer name cable && ip link set lan up && ip link set cable up &&
      { [ -z "$BESIDE" ] || ip address add "$BESIDE" dev lan; } &&
      { [ -z "$KNOWN" ] || ip neighbour add $KNOWN dev cable; } && exec "$@"
    """

  /// Says `words` to its keeper, `END` in them being three seconds from now, and then nothing.
  private static func node(saying words: [String]) -> String {
    """
    use strict;
    my ($line, $keeper) = split(/,/, $ENV{TANDEM_KEEPER});
    open(my $out, ">&=", $line) or die;
    open(my $up, "<", "/proc/uptime"); my ($now) = split(/ /, <$up>);
    my $end = sprintf("%d", ($now + 3) * 1e9);
    for my $word (\(words.map { "'\($0)'" }.joined(separator: ", "))) {
      (my $said = $word) =~ s/END/$end/;
      syswrite($out, "$said\\n"); kill("USR1", $keeper);
    }
    sleep(60);
    """
  }

  private static func keeper(
    _ words: [String], at interface: String = "lan", beside address: String = "",
    knowing neighbour: String = ""
  ) throws -> Process {
    let keeper = Process()
    keeper.environment = ProcessInfo.processInfo.environment.merging([
      "BESIDE": address, "KNOWN": neighbour,
    ]) { $1 }
    keeper.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
    keeper.arguments =
      ["--net", "--", "/bin/sh", "-c", network, "sh", try KeptNode.program().path]
      + ["--interface", interface, "--", "/usr/bin/perl", "-e", node(saying: words)]
    keeper.standardError = Pipe()
    try keeper.run()
    return keeper
  }

  /// What `ip` says in the keeper's network.
  private static func shown(_ keeper: Process, _ words: String...) async throws -> String {
    try await ChildProcess.run(
      "nsenter",
      ["--net=/proc/\(keeper.processIdentifier)/ns/net", "--", "ip", "-oneline"] + words
    ).output
  }

  /// The addresses at `lan`, as the keeper's network has them.
  private static func addresses(_ keeper: Process) async throws -> [String] {
    try await shown(keeper, "address", "show", "lan", "scope", "global").split(separator: "\n").map
    {
      String($0.split(separator: " ", omittingEmptySubsequences: true)[3])
    }
  }

  private static func eventually(_ condition: () async throws -> Bool) async rethrows -> Bool {
    for _ in 0..<500 {
      if try await condition() { return true }
      try? await Task.sleep(for: .milliseconds(20))
    }
    return false
  }

  @Test func anAddressStandsWhereItsNodeIsAndLapsesWhenNobodyRenewsIt() async throws {
    let keeper = try Self.keeper(["hold 192.0.2.1 until END announce"])
    defer { keeper.terminate() }
    #expect(try await Self.eventually { try await Self.addresses(keeper) == ["192.0.2.1/32"] })
    // Stopped like a machine that hangs, nobody here can take it away but the kernel.
    kill(keeper.processIdentifier, SIGSTOP)
    defer { kill(keeper.processIdentifier, SIGCONT) }
    #expect(try await Self.eventually { try await Self.addresses(keeper) == [] })
  }

  /// No neighbour is asked whether it has it, which would take a second.
  @Test func anIPv6AddressStandsAtOnceAndLapsesAsWell() async throws {
    let keeper = try Self.keeper(["hold 2001:db8::1 until END announce"])
    defer { keeper.terminate() }
    #expect(
      try await Self.eventually { try await Self.addresses(keeper) == ["2001:db8::1/128"] })
    #expect(
      try await Self.shown(keeper, "address", "show", "lan", "scope", "global", "tentative") == "")
    kill(keeper.processIdentifier, SIGSTOP)
    defer { kill(keeper.processIdentifier, SIGCONT) }
    #expect(try await Self.eventually { try await Self.addresses(keeper) == [] })
  }

  @Test func neighboursHearWhereAnIPv6AddressIsFoundFromNowOn() async throws {
    let keeper = try Self.keeper(
      ["hold 2001:db8::1 until END announce"],
      knowing: "2001:db8::1 lladdr 02:00:00:00:00:99 nud stale")
    defer { keeper.terminate() }
    #expect(
      try await Self.eventually { try await Self.addresses(keeper) == ["2001:db8::1/128"] })
    let own = try await Self.shown(keeper, "link", "show", "lan").split(separator: " ")
    let address = try #require(own.firstIndex(of: "link/ether").map { own[$0 + 1] })
    #expect(
      try await Self.eventually {
        try await Self.shown(keeper, "neighbour", "show", "2001:db8::1", "dev", "cable")
          .contains(address)
      })
  }

  @Test func anAddressThatIsAnothersIsTakenAwayAtOnce() async throws {
    let keeper = try Self.keeper([
      "hold 192.0.2.1 until END", "hold 192.0.2.2 until END", "drop 192.0.2.1",
    ])
    defer { keeper.terminate() }
    #expect(try await Self.eventually { try await Self.addresses(keeper) == ["192.0.2.2/32"] })
  }

  @Test func anAddressThatNoNodeOfThisKeeperHadStays() async throws {
    let keeper = try Self.keeper(
      ["drop 192.0.2.9", "hold 192.0.2.1 until END"], beside: "192.0.2.9/32")
    defer { keeper.terminate() }
    #expect(
      try await Self.eventually {
        try await Self.addresses(keeper).sorted() == ["192.0.2.1/32", "192.0.2.9/32"]
      })
  }

  @Test func anOldWordBringsNothingBack() async throws {
    let keeper = try Self.keeper(["hold 192.0.2.1 until 1000", "hold 192.0.2.2 until END"])
    defer { keeper.terminate() }
    #expect(try await Self.eventually { try await Self.addresses(keeper) == ["192.0.2.2/32"] })
  }

  @Test func anInterfaceThatIsNotThereIsOneClearLineAndStatusTwo() async throws {
    let keeper = try Self.keeper([], at: "wan")
    keeper.waitUntilExit()
    #expect(keeper.terminationStatus == 2)
    let pipe = try #require(keeper.standardError as? Pipe)
    let said = try pipe.fileHandleForReading.readToEnd() ?? Data()
    #expect(String(decoding: said, as: UTF8.self) == "Keeper: there is no interface wan\n")
  }
}
