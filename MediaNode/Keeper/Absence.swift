import Glibc

/// How a keeper and its machine are gone for a while, and back by themselves.
enum Absence {
  private static let shell = "/bin/sh"

  /// The keeper becomes a shell that sleeps and then the keeper again, with the same number and arguments.
  /// All its sockets are closed, as when the machine had died. Returns only where the kernel refuses.
  static func leave(for seconds: Int) {
    let words = ["sh", "-c", "sleep \"$0\"; exec \"$@\"", "\(seconds)"] + CommandLine.arguments
    var none = sigset_t()
    sigemptyset(&none)
    sigprocmask(SIG_SETMASK, &none, nil)
    var argv = words.map { strdup($0) } + [nil]
    execv(shell, &argv)
    Signals.block()
  }

  /// Somebody who wakes these, also when nobody here can. They stand still until then, so their
  /// numbers are nobody else's.
  static func wake(_ processes: [pid_t], after seconds: Int) throws -> Child {
    let numbers = processes.map { "\($0)" }.joined(separator: " ")
    return try Child(
      [shell, "-c", "sleep \(seconds); kill -CONT \(numbers)"], inheriting: Inheritance())
  }

  /// Cuts all cables of the machine but its loopback. The kernel joins them by itself: what is cut is an
  /// element of a set, and those end.
  static func cut(_ cut: DrillFault.Cut, for seconds: Int) throws -> Child {
    try Child([shell, "-c", script(of: cut, seconds: seconds)], inheriting: Inheritance())
  }

  static func script(of cut: DrillFault.Cut, seconds: Int) -> String {
    let rules = [
      (hook: "input", match: "iifname", isCut: cut != .mute),
      (hook: "output", match: "oifname", isCut: cut != .deaf),
    ].filter(\.isCut)
    func table(_ family: String) -> String {
      let chains = rules.map {
        "chain \($0.hook) { type filter hook \($0.hook) priority -300; \($0.match) @cut drop; };"
      }
      return "table \(family) tandem_drill { set cut { type ifname; flags timeout; "
        + "timeout \(seconds)s; elements = { $cables }; }; \(chains.joined(separator: " ")) }"
    }
    return """
      cables=$(sed -n 's/^ *\\([^:]*\\):.*/\\1/p' /proc/net/dev | grep -v '^lo$' | sed 's/.*/"&"/' | paste -s -d,)
      nft "\(table("inet"))" && nft "\(table("arp"))"
      sleep \(seconds + 1)
      nft delete table inet tandem_drill
      nft delete table arp tandem_drill
      """
  }
}
