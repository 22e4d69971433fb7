import Epoll
import Foundation
import Glibc
import NodeContract
import Support
import Testing

/// A keeper's process and a node that tells who it is: a Perl script that answers each datagram
/// with its process id, its environment and its limits.
final class KeptNode {
  let socketName: String
  let local: IPEndpoint
  let keeper: Process
  private let standardError = Pipe()
  private let childPIDFile: URL

  static let script = """
    open(my $socket, "+<&=", 3) or die;
    open(my $limits, "<", "/proc/self/limits") or die;
    my ($files) = grep { /Max open files/ } <$limits>;
    while (defined(my $from = recv($socket, my $question, 2048, 0))) {
      exit($1) if $question =~ /^exit (\\d+)/;
      send($socket, join("|", $$, $question, $ENV{TANDEM_DESCRIPTORS},
        $ENV{TANDEM_PREDECESSOR_DIED_AT} // "", (split(/ +/, $files))[3]), 0, $from);
    }
    """

  /// A node that tells each peer that connects its process id.
  static let listeningScript = """
    open(my $listener, "+<&=", 3) or die;
    while (accept(my $peer, $listener)) { syswrite($peer, $$); close($peer) }
    """

  /// Starts a keeper on `local`, or on a free port of an address that no other test uses; by way of
  /// another program, where one is named, which becomes the keeper.
  init(
    at local: IPEndpoint? = nil, by transport: String = "udp", as option: String = "--descriptor",
    command: [String]? = nil, keptBy prefix: [String] = [], options: [String] = []
  ) throws {
    self.local = local ?? KeptNode.freeEndpoint()
    socketName = "\(transport):\(self.local)"
    childPIDFile = FileManager.default.temporaryDirectory
      .appendingPathComponent("keeper-test-\(UUID().uuidString).pid")
    keeper = Process()
    let line =
      prefix + [try KeptNode.program().path, option, socketName]
      + ["--child-pid-file", childPIDFile.path] + options + ["--"]
      + (command ?? ["/usr/bin/perl", "-e", KeptNode.script])
    keeper.executableURL = URL(fileURLWithPath: line[0])
    keeper.arguments = Array(line.dropFirst())
    keeper.standardError = standardError
    try keeper.run()
  }

  deinit {
    if keeper.isRunning { kill(keeper.processIdentifier, SIGKILL) }
    keeper.waitUntilExit()
    unlink(childPIDFile.path)
  }

  static func freeEndpoint() -> IPEndpoint {
    IPEndpoint(.v4(0x7F4D_0001), port: UnclaimedPorts.next())
  }

  /// Beside the test bundle, where the build puts it.
  static func program() throws -> URL {
    let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("Keeper")
  }

  /// What the keeper wrote to stderr until it ended.
  func remarks() throws -> String {
    keeper.waitUntilExit()
    return String(
      decoding: try standardError.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
  }

  /// Waits until `condition` holds, at most ten seconds.
  static func eventually(_ condition: () -> Bool) -> Bool {
    let deadline = MachineClock.boot().advanced(by: .seconds(10))
    while MachineClock.boot() < deadline {
      if condition() { return true }
      poll(nil, 0, 5)
    }
    return false
  }

  /// The state of a process as `ps` writes it: T stopped, Z dead and not yet forgotten.
  static func state(of pid: pid_t) -> Character? {
    let bytes = try? FileHandle(forReadingAtPath: "/proc/\(pid)/stat")?.readToEnd()
    let text = String(decoding: bytes ?? Data(), as: UTF8.self)
    return text.split(separator: ")").last?.split(separator: " ").first?.first
  }

  var portIsFree: Bool { (try? UDPSocket(binding: local)) != nil }
}

/// What the node said of itself.
struct Answer {
  let pid: pid_t
  let question: String
  let descriptors: String
  let predecessorDiedAt: Int64?
  let descriptorLimit: Int
}

/// A phone that notices when its datagram is refused.
final class Phone {
  private let socket: Int32
  private(set) var refusals = 0

  init(calling remote: IPEndpoint) throws {
    socket = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    let result = SocketAddress(remote).withPointer { Int(connect(socket, $0, $1)) }
    try #require(result == 0)
  }

  deinit { close(socket) }

  func say(_ text: String) {
    if send(socket, text, text.utf8.count, 0) < 0, errno == ECONNREFUSED { refusals += 1 }
  }

  /// Asks, for ten seconds at most, until a node other than `previous` answers: the keeper may
  /// still be starting, and a node that is killed takes the question in its hands along.
  func greet(after previous: pid_t? = nil) throws -> Answer {
    let deadline = MachineClock.boot().advanced(by: .seconds(10))
    while MachineClock.boot() < deadline {
      say("hello")
      guard let answer = try heard(within: 20), answer.pid != previous else { continue }
      try drain()
      return answer
    }
    throw SystemError("no answer", code: ETIMEDOUT)
  }

  /// An answer that comes within some milliseconds.
  private func heard(within milliseconds: Int32) throws -> Answer? {
    var request = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
    guard poll(&request, 1, milliseconds) == 1 else { return nil }
    var bytes = [UInt8](repeating: 0, count: 2_048)
    let count = recv(socket, &bytes, bytes.count, 0)
    if count < 0, errno == ECONNREFUSED { refusals += 1 }
    guard count > 0 else { return nil }
    return Answer(String(decoding: bytes[..<count], as: UTF8.self))
  }

  /// Takes the answers to greetings that came late.
  private func drain() throws {
    say("last")
    while try hear().question != "last" {}
  }

  /// The next answer, waiting at most ten seconds for it.
  func hear() throws -> Answer {
    let deadline = MachineClock.boot().advanced(by: .seconds(10))
    while MachineClock.boot() < deadline {
      if let answer = try heard(within: 1_000) { return answer }
    }
    throw SystemError("no answer", code: ETIMEDOUT)
  }
}

extension Answer {
  init?(_ text: String) {
    let fields = text.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
    guard fields.count == 5, let pid = pid_t(fields[0]), let limit = Int(fields[4]) else {
      return nil
    }
    self.init(
      pid: pid, question: fields[1], descriptors: fields[2], predecessorDiedAt: Int64(fields[3]),
      descriptorLimit: limit)
  }
}
