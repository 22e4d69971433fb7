import NodeContract
import SIP

/// A carrier wants a password for a request of ours: the same again, with one more CSeq
/// (RFC 3261 section 22.2).
extension CallMachine {
  /// Whether a challenged request is still wanted: of a leg that is over only the BYE is, which
  /// nothing may overtake.
  func isWorthProving(_ request: OpenRequest) -> Bool {
    switch request.purpose {
    case .bye: true
    case .abandoned: false
    case .invite, .renegotiation, .joining, .attending, .notice, .refresh, .progress, .informing,
      .moving, .relayed:
      self[request.leg].isOpen
    }
  }

  /// - Parameter request: as it went out under `branch`; the exchange puts the credentials on.
  /// - Returns: nil when the call has nothing open under this branch any more.
  mutating func repeated(_ request: SIPRequest, under branch: String) -> [CallAction]? {
    guard let known = open[branch] else { return nil }
    open[branch] = nil
    var again = request
    again.headers.vias = []
    let next = self[known.leg].nextBranch()
    if known.purpose == .invite {
      again.headers.cseq.number &+= 1
      self[known.leg].invite.headers.cseq = again.headers.cseq
      self[known.leg].invitedUnder = self[known.leg].branches
    } else if let sequence = self[known.leg].skipSequence(to: again.headers.to.tag) {
      again.headers.cseq.number = sequence
    }
    open[next] = known
    if let renegotiation, renegotiation.branch == branch {
      self.renegotiation = renegotiation.under(next)
    }
    return [.request(again, over: self[known.leg].path(of: again), branch: next)]
  }
}

extension Leg {
  /// The next CSeq in the dialog with this tag of the party's, which may be an early one.
  fileprivate mutating func skipSequence(to tag: String?) -> UInt32? {
    guard dialog == nil else { return dialog?.skipSequence() }
    guard let index = early.firstIndex(where: { $0.dialog.id.remoteTag == tag }) else { return nil }
    return early[index].dialog.skipSequence()
  }
}

extension Renegotiation {
  /// The same with our request under another branch.
  fileprivate func under(_ branch: String) -> Renegotiation {
    Renegotiation(
      requester: requester, asked: asked, token: token, request: request,
      isOfferless: isOfferless, branch: branch, before: before, isAnswered: isAnswered,
      owedSequence: owedSequence)
  }
}
