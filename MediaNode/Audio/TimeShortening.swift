/// Makes sound shorter without changing its pitch: one period is laid over the next.
public enum TimeShortening {
  /// Takes 4 to 12 ms out of `samples`, or nothing when they are too few or unlike themselves, where
  /// a cut would be heard. Silence is always cut.
  public static func apply(to samples: inout [Int16], sampleRate: Int) {
    let lags = sampleRate / 250...sampleRate * 12 / 1_000
    guard samples.count >= lags.upperBound + lags.lowerBound,
      let lag = period(of: samples, lags)
    else { return }
    let overlap = min(samples.count - lag, lag)
    for index in 0..<overlap {
      let share = Float(index) / Float(overlap)
      samples[index] = Int16(
        saturating: Float(samples[index]) * (1 - share) + Float(samples[index + lag]) * share)
    }
    samples.removeSubrange(overlap..<overlap + lag)
  }

  private static func period(of samples: [Int16], _ lags: ClosedRange<Int>) -> Int? {
    var best: (lag: Int, likeness: Float) = (lags.upperBound, 0.5)
    let energy = samples.reduce(Float(0)) { $0 + Float($1) * Float($1) }
    guard energy > Float(samples.count) * 10_000 else { return lags.upperBound }
    for lag in lags {
      let likeness = likeness(samples, lag)
      if likeness > best.likeness { best = (lag, likeness) }
    }
    return best.likeness > 0.5 ? best.lag : nil
  }

  private static func likeness(_ samples: [Int16], _ lag: Int) -> Float {
    var product: Float = 0
    var energies: (Float, Float) = (1, 1)
    for index in 0..<samples.count - lag {
      let (first, second) = (Float(samples[index]), Float(samples[index + lag]))
      product += first * second
      energies.0 += first * first
      energies.1 += second * second
    }
    return product / (energies.0 * energies.1).squareRoot()
  }
}
