import Audio
import Digits
import Epoll
import NodeContract
import RTP

/// A session whose audio is decoded: between its two parties, sound instead of packets. Belongs to its
/// relay thread.
final class DecodedSession {
  let id: UInt64
  /// Of the session's ports in the table.
  let first: Int
  private(set) var plan: AudioPlan
  let sampleRate: Int
  /// When it has its turn within 20 ms.
  var turn: Int
  /// The rooms in which its parties sit.
  var seats: [RelaySide: RoomSeat] = [:]
  /// What a party that sits in a room hears there.
  private var overheard: (a: [Int16]?, b: [Int16]?)
  /// What was said since the last piece for the recording.
  private var recorded: (a: [Int16], b: [Int16])?
  private var ears: (a: PartyEar, b: PartyEar)
  private var mouths: (a: PartyMouth, b: PartyMouth)
  private var reports: (a: OwnReports, b: OwnReports)
  private var frames: (a: [Int16], b: [Int16]) = ([], [])

  init(
    id: UInt64, first: Int, _ plan: AudioPlan, toA: StreamBeginning, toB: StreamBeginning,
    turn: Int, at now: BootInstant
  ) {
    self.id = id
    self.first = first
    self.turn = turn
    self.plan = plan
    let rate = plan.sampleRate
    sampleRate = rate
    ears = (
      PartyEar(plan.a, beside: plan.b, sampleRate: rate),
      PartyEar(plan.b, beside: plan.a, sampleRate: rate)
    )
    mouths = (
      PartyMouth(plan.a, sampleRate: rate, from: toA, at: now),
      PartyMouth(plan.b, sampleRate: rate, from: toB, at: now)
    )
    var chance = SystemRandomNumberGenerator()
    reports = (
      OwnReports(at: now.nanoseconds, &chance), OwnReports(at: now.nanoseconds, &chance)
    )
  }

  /// What we send to each party.
  var streams: GeneratedStreams { GeneratedStreams(a: mouths.a.stream, b: mouths.b.stream) }

  /// Where our stream to the party stands; nil when we sent nothing.
  func position(to side: RelaySide) -> StreamSplice? {
    let mouth = side == .a ? mouths.a : mouths.b
    return mouth.hasSpoken ? mouth.position : nil
  }

  /// False when another rate between the parties needs a session made anew.
  func become(_ plan: AudioPlan, at now: BootInstant) -> Bool {
    guard plan.sampleRate == sampleRate else { return false }
    self.plan = plan
    ears.a.become(plan.a, beside: plan.b)
    ears.b.become(plan.b, beside: plan.a)
    mouths.a.become(plan.a, at: now)
    mouths.b.become(plan.b, at: now)
    return true
  }

  // MARK: - What is played

  /// False when too many prompts wait.
  func play(_ clips: [SoundPlayer.Clip], numbered number: UInt32, to side: RelaySide) -> Bool {
    side == .a ? mouths.a.play(clips, numbered: number) : mouths.b.play(clips, numbered: number)
  }

  /// What is played goes on in this session's stead of another.
  func goOn(from other: DecodedSession) {
    mouths.a.goOn(from: other.mouths.a)
    mouths.b.goOn(from: other.mouths.b)
  }

  func stopPlaying(to side: RelaySide) {
    side == .a ? mouths.a.stopPlaying() : mouths.b.stopPlaying()
  }

  func wait(with music: [SoundPlayer.Clip]) {
    mouths.a.wait(with: music)
    mouths.b.wait(with: music)
  }

  /// The party on `side` is told of a key.
  func tell(_ info: DigitInfo, to side: RelaySide) {
    side == .a ? mouths.a.tell(info) : mouths.b.tell(info)
  }

  // MARK: - Packets

  func take(_ packet: UnsafeRawBufferPointer, from side: RelaySide, at now: BootInstant) {
    side == .a ? ears.a.take(packet, at: now) : ears.b.take(packet, at: now)
  }

  /// 20 ms of what both parties say.
  /// - Parameter isOurs: false: another node carries the call on, and records it.
  func listen(
    at now: BootInstant, isOurs: Bool, report: (SoundReport.Event, RelaySide) -> Void
  ) {
    hear(at: now, report)
    guard isOurs else { return }
    recorded?.a += frames.a
    recorded?.b += frames.b
  }

