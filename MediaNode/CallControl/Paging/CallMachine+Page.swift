import Announcements
import NodeContract
import SIP

/// Calls of paging groups: whoever speaks sits in a room with those who hear it. Each member has a call of its
/// own, an ``Errand``, so that none waits for another.
extension CallMachine {
  /// The call of whoever speaks in the page that this one is of; nil: it is of none.
  var page: CallID? { isPaging ? id : errand?.share?.page }

  /// Its caller speaks to members, or is to.
  var isPaging: Bool { if case .page? = attendance?.purpose { true } else { false } }

  // MARK: - Who speaks

  /// Begins: the caller hears ringing until somebody hears it. Its offer is taken.
  mutating func begin(_ page: Page, in room: RoomID, at now: Moment) -> [CallAction] {
    guard let terms = caller.session.terms else { return end(.incompatibleMedia, at: now) }
    planTransports()
    _ = caller.session.describe(terms.attended)
    attendance = Attendance(purpose: .page(page))
    stay = RoomStay(room: room, number: nil)
    progress = StatusCode.ringing
    return [
      .respond(caller.invite.response(StatusCode.trying), to: callerToken), .openRelay(plan),
    ] + rung(caller.id) + tellCaller(StatusCode.ringing, .none, at: now)
  }

  /// A member hears it. Of the first the caller is told, by a tone: now it may speak.
  mutating func pageIsHeard(at now: Moment) -> [CallAction] {
    guard case .attended = state, case .page(var page)? = attendance?.purpose, !page.isHeard,
      let described = caller.session.described
    else { return [] }
    page.isHeard = true
    attendance?.purpose = .page(page)
    state = .attended(until: now.boot.advanced(by: page.longest))
    caller.progress = nil
    return answerCaller(with: described, at: now) + say(.tone, at: now)
  }

  /// A member's telephones did not take it.
  mutating func pageIsMissed(_ outcome: CallOutcome) -> [CallAction] {
    failures.append(outcome)
    return []
  }

  /// Nobody hears it (any more). A caller whom nobody heard at all is told so.
  /// - Parameter notice: what it hears then; nil: its phone alone is told.
  mutating func nobodyListens(_ notice: Notice?, at now: Moment) -> [CallAction] {
    guard case .attended = state, case .page(let page)? = attendance?.purpose else { return [] }
    let outcome = page.isHeard ? .answered : Self.best(of: failures)
    guard !page.isHeard, let notice, let described = caller.session.described else {
      return end(outcome, at: now)
    }
    attendance?.purpose = .refusal(outcome)
    stay = nil
    state = .attended(until: now.boot.advanced(by: limits.announcement))
    progress = StatusCode.sessionProgress
    let announcement = Announcement(page.language.notice(notice), in: page.language)
    return tellCaller(StatusCode.sessionProgress, .session(described), at: now)
      + say(Programme(announcement: announcement), at: now)
  }

  // MARK: - Who hears it

  /// The member's telephone answered by itself: it sits in the room.
  mutating func hearsPage(in room: RoomID, at now: Moment) -> [CallAction] {
    guard let share = errand?.share else { return [] }
    errand?.stage = .reached
    let role: RoomSeat.Role = share.talksBack ? .talker : .listener
    return enter(RoomStay(room: room, number: nil, role: role), saying: nil, at: now)
  }
}
