import Audio
import CLinux
import Codecs
import Digits
import Epoll
import Gates
import Glibc
import NodeContract
import RTP
import Recording

/// Sessions whose audio is decoded: their packets end here, and others are made every 20 ms. They take
/// turns within that time, so that relayed packets wait for few of them.
extension RelayThread {
  static let turns = 4
  /// Marks the events of the clock.
  static let tickTag = UInt64.max - 1
  private static let interval = 20_000_000 / turns

  // MARK: - Orders

  /// Decodes a session from now on, or decodes it otherwise; nil: relays it.
  func decode(_ id: UInt64, as plan: AudioPlan?, at now: BootInstant) {
    guard let open = sessions[id] else { return }
    guard let plan else { return relayAgain(id, open, at: now) }
    if let known = table.decoder(of: open.first), known.become(plan, at: now) {
      return leaveStreams(of: id)
    }
    let session = DecodedSession(
      id: id, first: open.first, plan, toA: beginning(of: open, .a, plan.a, at: now),
      toB: beginning(of: open, .b, plan.b, at: now), turn: Int(id % UInt64(Self.turns)), at: now)
    let seats = table.decoder(of: open.first)?.seats ?? [:]
    if let known = table.decoder(of: open.first) { session.goOn(from: known) }
    forget(table.decoder(of: open.first))
    sessions[id]?.generated = GeneratedStreams()
    session.wait(with: music)
    table.decode(open.first, by: session)
    decoded[session.turn].append(session)
    if recordings.contains(id) { session.record(true) }
    setClock(isRunning: true)
    for (side, seat) in seats { self.seat(seat, side, of: id) }
    leaveStreams(of: id)
  }

  /// Our packets go on where the stream that the party hears stands: where another process was, where
  /// we were, or where the other party is.
  private func beginning(
    of open: OpenSession, _ side: RelaySide, _ audio: PartyAudio, at now: BootInstant
  ) -> StreamBeginning {
    let exit = RelayTable.media(of: side, from: open.first)
    if let taken = side == .a ? open.generated.a : open.generated.b {
      guard !taken.fits(audio) else {
        return StreamBeginning(stream: taken, packet: taken.packet(afterTakeoverAt: now))
      }
      let position = taken.position(afterTakeoverAt: now)
      return StreamBeginning(stream: GeneratedStream(after: position, for: audio, at: now))
    }
    let position =
      table.decoder(of: exit)?.position(to: side) ?? table.splice(of: exit) ?? heard(at: exit)
    guard let position else {
      return StreamBeginning(stream: GeneratedStream(for: audio, at: now))
    }
    return StreamBeginning(stream: GeneratedStream(after: position, for: audio, at: now))
  }

  /// The other party's own stream, as far as it was passed on.
  private func heard(at exit: Int) -> StreamSplice? {
    let reception = table.ports[RelayTable.partner(of: exit)].reception
    guard reception.received > 0 else { return nil }
    return StreamSplice(
      ssrc: reception.ssrc, sequence: reception.latestSequence,
      timestamp: reception.latestTimestamp)
  }

  /// From now on the other party's packets go on where ours ended.
  private func relayAgain(_ id: UInt64, _ open: OpenSession, at now: BootInstant) {
    let (first, generated) = (open.first, open.generated)
    let session = table.decoder(of: first)
    guard session != nil || generated.wasDecoded else { return }
    for (exit, side, taken) in [
      (first, RelaySide.a, generated.a), (first + 1, .b, generated.b),
    ] {
      let position = session?.position(to: side) ?? taken?.position(afterTakeoverAt: now)
      if let position { table.splice(exit, position) }
    }
    sessions[id]?.generated = GeneratedStreams()
    forget(session)
    table.decode(first, by: nil)
    leaveStreams(of: id)
  }

  /// Whoever carries the session on must know which streams we make.
  func leaveStreams(of id: UInt64) {
    if let checkpoint = checkpoint(of: id) { onLatch(checkpoint) }
  }

