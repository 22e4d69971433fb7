import CallControl
import ControlLink
import Digits
import Logging
import MediaPlane
import NodeContract
import Recording
import Signalling

/// Joins the exchange to the media plane, the spool and the links of this process.
struct NodeSurroundings: ExchangeSurroundings {
  let media: MediaPlane
  let announcer: Announcer
  let sounds: SoundFiles
  let courier: SoundCourier
  let errands: MailboxErrands
  /// How long whoever leaves a message may say nothing.
  let messageSilence: Duration
  let spool: Spool
  let links: ReplicaLinks
  /// Nil where nothing outlives the process.
  let estate: NodeEstate?
  /// The relays of a predecessor, as far as somebody was heard there.
  let leftRelays: LeftRelays
  let log: Logger

  func leave(_ actions: [ExchangeAction], at now: Moment) { estate?.leave(actions, at: now) }

  func openRelay(_ plan: RelayPlan) throws {
    if let left = leftRelays.take(plan) {
      try media.restore(left)
      estate?.leave(left)
      // Signalling may have gone further than the relay's last word.
      media.secure(plan.id.number, side: .a, LegTransport(plan.callerTransport))
      media.secure(plan.id.number, side: .b, LegTransport(plan.calleeTransport))
      return
    }
    try media.open(
      RelaySession(
        id: plan.id.number, localA: plan.callerLocal, localB: plan.calleeLocal,
        expectedA: plan.callerRemote, expectedB: plan.calleeRemote,
        transportA: LegTransport(plan.callerTransport),
        transportB: LegTransport(plan.calleeTransport)), isCarriedOn: plan.isCarriedOn)
  }

  func directRelay(_ id: RelayID, side: CallControl.RelaySide, to remote: IPEndpoint) {
    media.direct(id.number, side: side == .caller ? .a : .b, to: remote)
  }

  func secureRelay(
    _ id: RelayID, side: CallControl.RelaySide, _ transport: CallControl.MediaTransport
  ) {
    media.secure(id.number, side: side == .caller ? .a : .b, LegTransport(transport))
  }

  func carry(_ id: RelayID, _ passage: Passage) {
    media.carryFax(id.number, passage == .fax)
    switch passage {
    case .relayed, .fax: media.decode(id.number, as: nil)
    case .decoded(let decoded): media.decode(id.number, as: AudioPlan(decoded))
    }
  }

  func tellKey(_ key: DigitInfo, of id: RelayID, side: CallControl.RelaySide) {
    media.tell(key, to: side == .caller ? .a : .b, of: id.number)
  }

  func play(
    _ announcement: Announcement, numbered number: UInt32, to side: CallControl.RelaySide,
    of id: RelayID, from position: Duration
  ) {
    announcer.play(announcement, numbered: number, to: side, of: id.number, from: position)
  }

  func stopPlaying(to side: CallControl.RelaySide, of id: RelayID) {
    announcer.stopPlaying(to: side, of: id.number)
  }

  func seat(_ seat: CallControl.RoomSeat?, side: CallControl.RelaySide, of id: RelayID) {
    let room = seat?.room.number ?? 0
    switch seat?.role {
    case nil: media.seat(nil, side == .caller ? .a : .b, of: id.number)
    case .talker: media.seat(.init(room, as: .speaker), side == .caller ? .a : .b, of: id.number)
    case .listener: media.seat(.init(room, as: .listener), side == .caller ? .a : .b, of: id.number)
    case .whisperer(let relay, let heard):
      media.seat(
        .init(room, as: .whisperer(to: relay.number, heard == .caller ? .a : .b)),
        side == .caller ? .a : .b, of: id.number)
    }
  }

  func recordRelay(_ part: RecordingPart?, of id: RelayID) {
    guard let part else { return media.record(id.number, as: nil) }
    let name = sounds.begin(part.sound, part: part.number)
    // As much as is lost with the process.
    let (segment, silence): (Duration, Duration?) =
      switch part.sound.kind {
      case .message: (.seconds(1), messageSilence)
      case .recording: (.seconds(5), nil)
      }
    switch part.parties {
    case .both: media.record(id.number, as: .mp3, of: .both, named: name, every: segment)
    case .one(let side):
      media.record(
        id.number, as: .mp3, of: .one, on: side == .caller ? .a : .b, named: name, every: segment,
        silence: silence)
    }
  }

  func soundEnded(_ sound: StoredSound) {
    sounds.end(sound)
    courier.wake()
  }

  func askMailbox(_ question: MailboxQuestion) { Task { await errands.ask(question) } }

  func measureRelay(
    _ id: RelayID, side: CallControl.RelaySide,
    whenMeasured: @escaping @Sendable (LegMedia?) -> Void
  ) {
    media.measure(id.number, side: side == .caller ? .a : .b) {
      whenMeasured($0.map(LegMedia.init))
    }
  }

  func closeRelay(_ id: RelayID) {
    media.close(id.number) { [log] in
      guard let heard = $0 else { return }
      log.debug(
        "relay closed", metadata: ["caller": "\(heard.a.text)", "callee": "\(heard.b.text)"])
    }
  }

  func record(_ fact: Fact, whenDurable: (@Sendable () -> Void)?) {
    spool.append(fact, whenDurable: whenDurable)
  }

  func report(_ messages: [UpwardMessage]) { links.send(messages) }
}

extension LegMedia {
  fileprivate init(_ side: RelayStatistics.Side) {
    self.init(
      packets: side.packets, lost: side.lost,
      jitter: UInt64(max(0, side.jitter / .microseconds(1))),
      roundTrip: side.roundTrip.map { UInt64(max(0, $0 / .microseconds(1))) },
      opinion: side.meanOpinionScore.map { UInt16(($0 * 100).rounded()) })
  }
}

extension RelayStatistics.Side {
  /// How a party was to hear, for the log.
  fileprivate var text: String {
    let score = meanOpinionScore.map { "\(($0 * 100).rounded() / 100)" } ?? "none"
    let trip = roundTrip.map { "\($0 / .milliseconds(1)) ms" } ?? "unknown"
    return "\(packets) packets, \(lost) lost, jitter \(jitter / .milliseconds(1)) ms, "
      + "round trip \(trip), MOS \(score)"
  }
}
