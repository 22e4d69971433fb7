import Audio

/// A conference: every seat hears the others. Belongs to its relay thread, whose sessions sit in it.
final class Room {
  private static let narrow = 8_000

  private final class Seat {
    let session: DecodedSession
    let side: RelaySide
    let place: Int
    var speaking: Resampler
    var hearing: Resampler

    init(_ session: DecodedSession, _ side: RelaySide, _ place: Int, at rate: Int) {
      self.session = session
      self.side = side
      self.place = place
      speaking = Resampler(from: session.sampleRate, to: rate)
      hearing = Resampler(from: rate, to: session.sampleRate)
    }

    func speakAndHear(at rate: Int) {
      speaking = Resampler(from: session.sampleRate, to: rate)
      hearing = Resampler(from: rate, to: session.sampleRate)
    }
  }

  /// When its sessions have their turn.
  let turn: Int
  /// As much as the best of those who sit here can tell, and no more: who is alone with plain phones
  /// costs no more than they do.
  private(set) var sampleRate = Room.narrow
  private var mixer = ConferenceMixer(frameLength: Room.narrow / 50)
  private var seats: [Seat] = []
  private var frame: [Int16] = []
  private var mixed: [Int16] = []

  init(turn: Int) { self.turn = turn }

  var isEmpty: Bool { seats.isEmpty }
  var sessions: [DecodedSession] { seats.map(\.session) }

  /// False when all places are taken.
  func join(_ session: DecodedSession, _ side: RelaySide, as role: ConferenceRole) -> Bool {
    if let seat = seat(of: session.id, side), seat.session === session {
      mixer.become(role, at: seat.place)
      return true
    }
    leave(session.id, side)
    guard let place = mixer.join(as: role) else { return false }
    seats.append(Seat(session, side, place, at: sampleRate))
    reviewRate()
    return true
  }

  func leave(_ session: UInt64, _ side: RelaySide) {
    guard let seat = seat(of: session, side) else { return }
    mixer.leave(seat.place)
    seats.removeAll { $0 === seat }
    seat.session.overhear(nil, at: side)
    reviewRate()
  }

  private func reviewRate() {
    let rate = seats.map(\.session.sampleRate).max() ?? Self.narrow
    guard rate != sampleRate else { return }
    sampleRate = rate
    mixer.become(frameLength: rate / 50)
    for seat in seats { seat.speakAndHear(at: rate) }
  }

  func leave(_ session: DecodedSession) {
    for side in [RelaySide.a, .b] where seat(of: session.id, side)?.session === session {
      leave(session.id, side)
    }
  }

  /// Where somebody sits, for whoever whispers to it.
  func place(of session: UInt64, _ side: RelaySide) -> Int? { seat(of: session, side)?.place }

  private func seat(of session: UInt64, _ side: RelaySide) -> Seat? {
    seats.first { $0.session.id == session && $0.side == side }
  }

  /// 20 ms: what each session heard, mixed for each.
  func mix() {
    for seat in seats {
      guard let said = seat.session.said(by: seat.side) else { continue }
      seat.speaking.resample(said, into: &frame)
      mixer.hear(frame, from: seat.place)
    }
    mixer.beginTick()
    for seat in seats {
      mixer.mix(for: seat.place, into: &mixed)
      seat.hearing.resample(mixed, into: &frame)
      seat.session.overhear(frame, at: seat.side)
    }
    mixer.endTick()
  }
}
