import NodeContract
import SIP

/// What is said in a call is kept, while somebody wants it.
extension CallMachine {
  mutating func record(_ order: RecordingOrder) {
    guard isUp else { return }
    switch order {
    case .begin(let parties):
      guard recording == nil, recordings < .max else { return }
      recordings += 1
      recording = CallRecording(parties: parties)
    case .pause: recording?.isPaused = true
    case .resume: recording?.isPaused = false
    case .end: recording = nil
    }
  }

  /// The key of a phone that records: INFO with `Record: on` or `off`, as several makers have it. Nil:
  /// it is about something else.
  mutating func record(
    _ request: SIPRequest, _ token: RequestToken, on leg: LegID
  ) -> [CallAction]? {
    guard let wish = request.headers["Record"]?.lowercased(), !self[leg].isTrunk else { return nil }
    switch wish {
    case "on": record(recording == nil ? .begin(.both) : .resume)
    case "off": record(.end)
    default: return reply(StatusCode.badRequest, to: request, token, on: leg)
    }
    return reply(StatusCode.ok, to: request, token, on: leg)
  }

  /// What the relay must do otherwise than before. Comes after what it must decode.
  mutating func reviewRecording() -> [CallAction] {
    let isDue = recording?.isPaused == false && passage.isDecoded && isUp
    guard isDue != isRecorded else { return [] }
    isRecorded = isDue
    guard isDue, var begun = recording else { return [.recordSound(nil)] }
    begun.parts &+= 1
    recording = begun
    return [
      .recordSound(
        RecordingPart(
          tenant: tenant, call: id, recording: recordings, number: begun.parts,
          parties: begun.parties,
          sound: begun.message.map { sound(of: $0) }))
    ]
  }

  /// Another process begins the next part.
  mutating func recordingGoesOn() -> [CallAction] {
    isRecorded = false
    return []
  }
}
