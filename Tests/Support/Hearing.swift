import Audio
public import Foundation

/// What a recording sounds like.
public struct Hearing {
  public let duration: Duration
  private var sound: WAVFile
  /// -40 dB of full scale.
  private static let audible = 328

  public init(_ file: URL) throws {
    sound = try WAVFile(parsing: Array(Data(contentsOf: file)))
    duration = sound.duration
  }

  /// The end of a recording, which may still grow.
  public init(_ file: URL, last length: Duration) throws {
    try self.init(file)
    let count = Int(length.components.seconds) * sound.sampleRate
    sound.channels = sound.channels.map { Array($0.suffix(count)) }
  }

  /// Some seconds of a recording.
  public init(_ file: URL, within seconds: Range<Int>) throws {
    try self.init(file)
    let rate = sound.sampleRate
    sound.channels = sound.channels.map { channel in
      Array(channel.dropFirst(seconds.lowerBound * rate).prefix(seconds.count * rate))
    }
  }

  /// The tones of `candidates`, in hertz, that sounded for at least half of the recording. The
  /// silence that it begins with does not count: some phones record before they play.
  public func tones(of candidates: [Int]) -> [Int] {
    tones(of: candidates, in: sound.channels.first ?? [])
  }

  /// What is heard on the right, where there is one.
  public func tonesOnTheRight(of candidates: [Int]) -> [Int] {
    tones(of: candidates, in: sound.channels.dropFirst().first ?? [])
  }

  private func tones(of candidates: [Int], in channel: [Int16]) -> [Int] {
    let recognizer = ToneRecognizer(
      frequencies: candidates.map(Double.init), sampleRate: sound.sampleRate)
    let sounding = channel.drop { abs(Int($0)) < Self.audible }
    return recognizer.tones(in: Array(sounding)).map { Int($0) }
  }
}
