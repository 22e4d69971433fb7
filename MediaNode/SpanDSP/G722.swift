internal import CSpanDSP

/// ITU-T G.722 at 64 kbit/s: 16,000 samples a second, a byte for every two. RFC 3551 section 4.5.2
/// counts its timestamps at 8,000 a second all the same, by an old mistake that stayed.
///
/// Belongs to one thread at a time: the state of the filters moves with every sample.
public final class G722Encoder {
  private let state: OpaquePointer

  public init() {
    guard let state = g722_encode_init(nil, 64_000, 0) else {
      preconditionFailure("no memory for a G.722 encoder")
    }
    self.state = state
  }

  deinit { g722_encode_free(state) }

  /// The next samples of the stream as bytes, one for every two; an odd one at the end is left out.
  public func encode(_ samples: [Int16], into bytes: inout [UInt8]) {
    let pairs = samples.count / 2
    bytes.resize(to: pairs, with: 0)
    guard pairs > 0 else { return }
    let written = g722_encode(state, &bytes, samples, Int32(pairs * 2))
    bytes.resize(to: max(0, Int(written)), with: 0)
  }
}

/// The other end of ``G722Encoder``.
public final class G722Decoder {
  private let state: OpaquePointer

  public init() {
    guard let state = g722_decode_init(nil, 64_000, 0) else {
      preconditionFailure("no memory for a G.722 decoder")
    }
    self.state = state
  }

  deinit { g722_decode_free(state) }

  /// The next bytes of the stream as samples, two for each.
  public func decode(_ bytes: [UInt8], into samples: inout [Int16]) {
    samples.resize(to: bytes.count * 2, with: 0)
    guard !bytes.isEmpty else { return }
    let written = g722_decode(state, &samples, bytes, Int32(bytes.count))
    samples.resize(to: max(0, Int(written)), with: 0)
  }
}

extension Array {
  /// Keeps its storage: a buffer that is filled again and again allocates once.
  fileprivate mutating func resize(to count: Int, with element: Element) {
    if self.count > count {
      removeLast(self.count - count)
    } else {
      while self.count < count { append(element) }
    }
  }
}
