import Audio
import Testing

/// Noise that is the same in every run.
private func noise(_ count: Int, amplitude: Double, seed: UInt64 = 7) -> [Int16] {
  var state = seed
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int16((Double(Int32(truncatingIfNeeded: state >> 32)) / 2_147_483_648 * amplitude))
  }
}

private func tone(_ frequencies: [Double], amplitude: Double = 0.25, rate: Int = 8_000) -> [Int16] {
  var generator = ToneGenerator(
    frequencies: frequencies, amplitude: amplitude, sampleRate: rate)
  return generator.samples(rate)
}

private let party: [Double] = [440, 660, 880, 1_100]

@Suite struct ToneTests {
  @Test(arguments: [8_000, 16_000, 48_000])
  func aToneIsHeardAtItsLevelAndNoOther(rate: Int) throws {
    let heard = ToneRecognizer(frequencies: party, sampleRate: rate)
      .presence(in: tone([660], rate: rate))
    #expect(heard.map(\.share) == [0, 1, 0, 0])
    #expect(abs(heard[1].level - 0.25) < 0.01)
  }

  @Test func twoPartiesAreHeardTogether() {
    let recognizer = ToneRecognizer(frequencies: party)
    #expect(recognizer.tones(in: tone([440, 1_100])) == [440, 1_100])
  }

  @Test(arguments: G711.allCases)
  func aToneSurvivesCompanding(law: G711) {
    let samples = law.decode(law.encode(tone([880], amplitude: 0.1)))
    #expect(ToneRecognizer(frequencies: party).tones(in: samples) == [880])
  }

  @Test func silenceAndNoiseAreNoTone() {
    let recognizer = ToneRecognizer(frequencies: party)
    #expect(recognizer.presence(in: Array(repeating: 0, count: 8_000)).allSatisfy { $0.share == 0 })
    #expect(recognizer.tones(in: noise(8_000, amplitude: 8_000), forAtLeast: 0.2) == [])
    #expect(recognizer.tones(in: tone([440], amplitude: 0.001)) == [])
    #expect(recognizer.tones(in: tone([523])) == [])
  }

  @Test func aToneIsHeardThroughNoise() {
    let mixed = zip(tone([440]), noise(8_000, amplitude: 4_000)).map { $0 &+ $1 }
    #expect(ToneRecognizer(frequencies: party).tones(in: mixed) == [440])
  }

  @Test func aToneOfHalfTheTimeIsThereHalfTheTime() {
    let samples = tone([440]) + Array(repeating: 0, count: 8_000)
    #expect(ToneRecognizer(frequencies: [440]).presence(in: samples).map(\.share) == [0.5])
  }

  @Test func aSoundShorterThanAWindowHasNoTone() {
    let recognizer = ToneRecognizer(frequencies: [440])
    #expect(recognizer.tones(in: []) == [])
    #expect(recognizer.tones(in: Array(tone([440])[..<399])) == [])
  }

  @Test func aToneAboveHalfTheSampleRateIsNotMistakenForItsMirror() {
    #expect(ToneRecognizer(frequencies: [7_000]).tones(in: tone([1_000])) == [])
  }

  @Test func packetsOfAToneJoinWithoutAStep() {
    var whole = ToneGenerator(frequencies: [440])
    var pieces = ToneGenerator(frequencies: [440])
    #expect(whole.samples(800) == (0..<5).flatMap { _ in pieces.samples(160) })
  }

  @Test func aToneThatWouldOverflowIsClipped() {
    #expect(tone([500, 500, 500], amplitude: 1).max() == Int16.max)
  }
}
