import Audio
import Testing

@Suite("Between sample rates")
struct ResamplerTests {
  static let pairs = [
    (8_000, 16_000), (16_000, 8_000), (8_000, 48_000), (48_000, 8_000), (16_000, 48_000),
    (48_000, 16_000), (44_100, 8_000),
  ]

  /// The level of what a tone of `frequency` becomes, without the beginning: decibels against
  /// the tone.
  private func gain(of frequency: Double, from input: Int, to output: Int) -> Double {
    var tone = ToneGenerator(frequencies: [frequency], amplitude: 0.5, sampleRate: input)
    var resampler = Resampler(from: input, to: output)
    var heard: [Int16] = []
    resampler.resample(tone.samples(input / 4), into: &heard)
    let settled = heard.dropFirst(output / 20)
    let power = settled.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(settled.count)
    return decibels(power / (0.5 * 32_767 * 0.5 * 32_767 / 2))
  }

  @Test("What the lower rate can hold passes unchanged", arguments: pairs)
  func passBandIsFlat(input: Int, output: Int) {
    let edge = Double(min(input, output)) / 2 * 0.85
    for frequency in [200, 1_000, edge * 0.7, edge] {
      #expect(abs(gain(of: frequency, from: input, to: output)) < 0.02, "\(frequency) Hz")
    }
  }

  /// Sixteen bits round to -98 dB; the filter's own skirt is what is measured.
  @Test(
    "What the lower rate cannot hold is damped by 75 dB and more",
    arguments: [(16_000, 8_000), (48_000, 8_000), (48_000, 16_000), (44_100, 8_000)])
  func stopBandIsQuiet(input: Int, output: Int) {
    let nyquist = Double(output) / 2
    for factor in [1.01, 1.05, 1.2, 1.5] where nyquist * factor < Double(input) / 2 {
      let frequency = nyquist * factor
      #expect(gain(of: frequency, from: input, to: output) < -75, "\(frequency) Hz")
    }
  }

  @Test("No mirror of speech appears above it when the rate rises")
  func imagesAreQuiet() {
    for (input, output) in [(8_000, 16_000), (8_000, 48_000), (16_000, 48_000)] {
      var tone = ToneGenerator(frequencies: [1_000], amplitude: 0.5, sampleRate: input)
      var resampler = Resampler(from: input, to: output)
      var heard: [Int16] = []
      resampler.resample(tone.samples(input), into: &heard)
      let mirror = Double(input) - 1_000
      let level = amplitude(of: mirror, in: Array(heard.dropFirst(output / 10)), rate: output)
      #expect(decibels(level * level / 0.25) < -75, "\(input) to \(output)")
    }
  }

  @Test("Pieces of any size come out as the whole does", arguments: pairs)
  func streamsInPieces(input: Int, output: Int) {
    var tone = ToneGenerator(frequencies: [440, 1_700], sampleRate: input)
    let sound = tone.samples(input / 5)
    var whole: [Int16] = []
    var atOnce = Resampler(from: input, to: output)
    atOnce.resample(sound, into: &whole)
    var inPieces = Resampler(from: input, to: output)
    var pieces: [Int16] = []
    var piece: [Int16] = []
    var start = 0
    for size in sequence(first: 1, next: { $0 % 97 + 13 }) {
      let end = min(start + size, sound.count)
      inPieces.resample(Array(sound[start..<end]), into: &piece)
      pieces += piece
      start = end
      if start == sound.count { break }
    }
    #expect(pieces == whole)
  }

  @Test("As much comes out as goes in, at the other rate", arguments: pairs)
  func nothingIsLost(input: Int, output: Int) {
    var resampler = Resampler(from: input, to: output)
    var count = 0
    var piece: [Int16] = []
    for _ in 0..<50 {
      resampler.resample(Array(repeating: 0, count: input / 50), into: &piece)
      count += piece.count
    }
    #expect(abs(count - input / 50 * 50 * output / input) <= 1)
  }

  @Test("The delay stays below five milliseconds where telephones meet")
  func delayIsSmall() {
    #expect(Resampler(from: 16_000, to: 8_000).delay < .milliseconds(6))
    #expect(Resampler(from: 8_000, to: 8_000).delay == .zero)
  }
}
