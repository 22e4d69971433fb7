import CallFlows
import NodeContract
import SIP

/// Intercom: a colleague's telephone answers by itself, and is heard at once.
extension Exchange {
  /// Where a call goes that was dialled with the code; nil: it was not. Only the colleague's own devices
  /// are called, whatever its rules say, and only while it could talk: whoever talks or does not want to be
  /// disturbed is not overheard.
  func intercom(_ dialled: String?, from origin: CallOrigin) -> CallDestination? {
    guard let meant = origin.tenant.feature(dialled), meant.feature == .intercom,
      let number = meant.argument
    else { return nil }
    guard let entry = origin.tenant.extensionsByNumber[number], entry.hasOwnDevices,
      origin.party != .extension(entry.id, number: entry.number)
    else { return CallDestination(called: number, kind: .refused(.unknownNumber)) }
    guard !isOccupied(entry, in: origin.tenant),
      !entry.wantsNoCall(called: number, from: origin)
    else { return CallDestination(called: number, kind: .refused(.busy)) }
    let destination = allDevices(of: entry, called: number, from: origin)
    guard case .targets(var targets) = destination.kind else { return destination }
    let headers = Self.answersByItself(at: origin.tenant.snapshot.domain)
    for index in targets.indices { targets[index].headers += headers }
    return CallDestination(
      called: number, shownCaller: destination.shownCaller, kind: .targets(targets))
  }

  /// The standard's word (RFC 5373), which few telephones know, and those that most do.
  static func answersByItself(at domain: String) -> [HeaderField] {
    [
      HeaderField("Answer-Mode", "Auto"),
      HeaderField("Call-Info", "<sip:\(domain)>;answer-after=0"),
      HeaderField("Alert-Info", "<http://\(domain)>;info=alert-autoanswer;delay=0"),
    ]
  }
}
