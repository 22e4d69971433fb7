import Epoll
import Foundation
import Glibc
import NodeContract
import Testing

/// Faults that a keeper makes of its node and of itself, and how they end.
@Suite(.timeLimit(.minutes(2))) struct DrillTests {
  /// A node that tells its keeper what it is asked to, and answers everything else as the others do.
  private static let script = """
    open(my $socket, "+<&=", 3) or die;
    my ($line, $keeper) = split(/,/, $ENV{TANDEM_KEEPER});
    open(my $out, ">&=", $line) or die;
    while (defined(my $from = recv($socket, my $question, 2048, 0))) {
      if ($question =~ /^drill /) { syswrite($out, "$question\\n"); kill("USR1", $keeper); }
      send($socket, join("|", $$, $question, $ENV{TANDEM_DESCRIPTORS},
        $ENV{TANDEM_PREDECESSOR_DIED_AT} // "", 0), 0, $from);
    }
    """

  private func node() throws -> KeptNode {
    try KeptNode(command: ["/usr/bin/perl", "-e", Self.script])
  }

  @Test("The process is killed, and the next one is there at once")
  func process() throws {
    let node = try node()
    let phone = try Phone(calling: node.local)
    let first = try phone.greet().pid
    phone.say("drill process 5")
    #expect(try phone.greet(after: first).predecessorDiedAt != nil)
    #expect(node.keeper.isRunning)
  }

  @Test("Keeper and process stand still, and wake by themselves")
  func pause() throws {
    let node = try node()
    let keeper = node.keeper.processIdentifier
    let phone = try Phone(calling: node.local)
    let first = try phone.greet().pid
    let begun = MachineClock.boot()
    phone.say("drill pause 1")
    #expect(
      KeptNode.eventually { KeptNode.state(of: keeper) == "T" && KeptNode.state(of: first) == "T" })
    #expect(
      KeptNode.eventually { KeptNode.state(of: keeper) != "T" && KeptNode.state(of: first) != "T" })
    #expect(begun.duration(to: MachineClock.boot()) >= .milliseconds(900))
    while try phone.hear().question != "drill pause 1" {}
    // The same process as before, which can be struck again.
    phone.say("drill process 1")
    _ = try phone.greet(after: first)
  }

  @Test("Keeper and process are gone with their sockets, and come back as they were started")
  func machine() throws {
    let node = try node()
    let phone = try Phone(calling: node.local)
    let first = try phone.greet().pid
    phone.say("drill machine 1")
    #expect(KeptNode.eventually { node.portIsFree })
    #expect(KeptNode.state(of: first) == nil)
    // The keeper's number stays, so that whoever looks after it has nothing to do.
    #expect(node.keeper.isRunning)
    #expect(KeptNode.eventually { !node.portIsFree })
    let back = try phone.greet(after: first)
    #expect(back.predecessorDiedAt == nil)
    kill(node.keeper.processIdentifier, SIGTERM)
    node.keeper.waitUntilExit()
    #expect(node.keeper.terminationStatus == 0)
  }

  @Test(
    "A fault without a near end is none",
    arguments: [
      "drill machine 61", "drill pause 0", "drill pause x", "drill flood 5", "drill process",
    ])
  func unbounded(word: String) throws {
    let node = try node()
    let phone = try Phone(calling: node.local)
    let first = try phone.greet().pid
    phone.say(word)
    _ = try phone.hear()
    poll(nil, 0, 300)
    #expect(try phone.greet().pid == first)
  }
}
