import Announcements
import Audio

extension SoundPlayer.Clip {
  /// A minute of what callers hear while somebody rings: as in North America, whose recordings the
  /// English ones are (two tones, 2 s of 6), or as in Europe (ETSI TR 101 041-2: 425 Hz, 1 s of 5).
  static func ringing(in language: SpokenLanguage) -> SoundPlayer.Clip {
    language == .english ? northAmerican : european
  }

  private static let northAmerican = ringing("ringing-us", of: [440, 480], for: 2, each: 6)
  private static let european = ringing("ringing-eu", of: [425], for: 1, each: 5)

  private static func ringing(
    _ name: String, of frequencies: [Double], for seconds: Int, each period: Int
  ) -> SoundPlayer.Clip {
    var tone = ToneGenerator(frequencies: frequencies, amplitude: 0.1)
    let once =
      tone.samples(seconds * 8_000)
      + Array(repeating: 0, count: (period - seconds) * 8_000)
    return SoundPlayer.Clip(
      name: name, samples: Array(repeatElement(once, count: 60 / period).joined()))
  }
}
