internal import Foundation
internal import NodeContract

extension ZoneClock {
  /// The clocks of `zone` from a year before `now` to six years after; those of UTC where nobody
  /// knows the zone any more.
  init(of zone: String, around now: WallTime) {
    guard let table = TimeZone(identifier: zone) else {
      self = .utc
      return
    }
    let year: TimeInterval = 366 * 86_400
    var time = Date(timeIntervalSince1970: TimeInterval(now.milliseconds) / 1_000 - year)
    let last = time.addingTimeInterval(7 * year)
    self.init(zone: zone, offset: Int32(clamping: table.secondsFromGMT(for: time)), changes: [])
    while let next = table.nextDaylightSavingTimeTransition(after: time), next > time, next < last {
      changes.append(
        Change(
          at: WallTime(milliseconds: Int64(next.timeIntervalSince1970 * 1_000)),
          offset: Int32(clamping: table.secondsFromGMT(for: next))))
      time = next
    }
  }
}
