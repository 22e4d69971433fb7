import Audio
import CLinux
import Digits
import Epoll
import Glibc
import NodeContract

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
    guard let plan else { return relayAgain(id, open.first) }
    if let known = table.decoder(of: open.first), known.become(plan, at: now) {
      return leaveStreams(of: id)
    }
    forget(table.decoder(of: open.first))
    let session = DecodedSession(
      id: id, first: open.first, plan, carryingOn: open.generated, at: now)
    sessions[id]?.generated = GeneratedStreams()
    session.wait(with: music)
    table.decode(open.first, by: session)
    decoded[Int(id % UInt64(Self.turns))].append(session)
    setClock(isRunning: true)
    leaveStreams(of: id)
  }

  private func relayAgain(_ id: UInt64, _ first: Int) {
    forget(table.decoder(of: first))
    table.decode(first, by: nil)
    leaveStreams(of: id)
  }

  /// Whoever carries the session on must know which streams we make.
  private func leaveStreams(of id: UInt64) {
    if let checkpoint = checkpoint(of: id) { onLatch(checkpoint) }
  }

  func forget(_ session: DecodedSession?) {
    guard let session else { return }
    decoded[Int(session.id % UInt64(Self.turns))].removeAll { $0 === session }
    if decoded.allSatisfy(\.isEmpty) { setClock(isRunning: false) }
  }

  /// Prompts for one party, after those before; a session that is relayed has none.
  func play(_ clips: [SoundPlayer.Clip], to side: RelaySide, of id: UInt64) {
    guard let session = decoder(of: id), session.play(clips, to: side) else {
      return onSound(SoundReport(session: id, side: side, event: .played))
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
      for session in decoded[turn] { tick(session, at: now) }
    }
  }

  private func tick(_ session: DecodedSession, at now: BootInstant) {
    let ports = table.ports
    session.tick(at: now, in: packet) { side, count in
      let exit = session.first + (side == .a ? 0 : 1)
      _ = send(
        bytes(count), isReport: false, from: exit, of: ports,
        countingAt: RelayTable.partner(of: exit))
    } report: { event, side in
      onSound(SoundReport(session: session.id, side: side, event: event))
    }
  }
}
