import Foundation
import Glibc
import Testing

/// A dead node's successor has begun before.
@Suite(.timeLimit(.minutes(2))) struct SpareTests {
  /// A node that can wait as a spare, and answers as the Perl one does. Perl cannot be handed descriptors.
  private static let program = """
    #!/usr/bin/python3
    import os, resource, socket
    if number := os.environ.pop("TANDEM_SPARE", None):
        line, following = socket.socket(fileno=int(number)), 3
        while True:
            text, handed, _, _ = socket.recv_fds(line, 65536, 253)
            if not text:
                break
            for word in text.decode().split():
                os.environ.__setitem__(*word.split("=", 1))
            for descriptor in handed:
                os.dup2(descriptor, following)
                os.close(descriptor)
                following += 1
        if following == 3:
            os._exit(0)
        line.close()
    node = socket.socket(fileno=3)
    while True:
        question, phone = node.recvfrom(2048)
        told = [os.environ.get(name, "") for name in ("TANDEM_DESCRIPTORS", "TANDEM_PREDECESSOR_DIED_AT")]
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        node.sendto("|".join([str(os.getpid()), question.decode(), *told, str(limit)]).encode(), phone)

    """

  private let file = FileManager.default.temporaryDirectory
    .appendingPathComponent("spare-test-\(UUID().uuidString)")

  private func node(secondsToSpare seconds: Int) throws -> KeptNode {
    try write(Self.program)
    return try KeptNode(command: [file.path], options: ["--spare-after", "\(seconds)"])
  }

  private func write(_ text: String) throws {
    try Data(text.utf8).write(to: file, options: .atomic)
    chmod(file.path, 0o755)
  }

  /// Besides the one that serves, once it has come; the keeper has no other children in these tests.
  private func spare(of node: KeptNode, besides serving: pid_t) throws -> pid_t {
    let keeper = node.keeper.processIdentifier
    let path = "/proc/\(keeper)/task/\(keeper)/children"
    var spare: pid_t?
    let came = KeptNode.eventually {
      let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
      spare = text.split(separator: " ").compactMap { pid_t($0) }.first { $0 != serving }
      // Asleep: it waits at its line and does not begin any more.
      return spare.flatMap(Self.wait) == true
    }
    try #require(came, "no spare")
    return try #require(spare)
  }

  /// Whether the process waits for its keeper to speak.
  private static func wait(_ pid: pid_t) -> Bool {
    (try? String(contentsOfFile: "/proc/\(pid)/syscall", encoding: .utf8))?
      .hasPrefix("47 ") == true  // recvmsg
  }

  @Test func whoWaitsBecomesTheNodeAndHasAllThatTheDeadOneHad() throws {
    let node = try node(secondsToSpare: 0)
    defer { unlink(file.path) }
    let phone = try Phone(calling: node.local)
    var last = try phone.greet()
    let refusedBefore = phone.refusals
    #expect(last.predecessorDiedAt == nil)
    for _ in 0..<3 {
      let spare = try spare(of: node, besides: last.pid)
      kill(last.pid, SIGKILL)
      let next = try phone.greet(after: last.pid)
      #expect(next.pid == spare)
      #expect(next.descriptors == "\(node.socketName)=3")
      #expect(next.predecessorDiedAt != nil)
      #expect(next.descriptorLimit == last.descriptorLimit)
      last = next
    }
    #expect(phone.refusals == refusedBefore)
  }

  @Test func aSpareThatDiedIsReplacedByOneThatBegins() throws {
    let node = try node(secondsToSpare: 0)
    defer { unlink(file.path) }
    let phone = try Phone(calling: node.local)
    let first = try phone.greet()
    kill(try spare(of: node, besides: first.pid), SIGKILL)
    kill(first.pid, SIGKILL)
    #expect(try phone.greet(after: first.pid).pid != first.pid)
  }

  @Test func aSpareOfAProgramThatWasReplacedSinceIsNotCalled() throws {
    let node = try node(secondsToSpare: 0)
    defer { unlink(file.path) }
    let phone = try Phone(calling: node.local)
    let first = try phone.greet()
    let spare = try spare(of: node, besides: first.pid)
    try write(Self.program + "# another\n")
    kill(first.pid, SIGKILL)
    #expect(try phone.greet(after: first.pid).pid != spare)
    #expect(KeptNode.eventually { KeptNode.state(of: spare) == nil })
  }

  @Test func aSpareEndsWithItsKeeper() throws {
    let node = try node(secondsToSpare: 0)
    defer { unlink(file.path) }
    let first = try Phone(calling: node.local).greet()
    let spare = try spare(of: node, besides: first.pid)
    kill(node.keeper.processIdentifier, SIGKILL)
    #expect(KeptNode.eventually { KeptNode.state(of: spare) == nil })
  }

  @Test func whoServesForAMomentOnlyHasNoSpareYet() throws {
    let node = try node(secondsToSpare: 60)
    defer { unlink(file.path) }
    let phone = try Phone(calling: node.local)
    let first = try phone.greet()
    kill(first.pid, SIGKILL)
    #expect(try phone.greet(after: first.pid).pid != first.pid)
  }
}
