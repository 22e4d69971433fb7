import Epoll
import Foundation
import Glibc
import NodeContract
import Testing

@Suite(.timeLimit(.minutes(2))) struct KeeperTests {
  @Test func theNodeIsToldWhichSocketsItHas() throws {
    let node = try KeptNode()
    let answer = try Phone(calling: node.local).greet()
    #expect(answer.descriptors == "\(node.socketName)=3")
    #expect(answer.predecessorDiedAt == nil)
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    #expect(answer.descriptorLimit >= Int(clamping: limit.rlim_max))
  }

  @Test func aDatagramSentWhileTheNodeIsDeadIsAnsweredByTheNextOneAndNeverRefused() throws {
    let node = try KeptNode()
    let phone = try Phone(calling: node.local)
    let first = try phone.greet()
    let refusedBefore = phone.refusals
    // With the keeper held still the node is certainly dead when the datagram is sent.
    kill(node.keeper.processIdentifier, SIGSTOP)
    #expect(KeptNode.eventually { KeptNode.state(of: node.keeper.processIdentifier) == "T" })
    let before = MachineClock.boot().nanoseconds
    kill(first.pid, SIGKILL)
    #expect(KeptNode.eventually { KeptNode.state(of: first.pid) == "Z" })
    for number in 1...20 { phone.say("question \(number)") }
    kill(node.keeper.processIdentifier, SIGCONT)

    let answers = try (1...20).map { _ in try phone.hear() }
    #expect(answers.map(\.question) == (1...20).map { "question \($0)" })
    #expect(answers.allSatisfy { $0.pid == answers[0].pid && $0.pid != first.pid })
    #expect(phone.refusals == refusedBefore)
    let died = try #require(answers[0].predecessorDiedAt)
    #expect((before...MachineClock.boot().nanoseconds).contains(died))
  }

  @Test func theNodeGoesBeforeWhatElseTheMachineDoesWhereThatIsAllowed() throws {
    let node = try KeptNode()
    let pid = try Phone(calling: node.local).greet().pid
    #expect(
      (getpriority(__priority_which_t(PRIO_PROCESS.rawValue), id_t(pid)) < 0)
        == Self.mayGoBeforeOthers)
  }

  /// Whether this process has the right `CAP_SYS_NICE`, which root in a container may not have.
  private static let mayGoBeforeOthers: Bool = {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("CapEff:") } ?? ""
    let rights = line.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) } ?? 0
    return rights >> 23 & 1 == 1
  }()

  /// Tells its keeper that the first socket is another's, and lets go of it.
  private static let yieldingScript = """
    my ($line, $keeper) = split(/,/, $ENV{TANDEM_KEEPER});
    my ($name) = $ENV{TANDEM_DESCRIPTORS} =~ /^(.*)=3/;
    open(my $out, ">&=", $line) or die;
    syswrite($out, "$name\\n");
    kill("USR1", $keeper);
    require POSIX;
    POSIX::close(3);
    sleep(60);
    """

  @Test func aSocketThatTheNodeGivesUpIsFreeForOthers() throws {
    let node = try KeptNode(command: ["/usr/bin/perl", "-e", Self.yieldingScript])
    #expect(KeptNode.eventually { (try? UDPSocket(binding: node.local)) != nil })
    #expect(node.keeper.isRunning)
  }

  @Test func aWantedSocketThatAnotherHasIsLeftToIt() throws {
    let other = try UDPSocket(binding: KeptNode.freeEndpoint())
    let script = "exit($ENV{TANDEM_DESCRIPTORS} eq '' ? 64 : 78);"
    let node = try KeptNode(
      at: other.local, as: "--wanted", command: ["/usr/bin/perl", "-e", script])
    node.keeper.waitUntilExit()
    #expect(node.keeper.terminationStatus == 64)
  }

  @Test func whoConnectsWhileTheNodeIsDeadWaitsForTheNextOneAndIsNotRefused() throws {
    let node = try KeptNode(by: "tcp", command: ["/usr/bin/perl", "-e", KeptNode.listeningScript])
    var first: Int32?
    #expect(
      KeptNode.eventually {
        first = connect(to: node).flatMap { pid(saidOn: $0) }
        return first != nil
      })
    kill(node.keeper.processIdentifier, SIGSTOP)
    #expect(KeptNode.eventually { KeptNode.state(of: node.keeper.processIdentifier) == "T" })
    let dead = try #require(first)
    kill(dead, SIGKILL)
    #expect(KeptNode.eventually { KeptNode.state(of: dead) == "Z" })
    let waiting = try #require(connect(to: node), "refused")
    kill(node.keeper.processIdentifier, SIGCONT)
    let next = try #require(pid(saidOn: waiting))
    #expect(next != dead)
  }

  /// Nil where nobody listens.
  private func connect(to node: KeptNode) -> TCPStream? {
    guard let stream = try? TCPStream(connectingTo: node.local) else { return nil }
    var writable = pollfd(fd: stream.descriptor, events: Int16(POLLOUT), revents: 0)
    guard poll(&writable, 1, 5_000) == 1, (try? stream.finishConnecting()) != nil else {
      return nil
    }
    return stream
  }

  private func pid(saidOn stream: TCPStream) -> Int32? {
    var readable = pollfd(fd: stream.descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&readable, 1, 5_000) == 1 else { return nil }
    var bytes = [UInt8](repeating: 0, count: 32)
    guard case .moved(let count) = bytes.withUnsafeMutableBytes({ stream.read(into: $0) }) else {
      return nil
    }
    return Int32(String(decoding: bytes.prefix(count), as: UTF8.self))
  }

  @Test func deathAfterDeathTheNodeComesBack() throws {
    let node = try KeptNode()
    let phone = try Phone(calling: node.local)
    var pids = [try phone.greet().pid]
    let refusedBefore = phone.refusals
    for _ in 0..<4 {
      let last = try #require(pids.last)
      kill(last, SIGKILL)
      pids.append(try phone.greet(after: last).pid)
    }
    #expect(Set(pids).count == 5)
    #expect(phone.refusals == refusedBefore)
  }

  @Test func aTakenPortIsOneClearLineAndStatusTwo() throws {
    let taken = try UDPSocket(binding: KeptNode.freeEndpoint())
    let node = try KeptNode(at: taken.local)
    #expect(
      try node.remarks() == "Keeper: cannot bind udp:\(taken.local): Address already in use\n")
    #expect(node.keeper.terminationStatus == 2)
  }

  @Test func aMissingProgramIsOneClearLineAndStatusTwo() throws {
    let node = try KeptNode(command: ["/nowhere/node"])
    #expect(try node.remarks() == "Keeper: cannot run /nowhere/node: No such file or directory\n")
    #expect(node.keeper.terminationStatus == 2)
  }

  @Test(arguments: [SIGTERM, SIGINT])
  func oneSignalStopsBoth(signal: Int32) throws {
    let node = try KeptNode()
    _ = try Phone(calling: node.local).greet()
    kill(node.keeper.processIdentifier, signal)
    let remarks = try node.remarks()
    #expect(node.keeper.terminationReason == .exit && node.keeper.terminationStatus == 0)
    #expect(node.portIsFree)
    #expect(try Self.messages(in: remarks) == ["keeping", "started", "stopping", "stopped"])
  }

  @Test(.enabled(if: mayGoBeforeOthers))
  func whereItMayNotGoBeforeOthersTheNodeServesAndItIsSaid() throws {
    let node = try KeptNode(keptBy: ["/usr/bin/setpriv", "--bounding-set", "-sys_nice"])
    _ = try Phone(calling: node.local).greet()
    kill(node.keeper.processIdentifier, SIGTERM)
    let remarks = try node.remarks()
    #expect(remarks.contains(Self.goesBeforeNothing))
    #expect(try Self.messages(in: remarks) == ["keeping", "started", "stopping", "stopped"])
  }

  private static let goesBeforeNothing = "the node goes before nothing else here"

  /// What the keeper has to say wherever it runs: not which rights it has there.
  private static func messages(in remarks: String) throws -> [String] {
    try remarks.split(separator: "\n").compactMap { line in
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String]
      #expect(object?["label"] == "keeper")
      return object?["message"]
    }.filter { $0 != goesBeforeNothing }
  }

  @Test func aKilledKeeperTakesItsNodeAlong() throws {
    let node = try KeptNode()
    _ = try Phone(calling: node.local).greet()
    kill(node.keeper.processIdentifier, SIGKILL)
    #expect(KeptNode.eventually { node.portIsFree })
  }

  @Test func aNodeThatCallsItsSettingsWrongIsNotStartedAgain() throws {
    let node = try KeptNode()
    let phone = try Phone(calling: node.local)
    _ = try phone.greet()
    phone.say("exit 78")
    #expect(try node.remarks().contains("exit 78"))
    #expect(node.keeper.terminationStatus == 78)
  }
}