  func forget(_ session: DecodedSession?) {
    guard let session else { return }
    handOver(session, atLeast: 0)
    leaveRooms(session)
    decoded[session.turn].removeAll { $0 === session }
    if decoded.allSatisfy(\.isEmpty) { setClock(isRunning: false) }
  }

  /// Prompts for one party, after those before; a session that is relayed has none.
  func play(
    _ clips: [SoundPlayer.Clip], numbered number: UInt32, to side: RelaySide, of id: UInt64
  ) {
    guard let session = decoder(of: id), session.play(clips, numbered: number, to: side) else {
      return onSound(SoundReport(session: id, side: side, event: .played(number)))
    }
  }

  func decoder(of id: UInt64) -> DecodedSession? {
    sessions[id].flatMap { table.decoder(of: $0.first) }
  }

  func waitWith(_ music: [SoundPlayer.Clip]) {
    self.music = music
    for session in decoded.joined() { session.wait(with: music) }
  }

  // MARK: - The clock

  private func setClock(isRunning: Bool) {
    guard isRunning != isTicking else { return }
    isTicking = isRunning
    let result = clinux_tick(clock, isRunning ? Int64(Self.interval) : 0)
    precondition(result == 0, "\(SystemError("\(name) sets its clock"))")
  }

  /// The clock's event. A thread that was held up makes up for a frame of each session and no more.
  func tick(at now: BootInstant) {
    var passed: UInt64 = 0
    guard read(clock, &passed, 8) == 8 else { return }
    for _ in 0..<min(passed, UInt64(2 * Self.turns)) {
      turn = (turn + 1) % Self.turns
      for session in decoded[turn] { listen(to: session, at: now) }
      for room in rooms.values where room.turn == turn { room.mix() }
      for session in decoded[turn] {
        speak(in: session)
        reportToParties(of: session, at: now)
      }
    }
  }

  private func listen(to session: DecodedSession, at now: BootInstant) {
    let isOurs = !session.isRecorded || isOurs(session, at: now)
    session.listen(at: now, isOurs: isOurs) { event, side in
      onSound(SoundReport(session: session.id, side: side, event: event))
    }
    handOver(session, atLeast: 1)
  }

  /// Whoever may not send for want of evidence may be one of two who have the call; and so may be who has
  /// only proof of its address, and hears nobody: parties go where another site told them to.
  private func isOurs(_ session: DecodedSession, at now: BootInstant) -> Bool {
    let ports = [RelaySide.a, .b].map { table.ports[RelayTable.media(of: $0, from: session.first)] }
    guard ports.allSatisfy(\.gate.relays) else { return false }
    return ports.allSatisfy(\.gate.isKnown)
      || ports.contains { $0.lastPacket.map { $0.duration(to: now) < .seconds(1) } ?? false }
  }

  private func speak(in session: DecodedSession) {
    let ports = table.ports
    session.speak(in: packet) { side, count in
      let exit = RelayTable.media(of: side, from: session.first)
      _ = send(
        bytes(count), isReport: false, from: exit, of: ports,
        countingAt: RelayTable.partner(of: exit))
    } report: { event, side in
      onSound(SoundReport(session: session.id, side: side, event: event))
    }
  }

  // MARK: - Recording

  /// Records what the session's parties say while it is decoded; nil: no more.
  func record(_ id: UInt64, as wish: RecordingWish?) {
    if let session = decoder(of: id) { handOver(session, atLeast: 0) }
    guard let session = decoder(of: id), let wish else {
      decoder(of: id)?.record(false)
      if recordings.remove(id) != nil { recorder?.submit(.end(id)) }
      return
    }
    recordings.insert(id)
    session.record(true)
    recorder?.submit(.begin(id, wish))
  }

  private func handOver(_ session: DecodedSession, atLeast seconds: Int) {
    guard let sound = session.takeRecorded(atLeast: seconds) else { return }
    recorder?.submit(.sound(session.id, a: sound.a, b: sound.b, sampleRate: session.sampleRate))
  }
}
