/// How much of one tone is in a sound.
public struct TonePresence: Hashable, Sendable {
  /// In hertz.
  public let frequency: Double
  /// The share of the sound's windows, 0 to 1, in which the tone was heard.
  public let share: Double
  /// The tone's mean amplitude in those windows, of full scale; 0 when it was never heard.
  public let level: Double
}

/// Tells which of a set of tones a sound has, window by window, by Goertzel's filter.
public struct ToneRecognizer: Sendable {
  private let frequencies: [Double]
  private let sampleRate: Double
  private let window: Int

  /// A quieter tone is noise: -50 dB of full scale.
  public static let leastLevel = 0.003
  /// A tone must have this share of its window's energy: speech, clicks and other tones' skirts
  /// have less, each of three mixed tones has more.
  public static let leastEnergyShare = 0.2

  /// `frequencies` in hertz, at least 40 Hz apart; those above half the sample rate are never
  /// heard. Windows are 50 ms.
  public init(frequencies: [Double], sampleRate: Int = 8_000) {
    precondition(sampleRate >= 1_000, "a sample rate of \(sampleRate)")
    self.frequencies = frequencies
    self.sampleRate = Double(sampleRate)
    window = sampleRate / 20
  }

  /// The tones of one channel. A rest shorter than a window at the end is left out.
  public func presence(in samples: [Int16]) -> [TonePresence] {
    let starts = stride(from: 0, through: samples.count - window, by: window)
    let windows = starts.map { samples[$0..<$0 + window] }
    return frequencies.map { presence(of: $0, in: windows) }
  }

  /// The tones that were heard in at least `share` of the windows.
  public func tones(in samples: [Int16], forAtLeast share: Double = 0.5) -> [Double] {
    presence(in: samples).filter { $0.share >= share }.map(\.frequency)
  }

  private func presence(of frequency: Double, in windows: [ArraySlice<Int16>]) -> TonePresence {
    let levels = windows.compactMap { level(of: frequency, in: $0) }
    return TonePresence(
      frequency: frequency,
      share: windows.isEmpty ? 0 : Double(levels.count) / Double(windows.count),
      level: levels.isEmpty ? 0 : levels.reduce(0, +) / Double(levels.count))
  }

  /// The tone's amplitude in one window, nil when it is not there.
  private func level(of frequency: Double, in window: ArraySlice<Int16>) -> Double? {
    guard frequency > 0, frequency < sampleRate / 2 else { return nil }
    let energy = window.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(window.count)
    let amplitude = amplitude(of: frequency, in: window)
    guard amplitude >= Self.leastLevel * 32_768,
      amplitude * amplitude / 2 >= energy * Self.leastEnergyShare
    else { return nil }
    return amplitude / 32_768
  }

  private func amplitude(of frequency: Double, in window: ArraySlice<Int16>) -> Double {
    let coefficient = 2 * sine(turns: frequency / sampleRate + 0.25)
    var last = 0.0
    var beforeLast = 0.0
    for sample in window {
      (last, beforeLast) = (Double(sample) + coefficient * last - beforeLast, last)
    }
    let power = last * last + beforeLast * beforeLast - coefficient * last * beforeLast
    return 2 * max(0, power).squareRoot() / Double(window.count)
  }
}
