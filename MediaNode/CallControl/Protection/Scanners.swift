/// Programs that look for open doors. They announce themselves, and an answer of any kind only
/// tells them that somebody lives here.
enum Scanners {
  private static let names: [[UInt8]] = [
    "friendly-scanner", "friendly-request", "sipvicious", "sip-scan", "sipscan", "sundayddr",
    "siparmyknife", "sipcli", "pplsip", "sivus", "warvox",
  ].map { Array($0.utf8) }

  /// Asked for every request of a stranger, so bytes are compared: searching strings costs more
  /// than all the rest of the judgement.
  static func wrote(_ userAgent: String) -> Bool {
    var text: [UInt8] = []
    text.reserveCapacity(64)
    for byte in userAgent.utf8.prefix(64) {
      let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
      text.append(isUpper ? byte | 0x20 : byte)
    }
    return names.contains { contains($0, in: text) }
  }

  private static func contains(_ name: [UInt8], in text: [UInt8]) -> Bool {
    guard text.count >= name.count else { return false }
    for start in 0...(text.count - name.count) where text[start] == name[0] {
      if text[start...].starts(with: name) { return true }
    }
    return false
  }
}
