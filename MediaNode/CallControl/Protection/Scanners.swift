/// Programs that look for open doors. They announce themselves, and an answer of any kind only
/// tells them that somebody lives here.
enum Scanners {
  private static let names = [
    "friendly-scanner", "friendly-request", "sipvicious", "sip-scan", "sipscan", "sundayddr",
    "siparmyknife", "sipcli", "pplsip", "sivus", "warvox",
  ]

  static func wrote(_ userAgent: String) -> Bool {
    guard !userAgent.isEmpty else { return false }
    let name = userAgent.prefix(64).lowercased()
    return names.contains { name.contains($0) }
  }
}
