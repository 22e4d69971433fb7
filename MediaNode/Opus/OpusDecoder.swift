internal import COpus

/// Opus packets as samples, at any of Opus' rates whatever the sender's was: a stream made for
/// music is heard at 8,000 samples a second without ever being computed at 48,000. Belongs to one
/// thread at a time.
public final class OpusDecoder {
  public let sampleRate: Int
  private let state: OpaquePointer
  private let longestPacket: Int

  public init(sampleRate: Int = 16_000) {
    precondition([8_000, 12_000, 16_000, 24_000, 48_000].contains(sampleRate), "\(sampleRate) Hz")
    var code: Int32 = 0
    guard let state = opus_decoder_create(Int32(sampleRate), 1, &code) else {
      preconditionFailure("no Opus decoder: \(code)")
    }
    self.sampleRate = sampleRate
    self.state = state
    // 120 ms (RFC 6716 section 3.2.5).
    longestPacket = sampleRate * 120 / 1_000
  }

  deinit { opus_decoder_destroy(state) }

  /// The samples of a packet; false, and none, when it is no Opus packet.
  public func decode(_ packet: [UInt8], into samples: inout [Int16]) -> Bool {
    guard !packet.isEmpty else { return fail(&samples) }
    return packet.withUnsafeBufferPointer { packet in
      run(packet.baseAddress, packet.count, longestPacket, isRecovery: false, &samples)
    }
  }

  /// What a lost packet of `count` samples may have sounded like.
  public func conceal(_ count: Int, into samples: inout [Int16]) {
    let sliced = min(max(count, 0), longestPacket)
    _ = run(nil, 0, sliced - sliced % (sampleRate / 400), isRecovery: false, &samples)
  }

  /// The coarse copy of the lost packet of `count` samples that the packet after it carries; what
  /// ``conceal(_:into:)`` gives when it carries none.
  public func recover(_ count: Int, from next: [UInt8], into samples: inout [Int16]) {
    let sliced = min(max(count, 0), longestPacket)
    let done = next.withUnsafeBufferPointer { next in
      run(
        next.baseAddress, next.count, sliced - sliced % (sampleRate / 400), isRecovery: true,
        &samples)
    }
    if !done { conceal(count, into: &samples) }
  }

  /// The samples, at `sampleRate`, that a packet says it holds; nil when it is no Opus packet.
  public func length(of packet: [UInt8]) -> Int? {
    let count = opus_packet_get_nb_samples(packet, Int32(packet.count), Int32(sampleRate))
    return count > 0 ? Int(count) : nil
  }

  private func run(
    _ packet: UnsafePointer<UInt8>?, _ length: Int, _ room: Int, isRecovery: Bool,
    _ samples: inout [Int16]
  ) -> Bool {
    if samples.count < room { samples += repeatElement(0, count: room - samples.count) }
    let decoded = opus_decode(
      state, packet, Int32(length), &samples, Int32(room), isRecovery ? 1 : 0)
    guard decoded >= 0 else { return fail(&samples) }
    samples.removeLast(samples.count - Int(decoded))
    return true
  }

  private func fail(_ samples: inout [Int16]) -> Bool {
    samples.removeAll(keepingCapacity: true)
    return false
  }
}
