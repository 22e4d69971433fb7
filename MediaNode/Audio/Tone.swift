/// The sine of a number of whole turns, without a C library: the series of the sine within an
/// eighth of a turn, and symmetry outside.
func sine(turns: Double) -> Double {
  let reduced = turns - turns.rounded(.down)
  let quarter = (reduced * 4).rounded()
  let angle = (reduced - quarter / 4) * 2 * Double.pi
  switch Int(quarter) & 3 {
  case 0: return series(first: angle, squared: angle * angle, startingAt: 1)
  case 1: return series(first: 1, squared: angle * angle, startingAt: 0)
  case 2: return -series(first: angle, squared: angle * angle, startingAt: 1)
  default: return -series(first: 1, squared: angle * angle, startingAt: 0)
  }
}

/// x - x³/3! + x⁵/5! … or 1 - x²/2! + x⁴/4! …, to the last bit of a double within |x| ≤ π/4.
private func series(first: Double, squared: Double, startingAt power: Int) -> Double {
  var term = first
  var sum = first
  for step in stride(from: power + 1, to: power + 19, by: 2) {
    term *= -squared / Double(step * (step + 1))
    sum += term
  }
  return sum
}

/// Sine tones that go on from one packet to the next without a step.
public struct ToneGenerator: Sendable {
  private let frequencies: [Double]
  private let amplitude: Double
  private let sampleRate: Double
  private var position = 0

  /// `frequencies` in hertz sound together; `amplitude` is each one's share of full scale, 0 to 1.
  public init(frequencies: [Double], amplitude: Double = 0.25, sampleRate: Int = 8_000) {
    precondition(sampleRate > 0, "a sample rate of \(sampleRate)")
    self.frequencies = frequencies
    self.amplitude = amplitude
    self.sampleRate = Double(sampleRate)
  }

  /// Leaves out `count` samples.
  public mutating func skip(_ count: Int) { position += count }

  /// The next `count` samples.
  public mutating func samples(_ count: Int) -> [Int16] {
    defer { position += count }
    return (position..<position + count).map(sample)
  }

  private func sample(at position: Int) -> Int16 {
    let sum = frequencies.reduce(0) { $0 + sine(turns: $1 * Double(position) / sampleRate) }
    return Int16((sum * amplitude * 32_767).rounded().clamped(to: -32_768...32_767))
  }
}

extension Double {
  fileprivate func clamped(to range: ClosedRange<Double>) -> Double {
    Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
  }
}
