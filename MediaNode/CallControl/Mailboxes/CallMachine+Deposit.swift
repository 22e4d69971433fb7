import Digits
import NodeContract
import SIP

/// Callers leave messages where nobody answers.
extension CallMachine {
  /// Begins: nobody is asked, and the caller is answered at once. Its offer is taken.
  mutating func begin(leavingMessageIn mailbox: MailboxOffer, at now: Moment) -> [CallAction] {
    guard let terms = caller.session.terms else { return end(.incompatibleMedia, at: now) }
    planTransports()
    return [.openRelay(plan)] + greet(mailbox, describing: terms, at: now)
  }

  /// Nobody took the call. Nil: the caller cannot hear us, and is told so as if there were no mailbox.
  mutating func takeMessage(_ mailbox: MailboxOffer, at now: Moment) -> [CallAction]? {
    guard case .ringing = state, !isOfferless, let terms = caller.session.terms,
      caller.progress?.mustBeHeard != true
    else { return nil }
    (answering, further, caller.progress) = (nil, nil, nil)
    state = .attended(until: now.boot.advanced(by: limits.callDuration))
    return greet(mailbox, describing: terms, at: now)
  }

  /// Whoever rings sends the call to a mailbox.
  mutating func forward(_ leg: LegID, to mailbox: MailboxOffer, at now: Moment) -> [CallAction] {
    guard let taken = takeMessage(mailbox, at: now) else {
      return redirectionRefused(leg, .noAnswer, at: now)
    }
    let closed = close(leg, .forwarded, by: .party)
    let others = callees.filter(\.isOpen).map(\.id).flatMap {
      giveUp($0, .noAnswer, reason: Reason.cause(of: .noAnswer))
    }
    return closed + others + taken
  }

  /// The transferor hands the stayer over to a mailbox, and leaves.
  mutating func transfer(_ wish: TransferWish, to mailbox: MailboxOffer, at now: Moment)
    -> [CallAction]
  {
    let deposit = MessageDeposit(mailbox)
    guard let left = leave(wish, to: .message(deposit), at: now) else {
      return tell(StatusCode.notAcceptableHere)
    }
    recording = nil
    return left + (deposit.programme.map { say($0, at: now) } ?? [])
  }

  private mutating func greet(
    _ mailbox: MailboxOffer, describing terms: AudioTerms, at now: Moment
  ) -> [CallAction] {
    let deposit = MessageDeposit(mailbox)
    attendance = Attendance(purpose: .message(deposit))
    // What it was told with somebody's tones stands (RFC 3261 section 13.2.1).
    let description = caller.session.described ?? caller.session.describe(terms.attended)
    let answered = answerCaller(with: description, at: now)
    return answered + (deposit.programme.map { say($0, at: now) } ?? [])
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
    recordings &+= 1
    recording = CallRecording(
      parties: .one(caller.side),
      message: LeftMessage(
        mailbox: offer.mailbox, call: id, caller: offer.caller, callerName: offer.callerName,
        leftAt: now.wall))
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

  /// The call is about to end: what was said until now is the message.
  func messageIsOver() -> [CallAction] {
    guard messageDeadline != nil, case .message(let deposit)? = attendance?.purpose,
      var message = recording?.message
    else { return [] }
    message.ending = deposit.ending ?? (caller.isOpen ? .cut : .hungUp)
    return [.soundEnded(sound(of: message))]
  }

  /// A call leaves one message at most, which has its name.
  func sound(of message: LeftMessage) -> StoredSound {
    StoredSound(id: SoundID(id.uuid), tenant: tenant, kind: .message(message))
  }
}
