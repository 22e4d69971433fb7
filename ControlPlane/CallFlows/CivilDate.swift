/// A day of the Gregorian calendar.
public struct CivilDate: Hashable, Sendable, Comparable {
  /// Since the first of January 1970.
  public let days: Int

  public init(days: Int) { self.days = days }

  /// A day that the month does not have is one of the next month's.
  public init(_ year: Int, _ month: Int, _ day: Int) {
    // Years begin in March here, so that the leap day is their last.
    let shifted = month < 3 ? year - 1 : year
    let cycle = shifted.floorDivided(by: 400)
    let yearOfCycle = shifted - cycle * 400
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    days =
      cycle * 146_097 + yearOfCycle * 365 + yearOfCycle / 4 - yearOfCycle / 100 + dayOfYear
      - 719_468
  }

  public var year: Int {
    // Off by one at most, which the first of January tells.
    let guess = 1970 + (days * 400).floorDivided(by: 146_097)
    if self < CivilDate(guess, 1, 1) { return guess - 1 }
    return self < CivilDate(guess + 1, 1, 1) ? guess : guess + 1
  }

  /// 0: Monday, … 6: Sunday.
  public var weekday: Int {
    // The first of January 1970 was a Thursday.
    days + 3 - (days + 3).floorDivided(by: 7) * 7
  }

  public func advanced(by days: Int) -> CivilDate { CivilDate(days: self.days + days) }

  public static func < (left: CivilDate, right: CivilDate) -> Bool { left.days < right.days }
}

extension BinaryInteger {
  /// Towards minus infinity.
  func floorDivided(by divisor: Self) -> Self {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
