/// The dialog whose place a new one takes (RFC 3891 section 6.1).
public struct Replaces: Hashable, Sendable {
  public let callID: String
  /// The tag of whoever is asked to replace it.
  public let toTag: String
  public let fromTag: String
  /// Only while it is not answered (section 6.1).
  public let isEarlyOnly: Bool

  public init(callID: String, toTag: String, fromTag: String, isEarlyOnly: Bool = false) {
    self.callID = callID
    self.toTag = toTag
    self.fromTag = fromTag
    self.isEarlyOnly = isEarlyOnly
  }

  /// Nil when malformed: both tags must be there, once each.
  public init?(_ value: String) {
    let parts = value.split(separator: ";", omittingEmptySubsequences: false).map { part in
      String(part.filter { $0 != " " && $0 != "\t" })
    }
    let toTags = parts.dropFirst().compactMap { $0.value(of: "to-tag") }
    let fromTags = parts.dropFirst().compactMap { $0.value(of: "from-tag") }
    guard let callID = parts.first, !callID.isEmpty, toTags.count == 1, fromTags.count == 1,
      !toTags[0].isEmpty
    else { return nil }
    self.init(
      callID: callID, toTag: toTags[0], fromTag: fromTags[0],
      isEarlyOnly: parts.dropFirst().contains { $0.lowercased() == "early-only" })
  }
}

extension String {
  fileprivate func value(of name: String) -> String? {
    let parts = split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    return parts.count == 2 && parts[0].lowercased() == name ? String(parts[1]) : nil
  }
}
