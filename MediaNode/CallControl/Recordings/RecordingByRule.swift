import Digits
import NodeContract

/// What the rule says by which a call is recorded.
struct RecordingTerms: Hashable, Sendable {
  let rule: RecordingRuleID
  let pausers: RecordingRule.Pausers
}

/// What those who talk hear before their call is recorded. Whoever hears it hears nothing else meanwhile.
struct HeardNotice: Hashable, Sendable {
  /// Tells its end apart from others' ends.
  static let number: UInt32 = 0x7265_6300

  let announcement: Announcement
  let since: BootInstant
  /// Where it is not over yet.
  var sides: [RelaySide]
  /// It has begun: what both sides speak may be settled a moment after the answer only.
  var isPlayed = false

  /// A sound whose end nobody tells does not keep two from talking.
  private static let longest = Duration.seconds(15)

  var endsAt: BootInstant { since.advanced(by: Self.longest) }
}

/// Calls that a rule has recorded: see ``RecordingRule``.
extension CallMachine {
  /// Who talks with whom; nil: nobody does.
  var talkers: Set<LegID>? {
    guard case .talking(let leg, _) = state, caller.isOpen, self[leg].isOpen else { return nil }
    return [caller.id, leg]
  }

  /// Two talk whose call is recorded: at once, or when they have heard so.
  mutating func record(
    by rule: RecordingRule, saying announcement: Announcement, at now: Moment
  ) -> [CallAction] {
    guard recording == nil, let leg = connected else { return [] }
    begin(.both, by: rule.id, at: now)
    recording?.terms = RecordingTerms(rule: rule.id, pausers: rule.pausers)
    let sides: [RelaySide] =
      switch rule.notice {
      case .none: []
      case .caller: [caller.side]
      case .called: [self[leg].side]
      case .both: [caller.side, self[leg].side]
      }
    guard !sides.isEmpty else { return [] }
    recording?.notice = HeardNotice(announcement: announcement, since: now.boot, sides: sides)
    return []
  }

  /// The relay must decode before it can play. Comes after what it must decode.
  mutating func reviewNotice() -> [CallAction] {
    guard let notice = recording?.notice, !notice.isPlayed, passage.isDecoded,
      case .talking = state
    else { return [] }
    recording?.notice?.isPlayed = true
    return playNotice(from: .zero)
  }

  /// What a process that carries the call on must have played.
  func noticeGoesOn(at now: Moment) -> [CallAction] {
    guard let notice = recording?.notice, notice.isPlayed else { return [] }
    return playNotice(from: max(.zero, notice.since.duration(to: now.boot)))
  }

  private func playNotice(from position: Duration) -> [CallAction] {
    guard let notice = recording?.notice else { return [] }
    return notice.sides.map {
      .play(notice.announcement, HeardNotice.number, to: $0, from: position)
    }
  }

  /// Nil: something else was played.
  mutating func noticePlayed(_ number: UInt32, to side: RelaySide, at now: Moment)
    -> [CallAction]?
  {
    guard number == HeardNotice.number else { return nil }
    recording?.notice?.sides.removeAll { $0 == side }
    guard recording?.notice?.sides.isEmpty == true else { return [] }
    noticeIsOver(at: now)
    return []
  }

  private mutating func noticeIsOver(at now: Moment) {
    guard var begun = recording, case .recording(var recorded) = begun.sound.kind else { return }
    recorded.begunAt = now.wall
    (begun.notice, begun.sound.kind) = (nil, .recording(recorded))
    recording = begun
  }

  var noticeDeadline: BootInstant? { recording?.notice?.endsAt }

  /// Nobody can say that it was heard: then nothing is recorded.
  mutating func noticeDeadlinePassed(at now: Moment) -> [CallAction] {
    guard let notice = recording?.notice, notice.endsAt <= now.boot else { return [] }
    recording = nil
    let stopped: [CallAction] =
      notice.isPlayed ? notice.sides.map { .stopPlaying(to: $0) } : []
    return stopped + [.log(.warning, "nobody heard that the call is recorded: it is not", leg: nil)]
  }

  // MARK: - Pauses

  /// Whether the rule, where there is one, lets the tenant's people do that by phone.
  func mayRecord(_ order: RecordingOrder, as pauser: RecordingRule.Pausers) -> Bool {
    guard let recording else { return order.begins }
    // A message that somebody leaves is nobody's recording.
    guard case .recording = recording.sound.kind else { return false }
    guard let terms = recording.terms else { return true }
    switch order {
    case .begin, .resume: return true
    case .pause: return terms.pausers == .users || terms.pausers == pauser
    case .end: return false
    }
  }

  /// `*2` has the recording pause, and `*1` go on: the audio of a recorded call is decoded, so its keys are
  /// heard. Nil: it is another key.
  mutating func recordingKey(_ digit: Digit, on side: RelaySide) -> [CallAction]? {
    guard case .talking = state, recording?.terms != nil, recording?.notice == nil,
      let leg = talkers?.first(where: { self[$0].side == side }), !self[leg].isTrunk
    else { return nil }
    let follows = recording?.starred == side
    recording?.starred = digit == Digit("*") ? side : nil
    guard follows else { return digit == Digit("*") ? [] : nil }
    switch digit {
    case Digit("2") where mayRecord(.pause, as: .users): recording?.isPaused = true
    case Digit("1"): recording?.isPaused = false
    default: return nil
    }
    return []
  }
}
