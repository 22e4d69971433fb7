import Glibc

/// A node goes before what else the machine does: whoever waits for a processor for 20 ms is heard.
enum Precedence {
  /// As much as a process may have that is not of the real-time classes: what runs wild there takes the
  /// machine from everybody, its operator too.
  private static let nice: Int32 = -20

  /// For this process and those that it starts, among all and, where the kernel shares time out by session
  /// first (`sched_autogroup`), for the session too. Nil: it was granted; else what refused it.
  static func claim() -> String? {
    guard setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, nice) == 0 else {
      return String(cString: strerror(errno))
    }
    // Where there is no such file, time is not shared out so.
    let group = open("/proc/self/autogroup", O_WRONLY)
    guard group >= 0 else { return nil }
    defer { close(group) }
    let text = "\(nice)"
    guard write(group, text, text.utf8.count) >= 0 else {
      return "/proc/self/autogroup: \(String(cString: strerror(errno)))"
    }
    return nil
  }
}
