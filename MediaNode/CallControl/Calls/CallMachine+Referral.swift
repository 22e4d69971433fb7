import NodeContract
import SIP

/// NOTIFY of a REFER's progress (RFC 3515 section 2.4.5).
extension CallMachine {
  /// Tells whoever sent the REFER how far it is; what comes while a NOTIFY is under way waits.
  mutating func tell(_ status: Int) -> [CallAction] {
    guard let referral, UInt16(clamping: status) != referral.told, referral.told < 200 else {
      return []
    }
    guard !referral.isNotifying else {
      self.referral?.next = UInt16(clamping: status)
      return []
    }
    return notify(UInt16(clamping: status))
  }

  private mutating func notify(_ status: UInt16) -> [CallAction] {
    guard let current = referral, var dialog = self[current.leg].dialog else { return [] }
    let line = "SIP/2.0 \(status) \(StatusCode.reason(for: Int(status)))\r\n"
    var request = dialog.request(
      .notify, body: .other(contentType: "message/sipfrag;version=2.0", bytes: Array(line.utf8)))
    request.headers["Event"] = "refer;id=\(current.id)"
    request.headers["Subscription-State"] =
      status < 200 ? "active;expires=180" : "terminated;reason=noresource"
    self[current.leg].dialog = dialog
    referral?.told = status
    referral?.next = nil
    referral?.isNotifying = true
    return [send(request, on: current.leg, for: .notice)]
  }

  /// The answer to a NOTIFY will not come: what it said is said once more.
  mutating func noticeAgain(_ leg: LegID) -> [CallAction] {
    guard let current = referral, current.leg == leg else { return [] }
    return notify(current.next ?? current.told)
  }

  /// The party's answer to a NOTIFY; nil: silence. Who does not want to know is not told further.
  mutating func noticed(_ status: Int?, by leg: LegID, at now: Moment) -> [CallAction] {
    guard status.map({ $0 >= 200 }) ?? true, let current = referral, current.leg == leg,
      current.isNotifying
    else { return [] }
    referral?.isNotifying = false
    let isGone = !(200..<300).contains(status ?? StatusCode.requestTimeout)
    if !isGone, let next = current.next { return notify(next) }
    guard isGone || current.told >= 200 else { return [] }
    referral = nil
    guard current.hangsUp else { return [] }
    // Where it was the only one, nothing is left of the call.
    return hangUp(leg) + (isAttended && leg == caller.id ? end(.answered, at: now) : [])
  }
}
