import NodeContract
import SIP

/// What a party is in: what carries its messages, and what time it is there.
protocol Surroundings: AnyObject {
  var now: Moment { get }
  func send(_ message: SIPMessage, from party: Party, to local: IPEndpoint)
  func after(_ delay: Duration, _ act: @escaping () -> Void)
}
