import Announcements
import CallFlows
import NodeContract

extension MailboxVisit {
  /// A message, as it is told.
  struct Item: Hashable, Sendable {
    let id: SoundID
    let caller: String
    /// Days since 1970, and minutes of the day, in the tenant's time.
    let day: Int
    let minute: Int
    var state: MessageState
    var isDeleted = false
    /// The extension that sent it on; empty: its caller left it here.
    var forwardedBy = ""
  }
}

extension MailboxVisit.Item {
  init(_ message: WaitingMessage, by clock: ZoneClock) {
    let local = LocalTime(message.leftAt, by: clock)
    self.init(
      id: message.id, caller: Legible.text(message.caller, limit: 64), day: local.date.days,
      minute: local.minute, state: message.state,
      forwardedBy: Legible.text(message.forwardedBy, limit: 64))
  }

  func time(today: Int) -> SpokenTime {
    let date = CivilDate(days: day)
    let year = date.year
    let month = (1...12).last { CivilDate(year, $0, 1) <= date } ?? 1
    let ofMonth = date.days - CivilDate(year, month, 1).days + 1
    return SpokenTime(
      day: day == today ? nil : CalendarDay(year: year, month: month, day: ofMonth),
      hour: minute / 60, minute: minute % 60)
  }

  /// Whoever left it may be called: an extension, or E.164 with plus.
  var hasNumber: Bool {
    let digits = caller.utf8.drop { $0 == UInt8(ascii: "+") }
    return caller.utf8.count - digits.count <= 1 && !digits.isEmpty
      && digits.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
  }
}
