import Audio
import Foundation
import SeededRandom
import SoundUploads
import Support
import Testing

@Suite("Sounds that customers bring")
struct SoundUploadTests {
  /// Speech-like sound of 44,100 samples a second, as ffmpeg writes it.
  private func upload(_ options: [String], seconds: Int = 4, volume: Double = 1) async throws
    -> Data
  {
    let samples = SpeechLikeNoise.samples(
      milliseconds: seconds * 1_000, sampleRate: 44_100, seed: 5
    ).map { Int16(Double($0) * volume) }
    return Data(
      try await IndependentCoder.convert(
        IndependentCoder.bytes(samples), ["-f", "s16le", "-ar", "44100", "-ac", "1"], options))
  }

  static let kinds: [[String]] = [
    ["-f", "wav"], ["-f", "wav", "-ac", "2", "-c:a", "pcm_s24le"], ["-f", "mp3"],
    ["-f", "mp3", "-write_xing", "0", "-id3v2_version", "0"], ["-f", "ogg", "-c:a", "libvorbis"],
    ["-f", "ogg", "-c:a", "libopus"],
  ]

  @Test("WAV, MP3 and Ogg become what calls play", arguments: kinds)
  func converted(options: [String]) async throws {
    let sound = try await SoundConverter().convert(try await upload(options))
    let wide = try WAVFile(parsing: Array(sound.wide))
    let narrow = try WAVFile(parsing: Array(sound.narrow))
    #expect(wide.sampleRate == 16_000 && narrow.sampleRate == 8_000)
    #expect(wide.channels.count == 1 && narrow.channels.count == 1)
    #expect(abs(sound.length - 4) < 0.15, "\(sound.length)")
  }

  @Test("However loud an upload is, callers hear it equally loud", arguments: [0.05, 0.3, 1])
  func levelled(volume: Double) async throws {
    let sound = try await SoundConverter().convert(
      try await upload(["-f", "wav"], seconds: 8, volume: volume))
    let loudness = try await self.loudness(of: sound.wide)
    #expect(abs(loudness - SoundConverter.loudness) < 2, "\(loudness)")
  }

  private func loudness(of wav: Data) async throws -> Double {
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).wav")
    defer { try? FileManager.default.removeItem(at: file) }
    try wav.write(to: file)
    let finished = try await ChildProcess.run(
      "ffmpeg",
      ["-nostdin", "-hide_banner", "-i", file.path, "-af", "ebur128", "-f", "null", "-"])
    let summary = finished.output.components(separatedBy: "Integrated loudness:").last ?? ""
    let value = summary.split(whereSeparator: \.isWhitespace).drop { $0 != "I:" }.dropFirst().first
    return try #require(value.flatMap { Double($0) })
  }

  private func refusal(_ upload: Data, limits: SoundLimits = SoundLimits()) async -> SoundRefusal? {
    do {
      _ = try await SoundConverter(limits: limits).convert(upload)
      return nil
    } catch {
      return error as? SoundRefusal
    }
  }

  @Test("An empty file is refused as empty")
  func empty() async { #expect(await refusal(Data()) == .empty) }

  @Test(
    "What is no sound is refused, whatever it is called",
    arguments: [
      "PK\u{3}\u{4} a zip archive, perhaps a bomb", "#!/bin/sh\nrm -rf /\n", "<svg xmlns=\"…\"/>",
      "#EXTM3U\nfile:///etc/passwd\n", "ffconcat version 1.0\nfile /etc/passwd\n",
      "RIFF\0\0\0\0AVI ",
      "short",
    ])
  func wrongType(text: String) async { #expect(await refusal(Data(text.utf8)) == .wrongType) }

  @Test("A file that is too large is refused before anything reads it")
  func tooLarge() async throws {
    var limits = SoundLimits()
    limits.bytes = 1 << 20
    let large = Data("OggS".utf8) + Data(count: 1 << 20)
    #expect(await refusal(large, limits: limits) == .tooLarge(bytes: 1 << 20))
  }

  @Test("A sound that is too long is refused, also when it is a small file that unfolds")
  func tooLong() async throws {
    var limits = SoundLimits()
    limits.seconds = 20
    let minute = try await IndependentCoder.convert(
      IndependentCoder.bytes(
        SpeechLikeNoise.samples(milliseconds: 1_000, sampleRate: 8_000, seed: 1)),
      ["-stream_loop", "59", "-f", "s16le", "-ar", "8000", "-ac", "1"],
      ["-f", "ogg", "-c:a", "libopus", "-b:a", "6k", "-frame_duration", "60"])
    #expect(minute.count < 100_000)
    #expect(await refusal(Data(minute), limits: limits) == .tooLong(seconds: 20))
  }

  @Test("Damage is refused as damage", arguments: ["wav", "mp3", "ogg"])
  func corrupt(format: String) async throws {
    let whole = try await upload(["-f", format])
    var random = SeededGenerator(seed: 3)
    var noise = Data(whole.prefix(40))
    noise += Data((0..<20_000).map { _ in UInt8.random(in: 0...255, using: &random) })
    // In WAV any bytes are sound: only its header can be damaged.
    let damaged = format == "wav" ? Data(whole.prefix(20)) + Data(count: 100) : noise
    #expect(await refusal(damaged) == .corrupt)
    #expect(await refusal(Data(whole.prefix(12))) == .corrupt)
  }

  @Test("Silence is refused as silence")
  func silent() async throws {
    let silence = Data(
      WAVFile(sampleRate: 8_000, channels: [Array(repeating: 0, count: 16_000)]).encoded())
    #expect(await refusal(silence) == .silent)
  }

  @Test("Every refusal says why in words")
  func reasons() {
    let refusals: [SoundRefusal] = [
      .empty, .tooLarge(bytes: 25 << 20), .wrongType, .tooLong(seconds: 900), .corrupt, .silent,
      .tooCostly,
    ]
    #expect(Set(refusals.map(\.reason)).count == refusals.count)
  }
}
