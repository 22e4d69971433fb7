import Audio
import Codecs
import Foundation

/// `BenchmarkAudio cpu SPEECH.wav [ROUNDS]` prints what mixing and transcoding cost, and fails when a
/// bar is not met. `BenchmarkAudio speech FROM TO` reads each WAV file of 16,000 samples a second in
/// FROM and writes into TO what a caller hears of it, one folder a way, for a judge of speech.
@main
struct BenchmarkAudio {
  static func main() throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    switch (arguments.first, arguments.count) {
    case ("cpu", 2...3):
      let rounds = arguments.count == 3 ? Int(arguments[2]) ?? 3 : 3
      let speech = try WAVFile(parsing: Array(Data(contentsOf: URL(filePath: arguments[1]))))
      exit(ProcessorTime(speech: speech, rounds: rounds).print() ? 0 : 1)
    case ("speech", 3):
      try HeardSpeech.write(
        from: URL(filePath: arguments[1]), to: URL(filePath: arguments[2]))
    default:
      FileHandle.standardError.write(
        Data("usage: BenchmarkAudio cpu SPEECH.wav [ROUNDS] | speech FROM TO\n".utf8))
      exit(2)
    }
  }
}
