import Announcements
import Digits
import NodeContract
import SIP

/// Callers who ask to be called back: see ``CallbackOffer``. The calls that are made for them are errands: see
/// ``Errand``.
extension CallMachine {
  /// The caller stands there, and may be told.
  mutating func offerCallback(at position: Int, at now: Moment) -> [CallAction] {
    talkOfCallback(at: now) { $0.offer(at: position, in: $1) } ?? []
  }

  /// Nil: the key means something else, or nothing.
  mutating func askedForCallback(by digit: Digit, on side: RelaySide, at now: Moment)
    -> [CallAction]?
  {
    guard case .attended = state, side == caller.side, waitingCaller != nil else { return nil }
    return talkOfCallback(at: now) { offer, _ in offer.pressed(digit) }
  }

  mutating func callbackFound(_ number: CallbackOffer.Number, isOwn: Bool, at now: Moment)
    -> [CallAction]
  {
    talkOfCallback(at: now) { $0.found(number, isOwn: isOwn, in: $1) } ?? []
  }

  mutating func callbackKept(_ isKept: Bool, at now: Moment) -> [CallAction] {
    talkOfCallback(at: now) { $0.kept(isKept, in: $1) } ?? []
  }

  mutating func callbackHeard(_ outcome: Programme.Outcome, at now: Moment) -> [CallAction]? {
    if queued?.callback?.stage == .kept { return end(.answered, at: now) }
    return talkOfCallback(at: now) { $0.heard(outcome, in: $1) }
  }

  private mutating func talkOfCallback(
    at now: Moment, _ event: (inout CallbackOffer, SpokenLanguage) -> [CallbackOffer.Step]?
  ) -> [CallAction]? {
    guard case .attended = state, let caller = waitingCaller, var offer = caller.callback,
      let steps = event(&offer, caller.host.language)
    else { return nil }
    queued?.callback = offer
    return steps.flatMap { step -> [CallAction] in
      switch step {
      case .say(let programme): say(programme, at: now)
      case .find(let number): [.findCallback(number)]
      case .keep(let number): [.keepPlace(number)]
      case .waitOn: silence()
      }
    }
  }
}
