/// What the node says to its keeper, one in a line.
enum NodeWord: Equatable {
  /// `udp:192.0.2.1:5060`: the socket is of no use here any more.
  case close(socket: String)
  /// `hold 192.0.2.1 until 123456789`: the address is to stand at the interface until that instant of
  /// the boot clock, in nanoseconds; `announce` behind it: and everybody is to know that it does.
  case hold(address: String, until: BootTime, isAnnounced: Bool)
  /// `drop 192.0.2.1`: the address is another's.
  case drop(address: String)
  /// `drill pause 8`: a fault that operators want, for so many seconds.
  case drill(DrillFault)

  /// Nil: not of these forms.
  init?(_ line: String) {
    let words = line.split(separator: " ").map(String.init)
    switch (words.first, words.count) {
    case ("hold", 4...5):
      guard words[2] == "until", let end = Int64(words[3]),
        words.count == 4 || words[4] == "announce"
      else { return nil }
      self = .hold(
        address: words[1], until: BootTime(nanoseconds: end), isAnnounced: words.count == 5)
    case ("drop", 2): self = .drop(address: words[1])
    case ("drill", 3):
      guard let fault = DrillFault(words[1], seconds: words[2]) else { return nil }
      self = .drill(fault)
    case (_, 1): self = .close(socket: words[0])
    default: return nil
    }
  }

  /// For how many seconds the kernel is to keep an address, which counts in whole ones. Nil: the time is
  /// over, which says that the word is older than something that happened since: this process may have
  /// been stopped before it read it.
  static func life(until end: BootTime, at now: BootTime) -> UInt32? {
    let left = end.nanoseconds - now.nanoseconds
    guard left > 0 else { return nil }
    return UInt32(clamping: (left + 999_999_999) / 1_000_000_000)
  }
}
