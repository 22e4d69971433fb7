import Announcements
import Digits
import NodeContract
import SIP

/// A party switches what becomes of its calls: it is asked where they are to go, if it did not say so, and
/// hears how it stands.
extension CallMachine {
  /// Begins. The caller's offer is taken.
  ///
  /// - Parameter question: asks for the number; nil: nothing is missing.
  mutating func begin(switching wish: SwitchWish, asking question: Programme?, at now: Moment)
    -> [CallAction]
  {
    guard let terms = caller.session.terms else { return end(.incompatibleMedia, at: now) }
    planTransports()
    attendance = Attendance(purpose: .switching(wish))
    let answered = answerCaller(with: caller.session.describe(terms.attended), at: now)
    // The relay must decode before it can play, also what the exchange has it say.
    let next = question.map { say($0, at: now) } ?? reviewPassage() + [.switchAnswering(wish)]
    return [.openRelay(plan)] + answered + next
  }

  /// Begins: the caller is answered, hears something, and that is all. Its offer is taken.
  mutating func begin(telling programme: Programme, at now: Moment) -> [CallAction] {
    guard let terms = caller.session.terms else { return end(.incompatibleMedia, at: now) }
    planTransports()
    attendance = Attendance(purpose: .telling)
    let answered = answerCaller(with: caller.session.describe(terms.attended), at: now)
    return [.openRelay(plan)] + answered + say(programme, at: now)
  }

  /// The number was asked for; nothing changes where there is none.
  mutating func entered(_ outcome: Programme.Outcome, for wish: SwitchWish, at now: Moment)
    -> [CallAction]
  {
    guard case .entered(let keys) = outcome else { return end(.answered, at: now) }
    var wish = wish
    wish.target = String(keys.map(\.character))
    return [.switchAnswering(wish)]
  }

  /// How it stands now, or that nothing was switched.
  mutating func tell(_ programme: Programme, at now: Moment) -> [CallAction] {
    guard case .attended = state else { return [] }
    attendance?.purpose = .telling
    return say(programme, at: now)
  }
}
