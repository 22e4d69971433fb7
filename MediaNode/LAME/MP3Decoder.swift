internal import CLAME

/// MP3 to samples, by the decoder that LAME brings. Belongs to one thread at a time.
public struct MP3Decoder {
  private static let frame = 1_152

  /// What can be read of one channel of an MP3 stream, the left of two; damaged frames are left out.
  ///
  /// - Parameter most: samples, beyond which nothing is read.
  /// - Returns: nil when nothing can be read.
  public static func decode(
    _ stream: [UInt8], most: Int
  ) -> (samples: [Int16], sampleRate: Int)? {
    guard let state = hip_decode_init() else { return nil }
    defer { hip_decode_exit(state) }
    // It would write to our standard error what a peer's bytes make it think.
    hip_set_errorf(state, nil)
    hip_set_msgf(state, nil)
    hip_set_debugf(state, nil)
    var (samples, sampleRate): ([Int16], Int) = ([], 0)
    var (left, right) = (
      [Int16](repeating: 0, count: frame), [Int16](repeating: 0, count: frame)
    )
    for begin in stride(from: 0, to: stream.count, by: 512) {
      var piece = Array(stream[begin..<min(stream.count, begin + 512)])
      var count = piece.count
      while samples.count < most {
        var about = mp3data_struct()
        let decoded = hip_decode1_headers(state, &piece, count, &left, &right, &about)
        guard decoded > 0 else { break }
        if about.samplerate > 0 { sampleRate = Int(about.samplerate) }
        samples += left.prefix(min(Int(decoded), frame, most - samples.count))
        count = 0
      }
    }
    return samples.isEmpty || sampleRate == 0 ? nil : (samples, sampleRate)
  }
}
