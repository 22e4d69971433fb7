import Announcements
import Digits
import NodeContract
import SIP

/// The exchange itself is the other party of a call.
struct Attendance: Hashable, Sendable {
  enum Purpose: Hashable, Sendable {
    /// The caller hears why its call goes nowhere, and then so does its phone.
    case refusal(CallOutcome)
    /// It talks with whoever else is in its room.
    case room
    /// The caller leaves a message.
    case message(MessageDeposit)
    /// The caller hears the messages of a mailbox.
    case visit(MailboxVisit)
    /// It is asked what its calls are to be answered by, and then told.
    case switching(SwitchWish)
    /// It hears something, and that is all.
    case telling
    /// It waits under music: see `parking`.
    case parked
    /// It chooses whom it wants, or waits for whom it chose.
    case menu(MenuVisit)
    /// It waits for an agent: see `queued`.
    case queue
    /// It hears something on its way through a flow.
    case announcement(FlowAnnouncement)
    /// The call was made for it, and it waits for whom it is for: see `errand`.
    case errand
    /// It is heard at telephones that answered by themselves.
    case page(Page)
  }

  var purpose: Purpose
  /// What is said.
  var run: ProgrammeRun?
  /// When it is offered a session again, as its own offer was under way before.
  var offersAt: BootInstant?
  /// Its ACK is to answer an offer of ours.
  var awaitsAnswer = false
}

/// Calls that the exchange answers: what the party hears, and what follows from it.
extension CallMachine {
  /// Begins: before its INVITE is refused with `outcome`, the caller hears why. Its offer is taken.
  mutating func begin(refusing outcome: CallOutcome, saying programme: Programme, at now: Moment)
    -> [CallAction]
  {
    guard let terms = caller.session.terms else { return end(outcome, at: now) }
    planTransports()
    let description = caller.session.describe(terms.attended)
    progress = StatusCode.sessionProgress
    attendance = Attendance(purpose: .refusal(outcome))
    let opened: [CallAction] = [
      .respond(caller.invite.response(StatusCode.trying), to: callerToken), .openRelay(plan),
    ]
    return opened + tellCaller(StatusCode.sessionProgress, .session(description), at: now)
      + say(programme, at: now)
  }

  /// Says something to the party, in place of what it heard before.
  mutating func say(_ programme: Programme, at now: Moment) -> [CallAction] {
    let number = (attendance?.run?.number ?? 0) &+ 1
    let run = ProgrammeRun(programme, number: number, at: now.boot)
    attendance?.run = run
    // The relay must decode before it can play.
    return reviewPassage() + [.play(programme.announcement, number, to: caller.side, from: .zero)]
  }

  // MARK: - What happens to it

  mutating func played(_ number: UInt32, to side: RelaySide, at now: Moment) -> [CallAction] {
    if let asked = confirmation?.asked, self[asked].side == side {
      return confirmationPlayed(number, at: now)
    }
    if let heard = noticePlayed(number, to: side, at: now) { return heard }
    return progressed(on: side, at: now) { $0.played(number, at: now.boot) }
  }

  mutating func pressed(_ digit: Digit, on side: RelaySide, at now: Moment) -> [CallAction] {
    if let asked = confirmation?.asked, self[asked].side == side {
      return confirmationKey(digit, at: now)
    }
    if let paused = recordingKey(digit, on: side) { return paused }
    if let ended = messageEnded(by: digit, on: side, at: now) { return ended }
    if let asked = askedForCallback(by: digit, on: side, at: now) { return asked }
    return progressed(on: side, at: now) { $0.pressed(digit, at: now.boot) }
  }

  /// When something more is to be said, or no key is waited for any longer.
  var programmeDeadline: BootInstant? {
    guard isAttended else { return nil }
    return [attendance?.run?.nextDeadline, messageDeadline, visitDeadline].compactMap(\.self).min()
  }

  mutating func programmeDeadlinePassed(at now: Moment) -> [CallAction] {
    if let ended = messageIsLongest(at: now) { return ended }
    let gaveUp = visitDeadlinePassed(at: now)
    guard gaveUp.isEmpty else { return gaveUp }
    return progressed(on: caller.side, at: now) { $0.deadlinePassed(at: now.boot) }
  }

  private mutating func progressed(
    on side: RelaySide, at now: Moment, _ event: (inout ProgrammeRun) -> [ProgrammeRun.Step]
  ) -> [CallAction] {
    guard isAttended, side == caller.side, var run = attendance?.run else { return [] }
    let steps = event(&run)
    attendance?.run = run
    return steps.flatMap { follow($0, of: run, at: now) }
  }

