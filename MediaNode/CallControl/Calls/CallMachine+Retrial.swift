import NodeContract
import SIP

/// A way to a party: one of a device's flows (RFC 5626 section 6), or one of a carrier's peers.
struct CallWay: Hashable, Sendable {
  /// Ours, that the way begins at.
  let address: AddressName
  let epoch: Epoch
  let contact: NameAddress
  let flow: Flow
  let uri: SIPURI
  let routes: [NameAddress]
}

/// Where an INVITE went that may still be answered.
struct AbandonedWay: Hashable, Sendable {
  let branch: String
  let flow: Flow
}

/// A party that cannot be reached one way is tried the next: as the same leg, with the same dialog
/// identifiers and a CSeq of its own, so that a device which heard both takes them for one call.
extension CallMachine {
  /// The INVITE of this leg failed with `status`; nil when that is the party's own answer, or there
  /// is no other way.
  mutating func triedNextWay(of leg: LegID, after status: Int, at now: Moment) -> [CallAction]? {
    guard Self.meansUnreachable(status), self[leg].isOpen, asks(leg) else { return nil }
    return askNextWay(leg, at: now)
  }

  /// 430 is the flow's, the others say that nobody was there (RFC 3263 section 4.3).
  private static func meansUnreachable(_ status: Int) -> Bool {
    [
      StatusCode.requestTimeout, StatusCode.flowFailed, StatusCode.serviceUnavailable,
      StatusCode.serverTimeout,
    ].contains(status)
  }

  /// Nothing at all came back over some way: the next is tried, and the INVITE that is still on its
  /// way is called off.
  mutating func leaveSilentWay(of leg: LegID, at now: Moment) -> [CallAction] {
    guard let patience = self[leg].nextWayAt, patience <= now.boot else { return [] }
    self[leg].nextWayAt = nil
    let branch = self[leg].inviteBranch
    let abandoned = AbandonedWay(branch: branch, flow: self[leg].flow)
    guard self[leg].isOpen, asks(leg), let next = askNextWay(leg, at: now) else {
      return []
    }
    open[branch] = OpenRequest(leg: leg, purpose: .abandoned)
    self[leg].abandonedWays.append(abandoned)
    return [.cancel(branch: branch, reason: Reason.triedElsewhere)] + next
  }

  mutating func askNextWay(_ leg: LegID, at now: Moment) -> [CallAction]? {
    guard !self[leg].alternatives.isEmpty else { return nil }
    let way = self[leg].alternatives.removeFirst()
    self[leg].take(way)
    self[leg].nextWayAt =
      self[leg].alternatives.isEmpty ? nil : now.boot.advanced(by: limits.flowPatience)
    return [invite(leg)]
  }

  private mutating func invite(_ leg: LegID) -> CallAction {
    var invite = self[leg].invite
    if let terms = self[leg].session.describedTerms {
      invite.body = .session(self[leg].session.describe(terms))
      invite.headers["Supported"] = Capabilities.supportedOfInvite
    }
    open[self[leg].inviteBranch] = OpenRequest(leg: leg, purpose: .invite)
    return .request(invite, over: self[leg].flow, branch: self[leg].inviteBranch)
  }

  // MARK: - A longer session

  /// Whether the party wants the session to last longer than we asked, which we ask once
  /// (RFC 4028 section 7.3).
  func asksAgain(_ leg: LegID, after response: SIPResponse) -> Bool {
    guard let shortest = response.headers.shortestSession, self[leg].isOpen, asks(leg) else {
      return false
    }
    return self[leg].invite.headers.shortestSession == nil
      && limits.session(atLeast: shortest) == shortest
  }

  mutating func askAgain(_ leg: LegID, after response: SIPResponse) -> [CallAction] {
    guard let shortest = response.headers.shortestSession else { return [] }
    self[leg].invite.headers["Session-Expires"] =
      SessionExpires(
        seconds: max(shortest, limits.session(seconds: nil))
      ).description
    self[leg].invite.headers["Min-SE"] = "\(shortest)"
    return [inviteAgain(leg)]
  }

  /// Within the same leg, with the next CSeq.
  mutating func inviteAgain(_ leg: LegID) -> CallAction {
    self[leg].inviteAgain()
    return invite(leg)
  }

  /// A response to an INVITE that was given up for another way.
  mutating func abandonedAnswered(_ response: SIPResponse, of leg: LegID) -> [CallAction] {
    response.isSuccess ? endStray(response, of: leg) : []
  }
}

extension Leg {
  /// Where a dialog is ended that we do not want: over the flow that its INVITE took.
  func path(ofStray request: SIPRequest, after response: SIPResponse) -> Flow {
    let branch = response.headers.vias.first?.branch
    return abandonedWays.first { $0.branch == branch }?.flow ?? path(of: request)
  }

  /// The INVITE goes another way from now on.
  fileprivate mutating func take(_ way: CallWay) {
    address = way.address
    epoch = way.epoch
    contact = way.contact
    flow = way.flow
    invite.uri = way.uri
    invite.headers.routes = way.routes
    invite.headers.contacts = .addresses([way.contact])
    session.transport.goes(confidentially: way.flow.transport == .tls)
    inviteAgain()
  }

  fileprivate mutating func inviteAgain() {
    invite.headers.cseq.number &+= 1
    early = []
    progressTag = nil
    _ = nextBranch()
    invitedUnder = branches
    phase = .inviting
  }
}

extension Reason {
  /// The party is called another way.
  static let triedElsewhere = "SIP;cause=430;text=\"Flow Failed\""
}
