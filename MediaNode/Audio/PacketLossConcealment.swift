/// What is heard in place of packets that did not come, after the idea of ITU-T G.711 Appendix I:
/// the last pitch periods go on, fade from 10 ms and are silent from 60 ms. Unlike the appendix it
/// delays nothing: a step at the seam is smoothed on its far side.
///
/// Every sample of a stream passes through: ``hear(_:)`` for those that came, which changes the
/// first few after a gap, and ``conceal(_:into:)`` for those that did not.
public struct PacketLossConcealment: Sendable {
  /// Full sound up to the first, none from the second, in milliseconds.
  static let fade = (from: 10, to: 60)

  private let perMillisecond: Int
  private let shortestPitch: Int
  private let longestPitch: Int
  /// The latest 48.75 ms, concealed ones included.
  private var history: [Float]
  private var gap: Gap?

  /// At least 8,000 samples a second, a multiple of 8,000.
  public init(sampleRate: Int = 8_000) {
    precondition(sampleRate >= 8_000 && sampleRate % 8_000 == 0, "\(sampleRate) Hz")
    perMillisecond = sampleRate / 1_000
    shortestPitch = 5 * perMillisecond
    longestPitch = 15 * perMillisecond
    history = Array(repeating: 0, count: longestPitch * 3 + longestPitch / 4)
  }

  /// Samples that came: kept for later. After a gap the first few are blended with what went on.
  public mutating func hear(_ samples: inout [Int16]) {
    if var gap {
      self.gap = nil
      let missing = gap.produced / perMillisecond
      let overlap = min(samples.count, min(4 + missing * 4 / 10, 10) * perMillisecond)
      for index in 0..<overlap {
        let share = Float(index + 1) / Float(overlap + 1)
        let goesOn = gap.next() * (1 - share)
        samples[index] = Int16(saturating: Float(samples[index]) * share + goesOn)
      }
    }
    remember(samples)
  }

  /// `count` samples in place of a packet.
  public mutating func conceal(_ count: Int, into samples: inout [Int16]) {
    samples.removeAll(keepingCapacity: true)
    var gap =
      self.gap
      ?? Gap(after: history, pitch: pitch(), perMillisecond: perMillisecond)
    for _ in 0..<count { samples.append(Int16(saturating: gap.next())) }
    self.gap = gap
    remember(samples)
  }

  private mutating func remember(_ samples: [Int16]) {
    let fresh = samples.suffix(history.count)
    let kept = history.count - fresh.count
    for index in 0..<kept { history[index] = history[index + fresh.count] }
    var place = kept
    for sample in fresh {
      history[place] = Float(sample)
      place += 1
    }
  }

  /// The lag at which the last 20 ms are most like themselves.
  private func pitch() -> Int {
    var best = (lag: longestPitch, likeness: -Float.infinity)
    for lag in shortestPitch...longestPitch {
      let likeness = likeness(at: lag)
      if likeness > best.likeness { best = (lag, likeness) }
    }
    return best.lag
  }

  /// The correlation with what was `lag` earlier, of that one's own power.
  private func likeness(at lag: Int) -> Float {
    history.withUnsafeBufferPointer { history in
      var product: Float = 0
      var energy: Float = 1
      for index in history.count - 20 * perMillisecond..<history.count {
        let earlier = history[index - lag]
        product += history[index] * earlier
        energy += earlier * earlier
      }
      return product / energy.squareRoot()
    }
  }
}

/// The sound that goes on through one gap.
private struct Gap: Sendable {
  private let past: [Float]
  private let pitch: Int
  private let perMillisecond: Int
  /// Where in `past` the next sample lies.
  private var position: Int
  /// Where the next round begins: one period earlier at first, later up to three, because a single
  /// one repeated buzzes.
  private var back: Int
  /// What the seam jumps by, and how fast that is forgotten.
  private var step: Float
  private(set) var produced = 0

  init(after past: [Float], pitch: Int, perMillisecond: Int) {
    self.past = past
    self.pitch = pitch
    self.perMillisecond = perMillisecond
    back = pitch
    position = past.count - pitch
    step = past[past.count - 1] - past[past.count - 1 - pitch]
  }

  mutating func next() -> Float {
    defer {
      position += 1
      produced += 1
      step *= 0.9
      if position == past.count { wrap() }
    }
    return (looped() + step) * gain
  }

  private mutating func wrap() {
    position -= back
    let periods = min(3, 1 + produced / (10 * perMillisecond))
    // The next seam's far side must lie within the past.
    back = (back + pitch) / pitch > periods ? back : min(periods, back / pitch + 1) * pitch
  }

  /// The last quarter of a period runs over into what the next round begins with.
  private func looped() -> Float {
    let quarter = pitch / 4
    let left = past.count - position
    guard left <= quarter else { return past[position] }
    let share = Float(left) / Float(quarter + 1)
    return past[position] * share + past[position - back] * (1 - share)
  }

  private var gain: Float {
    let fade = PacketLossConcealment.fade
    let begin = fade.from * perMillisecond
    let length = (fade.to - fade.from) * perMillisecond
    return max(0, 1 - Float(max(0, produced - begin)) / Float(length))
  }
}
