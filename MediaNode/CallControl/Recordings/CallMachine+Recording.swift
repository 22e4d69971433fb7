import NodeContract
import SIP

/// What is said in a call is kept, while somebody wants it.
extension CallMachine {
  mutating func record(_ order: RecordingOrder, at now: Moment) -> [CallAction] {
    guard isUp else { return [] }
    switch order {
    case .begin(let parties): begin(parties, at: now)
    case .pause: recording?.isPaused = true
    case .resume: recording?.isPaused = false
    case .end: return endRecording(.stopped)
    }
    return []
  }

  mutating func begin(
    _ parties: RecordingPart.Parties, by rule: RecordingRuleID? = nil, at now: Moment
  ) {
    guard recording == nil, recordings < .max else { return }
    recordings += 1
    recording = CallRecording(
      parties: parties,
      sound: StoredSound(
        id: nameOfRecording, tenant: tenant,
        kind: .recording(
          RecordedCall(
            call: id, parties: parties.recorded, begunAt: now.wall, rule: rule))))
  }

  /// Of this call's latest. It is the call's own with a number in it, so that nobody need mint one; the
  /// call's own is its message's.
  private var nameOfRecording: SoundID {
    SoundID(UUIDv7(high: id.uuid.high, low: id.uuid.low ^ UInt64(recordings)))
  }

  /// Whatever is recorded is all that there will be of it. Nil: nobody here saw the end.
  mutating func endRecording(_ ending: RecordedCall.Ending?) -> [CallAction] {
    guard var sound = recording?.sound, case .recording(var recorded) = sound.kind else {
      return []
    }
    // Nothing is recorded before those who talk have heard so.
    guard recording?.notice == nil else {
      recording = nil
      return []
    }
    recorded.ending = ending
    sound.kind = .recording(recorded)
    recording = nil
    return [.soundEnded(sound)]
  }

  /// The key of a phone that records: INFO with `Record: on` or `off`, as several makers have it. Nil:
  /// it is about something else.
  mutating func record(
    _ request: SIPRequest, _ token: RequestToken, on leg: LegID, at now: Moment
  ) -> [CallAction]? {
    guard let wish = request.headers["Record"]?.lowercased(), !self[leg].isTrunk else { return nil }
    let order: RecordingOrder
    switch wish {
    case "on": order = recording == nil ? .begin(.both) : .resume
    // What a rule has recorded can pause at most.
    case "off": order = recording?.terms == nil ? .end : .pause
    default: return reply(StatusCode.badRequest, to: request, token, on: leg)
    }
    guard recording == nil || mayRecord(order, as: .users) else {
      return reply(StatusCode.forbidden, to: request, token, on: leg)
    }
    return record(order, at: now) + reply(StatusCode.ok, to: request, token, on: leg)
  }

  /// What the relay must do otherwise than before. Comes after what it must decode.
  mutating func reviewRecording() -> [CallAction] {
    let isDue =
      recording?.isPaused == false && recording?.notice == nil && passage.isDecoded && isUp
    guard isDue != isRecorded else { return [] }
    isRecorded = isDue
    guard isDue, var begun = recording else { return [.recordSound(nil)] }
    begun.parts &+= 1
    recording = begun
    return [
      .recordSound(
        RecordingPart(sound: begun.sound, number: begun.parts, parties: begun.parties))
    ]
  }

  /// Another machine goes on. The one before may have begun sounds, and parts of them, since its last
  /// checkpoint that anybody heard of; should it live, what it recorded is told apart by its number.
  mutating func skipRecordings() {
    recordings = recordings.skipped
    if let parts = recording?.parts { recording?.parts = parts.skipped }
  }

  /// Parts of its message that machines before may have begun.
  var partsToSkip: UInt32 { UInt32(recordings) / 100 * 100 }

  /// Another process begins the next part, and whoever hears it may miss something before that.
  mutating func recordingGoesOn() -> [CallAction] {
    if isRecorded, case .recording(var recorded)? = recording?.sound.kind {
      recorded.interruptions &+= 1
      recording?.sound.kind = .recording(recorded)
    }
    isRecorded = false
    return []
  }
}

extension FixedWidthInteger {
  /// The next full hundred; the same where there is none.
  fileprivate var skipped: Self {
    let (sum, isTooLarge) = (self / 100 * 100).addingReportingOverflow(100)
    return isTooLarge ? self : sum
  }
}
