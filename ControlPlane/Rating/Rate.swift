/// Why a rate cannot be.
public enum InvalidRate: Error, Hashable, Sendable {
  case negativePrice
  /// `initial` must be 0 to 3600 seconds, `increment` 1 to 3600.
  case interval
  /// The charge does not fit an amount of money.
  case overflow
}

/// What a call to some destination costs: so much to be connected, then so much a minute, paid in
/// steps of `incrementSeconds` after a first step of `initialSeconds` (60/1, 60/60, 1/1, 30/6).
public struct Rate: Hashable, Sendable {
  public let perMinute: Price
  public let connection: Price
  public let initialSeconds: Int
  public let incrementSeconds: Int

  public init(
    perMinute: Price, connection: Price = .zero, initialSeconds: Int = 1, incrementSeconds: Int = 1
  ) throws(InvalidRate) {
    guard perMinute >= .zero, connection >= .zero else { throw .negativePrice }
    guard (0...3600).contains(initialSeconds), (1...3600).contains(incrementSeconds) else {
      throw .interval
    }
    self.perMinute = perMinute
    self.connection = connection
    self.initialSeconds = initialSeconds
    self.incrementSeconds = incrementSeconds
  }

  /// The seconds that are paid for a call of `duration`: begun steps count whole.
  public func billedSeconds(for duration: Duration) -> Int64 {
    let (seconds, attoseconds) = duration.components
    let begun = max(0, min(seconds, Int64.max / 2)) + (attoseconds > 0 ? 1 : 0)
    let initial = Int64(initialSeconds)
    guard begun > initial else { return initial }
    let increment = Int64(incrementSeconds)
    return initial + (begun - initial + increment - 1) / increment * increment
  }

  /// What a call of `duration` costs, in 10⁻⁶ of the currency's unit: everything is multiplied in
  /// 128 bits before anything is divided, and rounded once.
  public func charge(
    for duration: Duration, rounding: Rounding = .exact
  ) throws(InvalidRate) -> Int64 {
    let sixtieths =
      Int128(connection.nanoUnits) * 60
      + Int128(perMinute.nanoUnits) * Int128(billedSeconds(for: duration))
    let step = Rate.power(ofTen: Money.decimals - rounding.decimals)
    let microUnits = rounding.quotient(sixtieths, by: 60_000 * step) * step
    guard let amount = Int64(exactly: microUnits) else { throw .overflow }
    return amount
  }

  private static func power(ofTen exponent: Int) -> Int128 {
    (0..<exponent).reduce(1) { power, _ in power * 10 }
  }
}