  private mutating func follow(_ step: ProgrammeRun.Step, of run: ProgrammeRun, at now: Moment)
    -> [CallAction]
  {
    switch step {
    case .play:
      [.play(run.programme.announcement, run.number, to: caller.side, from: .zero)]
    case .stop: [.stopPlaying(to: caller.side)]
    case .over(let outcome): programmeEnded(outcome, at: now)
    }
  }

  private mutating func programmeEnded(_ outcome: Programme.Outcome, at now: Moment)
    -> [CallAction]
  {
    switch attendance?.purpose {
    case .refusal(let refused): end(refused, at: now)
    case .message(let deposit): goOn(with: deposit, at: now)
    case .visit: goOn(visiting: outcome, at: now)
    case .switching(let wish): entered(outcome, for: wish, at: now)
    case .telling: end(.answered, at: now)
    case .menu: goOn(inMenu: outcome, at: now)
    case .queue: saidToQueuedCaller(outcome, at: now)
    case .announcement(let heard): announced(heard, at: now)
    case .errand: end(Self.best(of: failures), at: now)
    case .room, .parked, .page, nil: []
    }
  }

  /// It took longer than it may.
  mutating func attendanceIsOver(at now: Moment) -> [CallAction] {
    switch attendance?.purpose {
    case .refusal(let refused): end(refused, at: now)
    case .page(let page) where !page.isHeard: end(Self.best(of: failures), at: now)
    case .room, .message, .visit, .switching, .telling, .parked, .menu, .queue,
      .announcement, .errand, .page, nil:
      end(.answered, at: now)
    }
  }

  /// What a process that carries the call on must have played.
  func soundGoesOn(at now: Moment) -> [CallAction] {
    let seated = RelaySide.allCases.compactMap { side in
      seats[side].map { CallAction.seat($0, side) }
    }
    let asked = questionGoesOn(at: now) + noticeGoesOn(at: now)
    guard isAttended, !hearsFetchedSound, let run = attendance?.run,
      let position = run.position(at: now.boot)
    else { return seated + asked }
    return seated + asked + [
      .play(run.programme.announcement, run.number, to: caller.side, from: position)
    ]
  }

  private var waits: Bool {
    switch attendance?.purpose {
    case .parked: true
    case .queue: queued?.waits ?? false
    case .none, .refusal, .room, .message, .visit, .switching, .telling, .menu, .announcement,
      .errand, .page:
      false
    }
  }

  // MARK: - How its audio passes

  /// Nobody is on the other side: what the party says ends here.
  var attendedPassage: Passage? {
    guard let sound = PassageEnd(caller)?.soundAlone(hearing: waits ? .music : .partner) else {
      return nil
    }
    return Passage(sound, on: caller.side, beside: .nobody(beside: sound))
  }
}

extension PassageEnd {
  /// Of a party that talks to the exchange itself.
  fileprivate func soundAlone(hearing source: PartySound.Source) -> PartySound? {
    sound(hearing: doesNotListen ? .nothing : source)
  }
}

extension PartySound {
  /// The side of a relay that leads to nobody. Told of keys by events, it has us listen for those
  /// that are pressed within the sound, too.
  static func nobody(beside sound: PartySound) -> PartySound {
    var nobody = sound
    (nobody.spoken, nobody.spokenEvents) = ([], nil)
    nobody.events = sound.payloadType == 101 ? 102 : 101
    (nobody.isTold, nobody.hears) = (false, .nothing)
    return nobody
  }
}

extension AudioTerms {
  /// What we say to whoever offered these terms and talks to the exchange itself: its own first codec,
  /// its telephone events, and that we hear it as far as it wants.
  var attended: AudioTerms {
    var told = narrowed(beside: self)
    told.direction = direction.answered(by: .both)
    return told
  }
}

extension CallOutcome {
  /// What a caller is told beside the status that its phone gets; nil: the status says it all.
  var notice: Notice? {
    switch self {
    case .unknownNumber: .notInService
    case .offline: .nobodyAvailable
    case .answered, .answeredElsewhere, .cancelled, .noAnswer, .busy, .rejected, .forbidden,
      .incompatibleMedia, .badRequest, .carrierFailed, .overloaded, .nodeLost, .internalError,
      .forwarded:
      nil
    }
  }
}
