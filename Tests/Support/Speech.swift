import Foundation
import SeededRandom

/// Sound for tests that no tone can stand for: noise with the level of a voice, syllables and
/// pauses, the same for the same seed.
public enum SpeechLikeNoise {
  /// Samples of `milliseconds` at `sampleRate`.
  public static func samples(milliseconds: Int, sampleRate: Int, seed: UInt64) -> [Int16] {
    var random = SeededGenerator(seed: seed)
    var slow = 0.0
    var level = 0.0
    var target = 0.0
    return (0..<milliseconds * sampleRate / 1_000).map { index in
      if index % (sampleRate / 8) == 0 { target = Double.random(in: -0.2...1, using: &random) }
      level += (max(0, target) - level) * 40 / Double(sampleRate)
      slow += (Double.random(in: -1...1, using: &random) - slow) * 0.35
      let voice = sin(Double(index) * 2 * Double.pi * 140 / Double(sampleRate))
      return Int16((slow * 9_000 + voice * 7_000) * level)
    }
  }
}

/// ffmpeg as the coder that is not ours.
public enum IndependentCoder {
  /// What ffmpeg makes of `input` with these options for it and for the output, both through files.
  public static func convert(
    _ input: [UInt8], _ inputOptions: [String], _ outputOptions: [String]
  ) async throws -> [UInt8] {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let source = folder.appending(path: "in")
    let target = folder.appending(path: "out")
    try Data(input).write(to: source)
    let finished = try await ChildProcess.run(
      "ffmpeg",
      ["-nostdin", "-loglevel", "error", "-y"] + inputOptions + ["-i", source.path]
        + outputOptions + [target.path], within: .seconds(120))
    guard finished.status == 0 else { throw CoderError(output: finished.output) }
    return Array(try Data(contentsOf: target))
  }

  /// Samples as the little-endian bytes of ffmpeg's `s16le`.
  public static func bytes(_ samples: [Int16]) -> [UInt8] {
    samples.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
  }

  public static func samples(_ bytes: [UInt8]) -> [Int16] {
    stride(from: 0, to: bytes.count - 1, by: 2).map {
      Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
    }
  }
}

/// The coder refused, in its own words.
public struct CoderError: Error { public let output: String }
