/// How long a session lasts unless it is refreshed, and who refreshes it: the value of
/// Session-Expires (RFC 4028 section 4), as `1800;refresher=uac`.
public struct SessionExpires: Hashable, Sendable, CustomStringConvertible {
  /// By role in the transaction that says so.
  public enum Refresher: String, Hashable, Sendable {
    case uac, uas
  }

  public var seconds: UInt32
  /// Nil: whoever answers decides.
  public var refresher: Refresher?

  public init(seconds: UInt32, refresher: Refresher? = nil) {
    self.seconds = seconds
    self.refresher = refresher
  }

  /// Nil for what does not begin with a number of seconds. More than fit are as many as fit.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: ";").map { String($0.filter { $0 != " " && $0 != "\t" }) }
    guard let digits = parts.first, let seconds = UInt32(seconds: digits) else { return nil }
    self.seconds = seconds
    refresher =
      parts.dropFirst().lazy.compactMap { parameter in
        let pair = parameter.lowercased().split(separator: "=", maxSplits: 1)
        return pair.count == 2 && pair[0] == "refresher"
          ? Refresher(rawValue: String(pair[1])) : nil
      }.first
  }

  public var description: String {
    refresher.map { "\(seconds);refresher=\($0.rawValue)" } ?? "\(seconds)"
  }
}

extension UInt32 {
  /// delta-seconds (RFC 3261 section 25.1): digits alone, as many as there may be.
  fileprivate init?(seconds text: String) {
    guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
    self = UInt32(text) ?? .max
  }
}

extension SIPHeaders {
  /// Session-Expires; nil where it is missing or makes no sense.
  public var sessionExpires: SessionExpires? {
    self["Session-Expires"].flatMap { SessionExpires($0) }
  }

  /// Min-SE in seconds: the shortest interval that somebody on the way bears (RFC 4028 section 5).
  public var shortestSession: UInt32? {
    self["Min-SE"].flatMap { SessionExpires($0)?.seconds }
  }
}
