internal import CSpanDSP

/// A change in which key's tones are heard.
public enum ToneChange: Hashable, Sendable {
  case began(Character)
  case ended(Character)
}

/// Recognises keys by their tones within sound of 8,000 samples a second (ITU-T Q.24), where a leg
/// has no telephone events. Belongs to one thread at a time.
public final class InBandDigitDetector {
  private let state: OpaquePointer
  private var current: Character?

  public init() {
    guard let state = dtmf_rx_init(nil, nil, nil) else {
      preconditionFailure("no memory for a detector of tones")
    }
    self.state = state
  }

  deinit { dtmf_rx_free(state) }

  /// What changed in the next samples.
  public func hear(_ samples: [Int16]) -> [ToneChange] {
    guard !samples.isEmpty else { return [] }
    _ = dtmf_rx(state, samples, Int32(samples.count))
    var changes: [ToneChange] = []
    for digit in recognised() {
      if let current { changes.append(.ended(current)) }
      changes.append(.began(digit))
      current = digit
    }
    if let digit = current, dtmf_rx_status(state) == 0 {
      changes.append(.ended(digit))
      current = nil
    }
    return changes
  }

  /// Samples that did not come: a key that is down stays down.
  public func miss(_ count: Int) { _ = dtmf_rx_fillin(state, Int32(max(0, count))) }

  private func recognised() -> [Character] {
    var digits = [CChar](repeating: 0, count: 16)
    let count = dtmf_rx_get(state, &digits, 15)
    return digits.prefix(Int(count)).map { Character(Unicode.Scalar(UInt8(bitPattern: $0))) }
  }
}
