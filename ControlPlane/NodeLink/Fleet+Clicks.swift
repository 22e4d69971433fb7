public import NodeContract
import Placement

/// An order, by which its answer is known.
struct ClickName: Hashable {
  let call: CallID
  let verb: ClickOrder.Verb
}

struct AwaitedClick {
  /// Who asks twice at once waits twice.
  var waiting: Int
  var answer: ClickAnswer?
}

/// Calls that users have made by this replica.
extension Fleet {
  /// So many are awaited at most; a node answers within milliseconds.
  private static let mostAwaited = 1_000
  private static let interval = Duration.milliseconds(5)

  /// What the node that serves the address makes of the order; nil: none is linked that does, or it does not
  /// answer in time.
  public func carryOut(
    _ order: ClickOrder, at home: AddressName, patience: Duration = .seconds(3)
  ) async -> ClickAnswer? {
    guard let holder = detector.grants[home]?.holding.holder, nodes[holder]?.session != nil,
      awaitedClicks.count < Self.mostAwaited
    else { return nil }
    let name = ClickName(call: order.call, verb: order.verb)
    awaitedClicks[name, default: AwaitedClick(waiting: 0)].waiting += 1
    var order = order
    order.beat = detector.lastBeat(of: holder)
    clicks[holder, default: []].append(order)
    somethingChanged()
    let end = clock.now.advanced(by: patience)
    while awaitedClicks[name]?.answer == nil, clock.now < end, !Task.isCancelled {
      try? await Task.sleep(for: Self.interval)
    }
    let answer = awaitedClicks[name]?.answer
    awaitedClicks[name]?.waiting -= 1
    if awaitedClicks[name]?.waiting == 0 { awaitedClicks[name] = nil }
    return answer
  }

  func note(_ answer: ClickAnswer) {
    awaitedClicks[ClickName(call: answer.call, verb: answer.verb)]?.answer = answer
  }

  /// What the node is to be told, once.
  func takeClicks(for node: NodeName) -> [ClickOrder] { clicks.removeValue(forKey: node) ?? [] }
}
