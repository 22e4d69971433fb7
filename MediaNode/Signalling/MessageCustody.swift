public import NodeContract
public import SIP

/// Notes what the loop has in hand, for a process that may follow, and knows what earlier ones died of.
/// Called on the signalling loop.
public protocol MessageCustody: Sendable {
  /// The loop is about to look at a message. False: it is not to, because processes died of it; then it
  /// is not in hand.
  func take(_ bytes: UnsafeRawBufferPointer, over flow: Flow, at now: Moment) -> Bool
  /// What is in hand is this message. False: it is not to be handled.
  func understand(_ message: SIPMessage, over flow: Flow, at now: Moment) -> Bool
  /// What was in hand did no harm.
  func layDown()
}

/// Where nothing outlives the process.
public struct NoCustody: MessageCustody {
  public init() {}
  public func take(_ bytes: UnsafeRawBufferPointer, over flow: Flow, at now: Moment) -> Bool {
    true
  }
  public func understand(_ message: SIPMessage, over flow: Flow, at now: Moment) -> Bool { true }
  public func layDown() {}
}
