import NodeContract
import SIP

/// What time does to a call.
extension CallMachine {
  /// When `deadlinePassed` has something to do.
  var nextDeadline: BootInstant {
    var next = stateDeadline
    func heed(_ deadline: BootInstant?) { if let deadline { next = min(next, deadline) } }
    heed(nextAnswerDeadline)
    heed(nextWayDeadline)
    heed(transfer?.nextDeadline)
    heed(sessionDeadline)
    heed(progressDeadline)
    heed(furtherDeadline)
    heed(programmeDeadline)
    heed(attendance?.offersAt)
    heed(parkingDeadline)
    heed(queueDeadline)
    heed(moveDeadline)
    heed(confirmationDeadline)
    heed(noticeDeadline)
    heed(ownTimeDeadline)
    return next
  }

  /// The first of what legs wait for. Asked at each turn, so that no leg is copied for it.
  func earliest(_ deadline: (Leg) -> BootInstant?) -> BootInstant? {
    var earliest = deadline(caller)
    for index in callees.indices {
      guard let next = deadline(callees[index]) else { continue }
      earliest = min(earliest ?? next, next)
    }
    return earliest
  }

  /// When a party that says nothing is tried another way.
  private var nextWayDeadline: BootInstant? {
    earliest { leg in leg.nextWayAt.flatMap { asks(leg.id) ? $0 : nil } }
  }

  /// When a 2xx is to be sent again.
  var nextAnswerDeadline: BootInstant? {
    earliest { $0.answer?.retransmission.nextDeadline }
  }

  private var stateDeadline: BootInstant {
    switch state {
    case .ringing(let until), .settling(_, _, let until), .holdingBack(_, let until),
      .talking(_, let until), .attended(let until), .ending(let until):
      until
    }
  }

  mutating func deadlinePassed(at now: Moment) -> [CallAction] {
    var actions = legs.map(\.id).flatMap { repeatAnswer(of: $0, at: now) }
    actions += callees.map(\.id).flatMap { leaveSilentWay(of: $0, at: now) }
    actions += transferDeadlinePassed(at: now)
    actions += sessionDeadlinePassed(at: now) + progressDeadlinePassed(at: now)
    actions += furtherDeadlinePassed(at: now) + programmeDeadlinePassed(at: now)
    actions += attendanceDeadlinePassed(at: now) + parkingDeadlinePassed(at: now)
    actions += queueDeadlinePassed(at: now) + moveDeadlinePassed(at: now)
    actions += confirmationDeadlinePassed(at: now) + noticeDeadlinePassed(at: now)
    actions += ownTimePassed(at: now)
    guard now.boot >= stateDeadline else { return actions }
    switch state {
    case .ringing: actions += ringingEnds(.noAnswer, at: now)
    case .settling, .holdingBack: actions += end(.internalError, at: now)
    case .talking: actions += end(.answered, at: now)
    case .attended: actions += attendanceIsOver(at: now)
    case .ending: break
    }
    return actions
  }

  private mutating func repeatAnswer(of leg: LegID, at now: Moment) -> [CallAction] {
    guard var answer = self[leg].answer else { return [] }
    let step = answer.retransmission.advance(to: now.boot)
    self[leg].answer = answer
    switch step {
    case .wait: return []
    case .again: return [.respond(answer.response, to: answer.token)]
    case .giveUp: return unacknowledged(answer, on: leg, at: now)
    }
  }

  /// No ACK in 64·T1: the dialog is confirmed all the same, and ended by BYE
  /// (RFC 3261 section 13.3.1.4).
  private mutating func unacknowledged(
    _ answer: PendingAnswer, on leg: LegID, at now: Moment
  ) -> [CallAction] {
    self[leg].answer = nil
    let forgotten = CallAction.forget(answer.token)
    if self[leg].owesBye {
      self[leg].owesBye = false
      return [forgotten] + hangUp(leg)
    }
    return [forgotten] + end(.answered, at: now)
  }
}
