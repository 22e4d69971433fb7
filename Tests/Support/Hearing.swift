import Audio
public import Foundation

/// What a recording sounds like.
public struct Hearing {
  public let duration: Duration
  private let sound: WAVFile
  /// -40 dB of full scale.
  private static let audible = 328

  public init(_ file: URL) throws {
    sound = try WAVFile(parsing: Array(Data(contentsOf: file)))
    duration = sound.duration
  }

  /// The tones of `candidates`, in hertz, that sounded for at least half of the recording. The
  /// silence that it begins with does not count: some phones record before they play.
  public func tones(of candidates: [Int]) -> [Int] {
    let recognizer = ToneRecognizer(
      frequencies: candidates.map(Double.init), sampleRate: sound.sampleRate)
    let sounding = (sound.channels.first ?? []).drop { abs(Int($0)) < Self.audible }
    return recognizer.tones(in: Array(sounding)).map { Int($0) }
  }
}