  /// What the party said last; nil when it never said anything. Whoever is recorded hears silence then:
  /// phones, carriers and what translates addresses take no packets at all for the call's end.
  func said(by side: RelaySide) -> [Int16]? {
    switch side {
    case .a: ears.a.isSilent && recorded == nil ? nil : frames.a
    case .b: ears.b.isSilent && recorded == nil ? nil : frames.b
    }
  }

  /// What the party hears in its room, in place of its partner; nil: it sits in none.
  func overhear(_ mixed: [Int16]?, at side: RelaySide) {
    switch side {
    case .a: overheard.a = mixed
    case .b: overheard.b = mixed
    }
  }

  /// The packets that are due for each party, each made in `packet` and sent before the next.
  func speak(
    in packet: UnsafeMutableRawBufferPointer, send: (RelaySide, Int) -> Void,
    report: (SoundReport.Event, RelaySide) -> Void
  ) {
    let toA = mouths.a.speak(overheard.a ?? said(by: .b), in: packet) { send(.a, $0) }
    finish(toA, .a, report)
    let toB = mouths.b.speak(overheard.b ?? said(by: .a), in: packet) { send(.b, $0) }
    finish(toB, .b, report)
  }

  // MARK: - Reports

  /// The party on `side` sent a report of its stream, which ends here.
  func heard(_ senderReport: UInt32, from side: RelaySide, at now: BootInstant) {
    switch side {
    case .a: reports.a.heard(senderReport, at: now.nanoseconds)
    case .b: reports.b.heard(senderReport, at: now.nanoseconds)
    }
  }

  /// What the party on `side` is to be told now of what we send and it sends; nil: nothing yet.
  func report(
    to side: RelaySide, about reception: Reception, at now: BootInstant
  ) -> (bytes: [UInt8], senderReport: UInt32?)? {
    guard (side == .a ? reports.a : reports.b).isDue(at: now.nanoseconds) else { return nil }
    var chance = SystemRandomNumberGenerator()
    let wall = MachineClock.wall().milliseconds
    let now = now.nanoseconds
    return switch side {
    case .a: reports.a.next(mouths.a.sent, about: reception, at: now, wall: wall, &chance)
    case .b: reports.b.next(mouths.b.sent, about: reception, at: now, wall: wall, &chance)
    }
  }

  // MARK: - Recording

  /// What is said from now on is kept for `takeRecorded`, or not any more.
  func record(_ isRecording: Bool) { recorded = isRecording ? ([], []) : nil }

  var isRecorded: Bool { recorded != nil }

  /// What was said, once there is a second of it.
  func takeRecorded(atLeast seconds: Int = 1) -> (a: [Int16], b: [Int16])? {
    guard let sound = recorded, !sound.a.isEmpty, sound.a.count >= sampleRate * seconds else {
      return nil
    }
    recorded = ([], [])
    return sound
  }

  private func hear(at now: BootInstant, _ report: (SoundReport.Event, RelaySide) -> Void) {
    ears.a.frame(at: now, into: &frames.a)
    ears.b.frame(at: now, into: &frames.b)
    for key in ears.a.takeKeys() {
      mouths.b.tell(key)
      note(key, of: .a, report)
    }
    for key in ears.b.takeKeys() {
      mouths.a.tell(key)
      note(key, of: .b, report)
    }
  }

  private func note(
    _ key: KeyEvent, of side: RelaySide, _ report: (SoundReport.Event, RelaySide) -> Void
  ) {
    guard case .ended(let digit, let milliseconds) = key else { return }
    report(.pressed(DigitInfo(digit, milliseconds: milliseconds)), side)
  }

  private func finish(
    _ outcome: PartyMouth.Outcome, _ side: RelaySide,
    _ report: (SoundReport.Event, RelaySide) -> Void
  ) {
    if let number = outcome.finished { report(.played(number), side) }
    if let info = outcome.inform { report(.inform(info), side) }
  }
}

/// What we send to each party of a session, where we make it.
struct GeneratedStreams: Hashable, Sendable {
  var a: GeneratedStream?
  var b: GeneratedStream?
  /// Where the other party's packets went on after ours.
  var spliceA: StreamSplice?
  var spliceB: StreamSplice?

  /// The session's audio was decoded.
  var wasDecoded: Bool { a != nil || b != nil }
}

/// A stream, and how far it is.
struct StreamBeginning {
  var stream: GeneratedStream
  /// The number of the next.
  var packet: UInt64 = 0
}
