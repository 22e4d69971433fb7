/// How the one rounding at the end of a leg is done.
public struct Rounding: Hashable, Sendable {
  public enum Mode: String, Hashable, Sendable, CaseIterable {
    /// To the nearest; from the middle to the even neighbour, which favours nobody.
    case halfEven = "half-even"
    /// To the nearest; from the middle away from zero, as taught at school.
    case halfUp = "half-up"
    /// Always away from zero.
    case up
    /// Always towards zero.
    case down
  }

  public let mode: Mode
  /// Decimals of an amount, 0 to 6.
  public let decimals: Int

  /// `nil` unless `decimals` is 0 to 6.
  public init?(_ mode: Mode, decimals: Int = Money.decimals) {
    guard (0...Money.decimals).contains(decimals) else { return nil }
    self.mode = mode
    self.decimals = decimals
  }

  private init() {
    mode = .halfEven
    decimals = Money.decimals
  }

  /// Half even to 6 decimals.
  public static let exact = Rounding()

  /// The whole quotient of `dividend` ≥ 0 and `divisor` > 0.
  func quotient(_ dividend: Int128, by divisor: Int128) -> Int128 {
    let (whole, rest) = dividend.quotientAndRemainder(dividingBy: divisor)
    let isAway =
      switch mode {
      case .halfEven: rest * 2 > divisor || (rest * 2 == divisor && !whole.isMultiple(of: 2))
      case .halfUp: rest * 2 >= divisor
      case .up: rest > 0
      case .down: false
      }
    return isAway ? whole + 1 : whole
  }
}
