import Audio
import Logging

/// Rooms and who sits in them. All sessions of a room have their turn at the same time.
extension RelayThread {
  /// A party of a decoded session takes a seat, changes its role, or leaves (nil). A room that is full
  /// takes nobody: the party goes on with its partner.
  func seat(_ seat: RoomSeat?, _ side: RelaySide, of id: UInt64) {
    guard let session = decoder(of: id) else { return }
    if let known = session.seats[side], known.room != seat?.room {
      leaveRoom(known.room, session, side)
    }
    guard let seat else { return }
    let room = rooms[seat.room] ?? Room(turn: Int(seat.room % UInt64(Self.turns)))
    rooms[seat.room] = room
    guard room.join(session, side, as: role(seat.role, in: room)) else {
      log.notice("room \(seat.room) is full: relay \(id) stays outside")
      return
    }
    session.seats[side] = seat
    move(session, to: room.turn)
    reviewWhisperers(in: seat.room)
  }

  /// Whom they whisper to may have come after them.
  private func reviewWhisperers(in number: UInt64) {
    guard let room = rooms[number] else { return }
    for session in room.sessions {
      for (side, seat) in session.seats where seat.room == number {
        guard case .whisperer = seat.role else { continue }
        _ = room.join(session, side, as: role(seat.role, in: room))
      }
    }
  }

  /// Whoever whispers to nobody is not heard.
  private func role(_ role: RoomSeat.Role, in room: Room) -> ConferenceRole {
    switch role {
    case .speaker: .speaker
    case .listener: .listener
    case .whisperer(let session, let side):
      room.place(of: session, side).map { .whisperer(to: $0) } ?? .listener
    }
  }

  private func leaveRoom(_ number: UInt64, _ session: DecodedSession, _ side: RelaySide) {
    session.seats[side] = nil
    rooms[number]?.leave(session.id, side)
    if rooms[number]?.isEmpty == true { rooms[number] = nil }
  }

  func leaveRooms(_ session: DecodedSession) {
    for (side, seat) in session.seats { leaveRoom(seat.room, session, side) }
  }

  private func move(_ session: DecodedSession, to turn: Int) {
    guard session.turn != turn else { return }
    decoded[session.turn].removeAll { $0 === session }
    session.turn = turn
    decoded[turn].append(session)
  }
}
