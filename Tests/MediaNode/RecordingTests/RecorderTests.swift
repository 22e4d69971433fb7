import Audio
import LAME
import Recording
import Support
import Testing

@Suite("Recordings")
struct RecorderTests {
  static let cases: [(RecordingFormat, Int)] = [
    (.mp3, 8_000), (.mp3, 16_000), (.opus, 8_000), (.opus, 16_000),
  ]

  /// Seconds of two tones, in frames of 20 ms.
  private func segments(
    _ format: RecordingFormat, of parties: RecordedParties, rate: Int, seconds: Int
  ) -> [RecordingSegment] {
    var recorder = Recorder(format, of: parties, sampleRate: rate, segment: .seconds(2))
    var caller = ToneGenerator(frequencies: [500], amplitude: 0.3, sampleRate: rate)
    var called = ToneGenerator(frequencies: [900], amplitude: 0.3, sampleRate: rate)
    var segments: [RecordingSegment] = []
    for _ in 0..<seconds * 50 {
      let segment = recorder.take(caller.samples(rate / 50), called.samples(rate / 50))
      segments += segment.map { [$0] } ?? []
    }
    segments += recorder.finish().map { [$0] } ?? []
    return segments
  }

  /// What ffmpeg makes of a file, channel by channel, at its rate.
  private func decoded(_ bytes: [UInt8], channels: Int, rate: Int) async throws -> [[Int16]] {
    let raw = try await IndependentCoder.convert(bytes, [], ["-f", "s16le", "-ar", "\(rate)"])
    let samples = IndependentCoder.samples(raw)
    return (0..<channels).map { channel in
      stride(from: channel, to: samples.count, by: channels).map { samples[$0] }
    }
  }

  @Test("Both parties are heard, each on its side, for as long as they spoke", arguments: cases)
  func stereo(format: RecordingFormat, rate: Int) async throws {
    let segments = segments(format, of: .both, rate: rate, seconds: 5)
    let sides = try await decoded(segments.flatMap(\.bytes), channels: 2, rate: rate)
    let recognizer = ToneRecognizer(frequencies: [500, 900], sampleRate: rate)
    #expect(recognizer.tones(in: sides[0], forAtLeast: 0.95) == [500])
    #expect(recognizer.tones(in: sides[1], forAtLeast: 0.95) == [900])
    // MP3 has whole frames of 72 ms, and a beginning that its decoder needs.
    let slack = format == .opus ? rate / 1_000 : rate / 4
    #expect(abs(sides[0].count - rate * 5) <= slack, "\(sides[0].count)")
  }

  @Test("One leg alone is one channel", arguments: cases)
  func mono(format: RecordingFormat, rate: Int) async throws {
    let segments = segments(format, of: .one, rate: rate, seconds: 3)
    let sides = try await decoded(segments.flatMap(\.bytes), channels: 1, rate: rate)
    let recognizer = ToneRecognizer(frequencies: [500, 900], sampleRate: rate)
    #expect(recognizer.tones(in: sides[0], forAtLeast: 0.9) == [500])
  }

  @Test("What a process left that died in a frame, and what the next one recorded, play in a row")
  func partsInARow() async throws {
    let left = segments(.mp3, of: .one, rate: 8_000, seconds: 5).dropLast().flatMap(\.bytes)
    let cut = left.dropLast(left.count % 288 + 255)
    let first = cut.dropLast(cut.count % 288)
    let second = segments(.mp3, of: .one, rate: 8_000, seconds: 4).flatMap(\.bytes)
    let sides = try await decoded(Array(first) + second, channels: 1, rate: 8_000)
    #expect(sides[0].count > 7 * 8_000)
  }

  @Test("What was recorded of one leg is heard again as it was said, also when it was cut")
  func heardAgain() throws {
    let bytes = segments(.mp3, of: .one, rate: 8_000, seconds: 3).flatMap(\.bytes)
    for cut in [bytes, Array(bytes.dropLast(100)), Array("no sound".utf8) + bytes] {
      let heard = try #require(MP3Decoder.decode(cut, most: 80_000))
      #expect(heard.sampleRate == 8_000)
      #expect(heard.samples.count > 2 * 8_000)
      let recognizer = ToneRecognizer(frequencies: [500, 900], sampleRate: 8_000)
      #expect(recognizer.tones(in: heard.samples, forAtLeast: 0.8) == [500])
    }
    #expect(MP3Decoder.decode(bytes, most: 8_000)?.samples.count == 8_000)
    #expect(MP3Decoder.decode([], most: 8_000) == nil)
    #expect(MP3Decoder.decode(Array(repeating: 0xFF, count: 5_000), most: 8_000) == nil)
  }

  @Test("Segments leave while the call goes on, and any beginning of them plays", arguments: cases)
  func streamed(format: RecordingFormat, rate: Int) async throws {
    let segments = segments(format, of: .both, rate: rate, seconds: 9)
    #expect(segments.map(\.number) == [0, 1, 2, 3, 4])
    #expect(segments.map(\.isLast) == [false, false, false, false, true])
    let beginning = segments.prefix(3).flatMap(\.bytes)
    let sides = try await decoded(beginning, channels: 2, rate: rate)
    #expect(sides[0].count >= rate * 11 / 2, "\(sides[0].count)")
  }

  @Test("A party that sends less is silent, not early")
  func unevenFrames() async throws {
    var recorder = Recorder(.opus, of: .both, segment: .seconds(1))
    var tone = ToneGenerator(frequencies: [500], amplitude: 0.3)
    var bytes: [UInt8] = []
    for tick in 0..<100 {
      let segment = recorder.take(
        tick < 50 ? [] : tone.samples(160), [Int16](repeating: 0, count: 160))
      bytes += segment?.bytes ?? []
    }
    bytes += recorder.finish()?.bytes ?? []
    let sides = try await decoded(bytes, channels: 2, rate: 8_000)
    let recognizer = ToneRecognizer(frequencies: [500])
    #expect(recognizer.tones(in: Array(sides[0][..<7_500])) == [])
    #expect(recognizer.tones(in: Array(sides[0][8_500...]), forAtLeast: 0.9) == [500])
  }

  @Test("Nothing is recorded after the end, and the end comes once")
  func ends() {
    for format in RecordingFormat.allCases {
      var recorder = Recorder(format, of: .one)
      let last = recorder.finish()
      #expect(last?.isLast == true)
      let later = recorder.take([1, 2, 3])
      let again = recorder.finish()
      #expect(later == nil && again == nil)
      #expect(recorder.duration == .zero)
    }
  }
}
