import CallFlows
import NodeContract
import SIP

/// What is left of an extension's rules while it rings: they were asked as the call came, and what
/// they say then holds for the call.
struct PendingRules: Hashable, Sendable {
  let party: LegParty
  /// The tenant's.
  let domain: String
  let busy: AnsweringRule.Action?
  let noAnswer: AnsweringRule.Action?
  let offline: AnsweringRule.Action?
  /// Until nobody is thought to answer; nil: the tenant's.
  let patience: Duration?
  /// Where its caller may leave a message.
  let mailbox: MailboxOffer?
  /// What is done when its user was looked for and not found.
  var afterwards: AnsweringRule.Action?
}

extension PendingRules {
  /// Nil: nothing that comes of the call is anything to them.
  init?(
    _ plan: AnsweringPlan, of party: LegParty, in domain: String, _ mailbox: MailboxOffer? = nil
  ) {
    guard plan.busy != nil || plan.noAnswer != nil || plan.offline != nil else { return nil }
    self.init(
      party: party, domain: domain, busy: plan.busy?.action, noAnswer: plan.noAnswer?.action,
      offline: plan.offline?.action, patience: plan.patience, mailbox: mailbox)
    if follows { afterwards = plan.afterwards?.action }
  }

  /// What is left while the user is looked for: nil where nothing comes after it.
  static func following(
    _ plan: AnsweringPlan, of party: LegParty, in domain: String, _ mailbox: MailboxOffer?
  ) -> PendingRules? {
    plan.afterwards.map { PendingRules(after: $0.action, of: party, in: domain, mailbox) }
  }

  private init(
    after action: AnsweringRule.Action, of party: LegParty, in domain: String,
    _ mailbox: MailboxOffer?
  ) {
    self.init(
      party: party, domain: domain, busy: action, noAnswer: action, offline: action, patience: nil,
      mailbox: mailbox)
  }

  /// Its user may yet be looked for.
  var follows: Bool { [busy, noAnswer, offline].contains(.followMe) }

  /// What is left once it is.
  fileprivate var whileFollowing: PendingRules? {
    afterwards.map { PendingRules(after: $0, of: party, in: domain, mailbox) }
  }

  /// What is done after that. Whoever declines a call has no time for it, as when talking.
  fileprivate func action(after failure: CallOutcome) -> AnsweringRule.Action? {
    switch failure {
    case .busy: busy
    case .noAnswer: noAnswer
    case .offline: offline
    case .rejected: if case .voicemail? = busy { busy } else { nil }
    default: nil
    }
  }

  /// Where the call goes on to after that.
  fileprivate func redirection(after failure: CallOutcome, of leg: LegID) -> Redirection? {
    let reason: Forwarding.Reason =
      switch failure {
      case .busy: .busy
      case .noAnswer: .noAnswer
      case .offline: .unavailable
      default: .unknown
      }
    switch action(after: failure) {
    case .forward(let target):
      return Redirection(
        leg: leg, targets: [SIPURI(user: target, host: domain)], reason: reason, by: party,
        failure: failure)
    case .followMe:
      return Redirection(
        leg: leg, targets: [], follows: true, reason: reason, by: party, failure: failure)
    case .ring, .busy, .decline, .voicemail, nil: return nil
    }
  }
}

extension CallMachine {
  /// Nobody took the call, for the most telling of these reasons; nil: no rule sends it on.
  mutating func sentOn(after failure: CallOutcome, at now: Moment) -> [CallAction]? {
    guard case .ringing = state, let rules = answering else { return nil }
    if case .voicemail(let greeting)? = rules.action(after: failure) {
      return rules.mailbox.flatMap { take(by: .mailbox($0.greeting(with: greeting)), at: now) }
    }
    guard redirections < limits.redirectionsPerCall,
      let leg = callees.last(where: { $0.party == rules.party }) ?? callees.last,
      let redirection = rules.redirection(after: failure, of: leg.id)
    else { return nil }
    answering = redirection.follows ? rules.whileFollowing : nil
    redirections += 1
    return [.redirect(redirection)]
  }

  /// Whoever still rings rings no more: the time is over, or somebody spoke for all.
  mutating func ringingEnds(_ failure: CallOutcome, at now: Moment) -> [CallAction] {
    let goesOn = flowGoesOn() ?? sentOn(after: failure, at: now) ?? comesBack(at: now)
    // A caller that was answered hears the end of its call, and whoever rings that nobody waits.
    guard goesOn != nil || isReceived else { return end(failure, at: now) }
    let ringing = callees.filter(\.isOpen).map(\.id)
    failures += ringing.map { _ in .noAnswer }
    further = nil
    return ringing.flatMap { giveUp($0, .noAnswer, reason: Reason.cause(of: .noAnswer)) }
      + (goesOn ?? end(.answered, at: now))
  }
}
