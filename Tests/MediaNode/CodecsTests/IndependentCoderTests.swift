import Audio
import Codecs
import SpanDSP
import Support
import Testing

@Suite("Our coders beside ffmpeg's")
struct IndependentCoderTests {
  static let everySample = Array(Int16.min...Int16.max)

  @Test(
    "Every sample becomes the code that ffmpeg gives it, or one as near",
    arguments: [
      (G711.muLaw, "mulaw"), (.aLaw, "alaw"),
    ])
  func g711Encodes(law: G711, name: String) async throws {
    let theirs = try await IndependentCoder.convert(
      IndependentCoder.bytes(Self.everySample),
      ["-f", "s16le", "-ar", "8000", "-ac", "1"], ["-f", name, "-ar", "8000"])
    try #require(theirs.count == 65_536)
    for (sample, code) in zip(Self.everySample, theirs) where !isAtEdge(sample, of: law) {
      let ours = abs(Int(law.decode(law.encode(sample))) - Int(sample))
      let other = abs(Int(law.decode(code)) - Int(sample))
      #expect(abs(ours - other) <= 8, "\(sample)")
    }
  }

  /// ffmpeg takes the nearest code everywhere; the standard decides at the very edge of a segment,
  /// which is a quarter of the smaller step below the middle between its neighbours.
  private func isAtEdge(_ sample: Int16, of law: G711) -> Bool {
    let magnitude = abs(Int(sample)) + (law == .muLaw ? 132 : 0)
    return (0..<8).contains { segment in
      let edge = 256 << segment
      return edge - 8...edge + edge / 128 + 8 ~= magnitude
    }
  }

  @Test(
    "Every code becomes the sample that ffmpeg gives it",
    arguments: [
      (G711.muLaw, "mulaw"), (.aLaw, "alaw"),
    ])
  func g711Decodes(law: G711, name: String) async throws {
    let codes = Array(UInt8.min...UInt8.max)
    let theirs = try await IndependentCoder.convert(
      codes, ["-f", name, "-ar", "8000", "-ac", "1"], ["-f", "s16le"])
    #expect(IndependentCoder.samples(theirs) == law.decode(codes))
  }

  static let speech = SpeechLikeNoise.samples(milliseconds: 4_000, sampleRate: 16_000, seed: 722)

  @Test("What we encode in G.722 ffmpeg decodes as we do")
  func g722EncodedHereDecodedThere() async throws {
    let ours = g722(Self.speech)
    let theirs = IndependentCoder.samples(
      try await IndependentCoder.convert(ours, ["-f", "g722"], ["-f", "s16le", "-ar", "16000"]))
    expectAlike(theirs, g722Decoded(ours))
    expectAlike(theirs, Self.speech, atLeast: 15)
  }

  @Test("What ffmpeg encodes in G.722 we decode as it does")
  func g722EncodedThereDecodedHere() async throws {
    let theirs = try await IndependentCoder.convert(
      IndependentCoder.bytes(Self.speech),
      ["-f", "s16le", "-ar", "16000", "-ac", "1"], ["-f", "g722", "-ar", "16000"])
    let heardThere = IndependentCoder.samples(
      try await IndependentCoder.convert(theirs, ["-f", "g722"], ["-f", "s16le", "-ar", "16000"]))
    expectAlike(heardThere, g722Decoded(theirs))
    expectAlike(g722Decoded(theirs), Self.speech, atLeast: 15)
  }

  private func g722(_ samples: [Int16]) -> [UInt8] {
    var bytes: [UInt8] = []
    G722Encoder().encode(samples, into: &bytes)
    return bytes
  }

  private func g722Decoded(_ bytes: [UInt8]) -> [Int16] {
    var samples: [Int16] = []
    G722Decoder().decode(bytes, into: &samples)
    return samples
  }

  /// Within the rounding of two implementations, whose filters may differ by whole samples of
  /// delay.
  private func expectAlike(_ first: [Int16], _ second: [Int16], atLeast decibels: Double = 40) {
    let best = (-40...40).map { signalToNoise(first, second, shiftedBy: $0) }.max() ?? 0
    #expect(best >= decibels, "\(best) dB")
  }
}

/// How far `second`, `shift` samples later, lies from `first`, in decibels below it.
func signalToNoise(_ first: [Int16], _ second: [Int16], shiftedBy shift: Int) -> Double {
  let begin = max(0, -shift)
  let end = min(first.count, second.count - shift)
  guard end > begin else { return -.infinity }
  var signal = 1.0
  var noise = 1.0
  for index in begin..<end {
    let difference = Double(first[index]) - Double(second[index + shift])
    signal += Double(first[index]) * Double(first[index])
    noise += difference * difference
  }
  return decibels(signal / noise)
}
