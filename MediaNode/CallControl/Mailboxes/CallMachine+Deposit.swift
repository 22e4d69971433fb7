import Digits
import NodeContract
import SIP

/// Callers whom nobody answers but the exchange: they leave a message, hear a menu, or wait in a queue.
extension CallMachine {
  /// Begins: nobody is asked, and the caller is answered at once. Its offer is taken.
  mutating func begin(receivedBy reception: Reception, at now: Moment) -> [CallAction] {
    guard let terms = caller.session.terms else { return end(.incompatibleMedia, at: now) }
    planTransports()
    return [.openRelay(plan)] + receive(by: reception, describing: terms, at: now)
  }

  /// Nobody took the call. Nil: the caller cannot hear us, and is told so as if there were nothing to
  /// hear.
  mutating func take(by reception: Reception, at now: Moment) -> [CallAction]? {
    guard case .ringing = state, !isOfferless, let terms = caller.session.terms,
      caller.progress?.mustBeHeard != true
    else { return nil }
    (answering, further, caller.progress) = (nil, nil, nil)
    state = .attended(until: now.boot.advanced(by: limits.callDuration))
    return receive(by: reception, describing: terms, at: now)
  }

  /// The caller chose it in a menu.
  mutating func goOn(to reception: Reception, at now: Moment) -> [CallAction] {
    guard case .attended = state, let terms = caller.session.terms else { return [] }
    return receive(by: reception, describing: terms, at: now)
  }

  /// Whoever rings sends the call there.
  mutating func forward(_ leg: LegID, to reception: Reception, at now: Moment) -> [CallAction] {
    guard let taken = take(by: reception, at: now) else {
      return redirectionRefused(leg, .noAnswer, at: now)
    }
    let closed = close(leg, .forwarded, by: .party)
    let others = callees.filter(\.isOpen).map(\.id).flatMap {
      giveUp($0, .noAnswer, reason: Reason.cause(of: .noAnswer))
    }
    return closed + others + taken
  }

  /// The transferor hands the stayer over to it, and leaves.
  mutating func transfer(_ wish: TransferWish, to reception: Reception, at now: Moment)
    -> [CallAction]
  {
    guard let left = leave(wish, to: reception.purpose, at: now) else {
      return tell(StatusCode.notAcceptableHere)
    }
    return left + endRecording(.callEnded) + begin(reception, at: now)
  }

  private mutating func receive(
    by reception: Reception, describing terms: AudioTerms, at now: Moment
  ) -> [CallAction] {
    var reception = reception
    if let choices { reception.follows(choices: choices) }
    // What is said next has a number of its own.
    attendance = Attendance(purpose: reception.purpose, run: attendance?.run)
    guard !isReceived else { return errandReceived() + begin(reception, at: now) }
    // What it was told with somebody's tones stands (RFC 3261 section 13.2.1).
    let description = caller.session.described ?? caller.session.describe(terms.attended)
    return answerCaller(with: description, at: now) + begin(reception, at: now)
  }

  private mutating func begin(_ reception: Reception, at now: Moment) -> [CallAction] {
    switch reception {
    case .mailbox(let mailbox):
      MessageDeposit(mailbox).programme.map { say($0, at: now) } ?? []
    case .menu: visitMenu(at: now) { $0.begin() }
    case .queue(let caller): enterQueue(as: caller, at: now)
    case .announcement(let heard): say(heard.programme, at: now)
    }
  }

  /// Choices of the caller so far; nil: nobody led it on.
  private var choices: UInt8? {
    switch attendance?.purpose {
    case .menu(let visit): visit.choices
    case .queue: queued?.choices
    case .announcement(let heard): heard.choices
    case .refusal, .room, .message, .visit, .switching, .telling, .parked, .errand, .page, nil: nil
    }
  }

  // MARK: - On its way

  /// What was to be heard is over.
  mutating func goOn(with deposit: MessageDeposit, at now: Moment) -> [CallAction] {
    var deposit = deposit
    switch deposit.stage {
    case .greeting: deposit.stage = .tone
    case .tone:
      deposit.stage = .recording(until: now.boot.advanced(by: deposit.offer.longest))
      beginMessage(for: deposit.offer, at: now)
    case .full: return end(.answered, at: now)
    case .recording: return []
    }
    attendance?.purpose = .message(deposit)
    return deposit.programme.map { say($0, at: now) } ?? []
  }

  private mutating func beginMessage(for offer: MailboxOffer, at now: Moment) {
    let skipped = partsToSkip
    recordings &+= 1
    let message = LeftMessage(
      mailbox: offer.mailbox, call: id, caller: offer.caller, callerName: offer.callerName,
      leftAt: now.wall)
    recording = CallRecording(
      parties: .one(caller.side),
      // A call leaves one message at most, which has its name.
      sound: StoredSound(id: SoundID(id.uuid), tenant: tenant, kind: .message(message)),
      parts: skipped)
  }

  /// The pound key: that was all. Nil: no message is being left.
  mutating func messageEnded(by key: Digit, on side: RelaySide, at now: Moment) -> [CallAction]? {
    guard messageDeadline != nil, side == caller.side else { return nil }
    return key == Digit("#") ? endMessage(.key, at: now) : []
  }

  /// Nobody has spoken for a while.
  mutating func fellSilent(at now: Moment) -> [CallAction] {
    messageDeadline == nil ? [] : endMessage(.silence, at: now)
  }

  /// When the message is as long as one may be; nil: no message is being left.
  var messageDeadline: BootInstant? {
    guard case .attended = state, case .message(let deposit)? = attendance?.purpose,
      case .recording(let until) = deposit.stage
    else { return nil }
    return until
  }

  mutating func messageIsLongest(at now: Moment) -> [CallAction]? {
    guard let messageDeadline, messageDeadline <= now.boot else { return nil }
    return endMessage(.longest, at: now)
  }

  private mutating func endMessage(_ ending: LeftMessage.Ending, at now: Moment) -> [CallAction] {
    if case .message(var deposit)? = attendance?.purpose {
      deposit.ending = ending
      attendance?.purpose = .message(deposit)
    }
    return end(.answered, at: now)
  }

  // MARK: - What is left

  /// The call is about to end: what was said until now is all that is kept of it.
  mutating func soundIsOver(_ outcome: CallOutcome) -> [CallAction] {
    guard messageDeadline != nil, case .message(let deposit)? = attendance?.purpose,
      var sound = recording?.sound, case .message(var message) = sound.kind
    else { return endRecording(outcome == .nodeLost ? nil : .callEnded) }
    message.ending = deposit.ending ?? (caller.isOpen ? .cut : .hungUp)
    sound.kind = .message(message)
    return [.soundEnded(sound)]
  }
}

extension Reception {
  fileprivate var purpose: Attendance.Purpose {
    switch self {
    case .mailbox(let mailbox): .message(MessageDeposit(mailbox))
    case .menu(let visit): .menu(visit)
    case .queue: .queue
    case .announcement(let heard): .announcement(heard)
    }
  }

  fileprivate mutating func follows(choices: UInt8) {
    switch self {
    case .mailbox: break
    case .menu(var visit):
      visit.follows(choices: choices)
      self = .menu(visit)
    case .queue(var caller):
      caller.choices = choices
      self = .queue(caller)
    case .announcement(var heard):
      heard.choices = choices &+ 1
      self = .announcement(heard)
    }
  }
}
