import SIP

/// A stream brings the same messages, and fails the same way, whatever pieces it comes in: at once, or
/// in pieces as long as the first byte says.
func fuzzStream(_ bytes: UnsafeRawBufferPointer) {
  guard let first = bytes.first else { return }
  let stream = Array(bytes.dropFirst())
  let whole = reading(stream, pieces: stream.count)
  let pieces = reading(stream, pieces: Int(first % 16) + 1)
  expect(whole == pieces, "at once \(whole)\nin pieces \(pieces)")
}

private struct Reading: Equatable {
  var frames: [StreamFraming.Frame] = []
  var failure: StreamFraming.Failure?
}

private func reading(_ stream: [UInt8], pieces size: Int) -> Reading {
  let limit = 1_024
  var framing = StreamFraming(limit: limit)
  var reading = Reading()
  var rest = stream[...]
  do throws(StreamFraming.Failure) {
    while !rest.isEmpty {
      framing.append(rest.prefix(size))
      rest = rest.dropFirst(size)
      while let frame = try framing.next() { reading.frames.append(frame) }
      expect(framing.waiting <= limit + 4, "\(framing.waiting) bytes are kept")
    }
  } catch {
    reading.failure = error
  }
  return reading
}
