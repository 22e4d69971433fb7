/// How many messages wait in a mailbox (RFC 3842 section 5).
public struct WaitingMessages: Hashable, Sendable {
  /// Not heard yet.
  public var new: Int
  public var old: Int

  public init(new: Int = 0, old: Int = 0) {
    self.new = new
    self.old = old
  }

  /// - Parameter account: whose mailbox it is, as a URI.
  func summary(of account: String) -> String {
    let isWaiting = new > 0 ? "yes" : "no"
    return """
      Messages-Waiting: \(isWaiting)\r
      Message-Account: \(account)\r
      Voice-Message: \(max(0, new))/\(max(0, old)) (0/0)\r

      """
  }
}
