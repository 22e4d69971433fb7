import NodeContract
import SIP

/// How long the session with one party lasts without a sign of its life (RFC 4028).
struct SessionTimer: Hashable, Sendable {
  enum Refresher: UInt8, Hashable, Sendable, CaseIterable {
    case us, party
  }

  let seconds: UInt32
  let refresher: Refresher
  /// The party knows of it. One that knows no session timers is asked all the same whether it is
  /// still there, and any answer of its is one.
  let isAgreed: Bool
  /// When we refresh; nil where the party does, or while our request is open.
  var refreshAt: BootInstant?
  /// When the call is given up.
  let endsAt: BootInstant

  init(
    seconds: UInt32, refresher: Refresher, isAgreed: Bool, refreshAt: BootInstant?,
    endsAt: BootInstant
  ) {
    self.seconds = seconds
    self.refresher = refresher
    self.isAgreed = isAgreed
    self.refreshAt = refreshAt
    self.endsAt = endsAt
  }

  /// Begins now: half of the interval until our refresh, and the end a third of it, 32 s at most,
  /// before it is over, so that both sides do not part at different times (section 10).
  init(seconds: UInt32, refresher: Refresher, isAgreed: Bool, at now: BootInstant) {
    let margin = min(32, seconds / 3)
    self.init(
      seconds: seconds, refresher: refresher, isAgreed: isAgreed,
      refreshAt: refresher == .us ? now.advanced(by: .seconds(seconds / 2)) : nil,
      endsAt: now.advanced(by: .seconds(seconds - margin)))
  }

  /// The same from now on.
  func renewed(at now: BootInstant) -> SessionTimer {
    SessionTimer(seconds: seconds, refresher: refresher, isAgreed: isAgreed, at: now)
  }

  var nextDeadline: BootInstant { min(refreshAt ?? endsAt, endsAt) }
}

extension ExchangeLimits {
  /// An interval that we can live with.
  func session(seconds wish: UInt32?) -> UInt32 {
    let seconds = UInt32(clamping: sessionInterval.components.seconds)
    return max(min(wish ?? seconds, seconds), shortestSessionSeconds)
  }

  var shortestSessionSeconds: UInt32 { UInt32(clamping: shortestSession.components.seconds) }

  /// An interval that the party insists on, within bounds.
  func session(atLeast seconds: UInt32) -> UInt32 {
    let longest = UInt32(clamping: longestSession.components.seconds)
    return max(min(seconds, longest), shortestSessionSeconds)
  }
}

extension Leg {
  /// Our 2xx to this INVITE or UPDATE of the party begins the interval anew, and says which it is
  /// (section 9).
  mutating func time(
    answering request: SIPRequest, with response: inout SIPResponse, _ limits: ExchangeLimits,
    at now: BootInstant
  ) {
    let asked = request.headers.sessionExpires
    let knows = request.headers.lists("timer", in: "Supported")
    let seconds = max(
      limits.session(seconds: asked?.seconds),
      limits.session(atLeast: request.headers.shortestSession ?? 0))
    let refresher: SessionTimer.Refresher = knows && asked?.refresher == .uac ? .party : .us
    timer = SessionTimer(seconds: seconds, refresher: refresher, isAgreed: knows, at: now)
    guard knows else { return }
    response.headers["Session-Expires"] =
      SessionExpires(seconds: seconds, refresher: refresher == .party ? .uac : .uas).description
    if refresher == .party { response.headers["Require"] = "timer" }
    response.headers["Supported"] = Capabilities.supported
  }

  /// The party's 2xx to our INVITE or UPDATE begins the interval anew (section 7.2). One that says
  /// nothing of it leaves it to us.
  mutating func time(
    acceptedBy response: SIPResponse, _ limits: ExchangeLimits, at now: BootInstant
  ) {
    guard let agreed = response.headers.sessionExpires else {
      let seconds = timer?.seconds ?? limits.session(seconds: nil)
      timer = SessionTimer(seconds: seconds, refresher: .us, isAgreed: false, at: now)
      return
    }
    let seconds = limits.session(atLeast: agreed.seconds)
    timer = SessionTimer(
      seconds: seconds, refresher: agreed.refresher == .uas ? .party : .us, isAgreed: true,
      at: now)
  }

  /// The party's 2xx made this dialog.
  mutating func begin(
    _ dialog: Dialog, as response: SIPResponse, _ limits: ExchangeLimits, at now: BootInstant
  ) {
    self.dialog = dialog
    early = []
    takesUpdate = response.headers.lists("update", in: "Allow")
    time(acceptedBy: response, limits, at: now)
  }

  /// What a re-INVITE or UPDATE of ours says of the interval: the roles stay (section 7.4).
  var sessionFields: [HeaderField] {
    guard let timer else { return [] }
    let agreed = SessionExpires(
      seconds: timer.seconds, refresher: timer.refresher == .us ? .uac : .uas)
    return [HeaderField("Session-Expires", agreed.description)]
  }
}
