import Announcements
import NodeContract
import SIP

/// Callers hear the messages of a mailbox: see ``MailboxVisit``.
extension CallMachine {
  /// Begins: the caller is answered at once. Its offer is taken.
  mutating func begin(
    visiting visit: MailboxVisit, _ steps: [MailboxVisit.Step], at now: Moment
  ) -> [CallAction] {
    guard let terms = caller.session.terms else { return end(.incompatibleMedia, at: now) }
    planTransports()
    attendance = Attendance(purpose: .visit(visit))
    let answered = answerCaller(with: caller.session.describe(terms.attended), at: now)
    return [.openRelay(plan)] + answered + follow(steps, at: now)
  }

  mutating func goOn(visiting outcome: Programme.Outcome, at now: Moment) -> [CallAction] {
    visit(at: now) { $0.programmeEnded(outcome, at: now.boot) }
  }

  /// Whose mailbox was meant; nil: nobody's.
  mutating func mailboxFound(_ mailbox: ExtensionID?, copy: SoundID, at now: Moment)
    -> [CallAction]
  {
    visit(at: now) { $0.found(mailbox, copy: copy, at: now.boot) }
  }

  mutating func mailboxAnswered(
    _ outcome: MailboxAnswer.Outcome, to question: UInt32, by clock: ZoneClock, at now: Moment
  ) -> [CallAction] {
    visit(at: now) { $0.answered(outcome, to: question, by: clock, at: now) }
  }

  /// Whom the visitor calls back does not come to the phone. Nil: it calls nobody.
  mutating func calledBackInVain(_ reason: Notice, at now: Moment) -> [CallAction]? {
    guard case .visit? = attendance?.purpose else { return nil }
    return visit(at: now) { $0.calledInVain(reason) }
  }

  /// When whoever was asked has not answered for too long.
  var visitDeadline: BootInstant? {
    guard case .attended = state, case .visit(let visit)? = attendance?.purpose else { return nil }
    return visit.deadline
  }

  mutating func visitDeadlinePassed(at now: Moment) -> [CallAction] {
    visit(at: now) { $0.deadlinePassed(at: now.boot) }
  }

  /// Another process carries the call on.
  mutating func visitGoesOn(at now: Moment) -> [CallAction] {
    visit(at: now) { $0.goesOn(at: now.boot) }
  }

  /// The sound of a message is not where another process finds it: it is fetched anew.
  var hearsFetchedSound: Bool {
    guard case .visit(let visit)? = attendance?.purpose else { return false }
    return visit.stage == .message
  }

  private mutating func visit(
    at now: Moment, _ event: (inout MailboxVisit) -> [MailboxVisit.Step]
  ) -> [CallAction] {
    guard case .attended = state, case .visit(var visit)? = attendance?.purpose else { return [] }
    let steps = event(&visit)
    attendance?.purpose = .visit(visit)
    return follow(steps, at: now)
  }

  private mutating func follow(_ steps: [MailboxVisit.Step], at now: Moment) -> [CallAction] {
    guard case .visit(let visit)? = attendance?.purpose else { return [] }
    return steps.flatMap { step -> [CallAction] in
      switch step {
      case .say(let programme): say(programme, at: now)
      case .find(let number): [.findMailbox(number: number)]
      case .ask(let verb, let number):
        visit.mailbox.map { [.askMailbox($0, verb, number: number)] } ?? []
      case .call(let number): [.dial(number)]
      case .end: end(.answered, at: now)
      }
    }
  }
}
