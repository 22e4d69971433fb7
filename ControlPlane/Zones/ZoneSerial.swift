/// A zone's number, of which a later one is greater as RFC 1982 compares them: the seconds since 1970, or more
/// where it changed more than once in a second or the clock went back.
public enum ZoneSerial {
  /// - Parameter last: nil: the zone is new here.
  public static func next(after last: UInt32?, atSecond second: Int64) -> UInt32 {
    let now = UInt32(truncatingIfNeeded: second)
    guard let last else { return now }
    return isLater(now, than: last) ? now : last &+ 1
  }

  static func isLater(_ serial: UInt32, than other: UInt32) -> Bool {
    Int32(bitPattern: serial &- other) > 0
  }

  /// That of a zone's file; nil: it is none of ours.
  public static func written(in text: String) -> UInt32? {
    for line in text.split(separator: "\n").prefix(5) {
      let words = line.split(separator: " ")
      guard words.count == 11, words[0] == "@", words[3] == "SOA" else { continue }
      return UInt32(words[6])
    }
    return nil
  }
}
