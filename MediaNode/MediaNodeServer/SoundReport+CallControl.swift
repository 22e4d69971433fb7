import CallControl
import Digits
import MediaPlane
import NodeContract

/// What is heard in decoded sessions, as call control hears of it.
extension Exchange {
  mutating func heard(_ report: SoundReport, at now: Moment) -> [ExchangeAction] {
    let relay = RelayID(number: report.session)
    let isCaller = report.side == .a
    switch report.event {
    case .pressed(let key):
      return keyPressed(key.digit, on: isCaller ? .caller : .callee, of: relay, at: now)
    case .inform(let key):
      return keyHeard(key, for: isCaller ? .caller : .callee, of: relay, at: now)
    case .played(let number):
      return played(number, to: isCaller ? .caller : .callee, of: relay, at: now)
    }
  }
}
