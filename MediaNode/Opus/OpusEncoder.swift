internal import COpus
internal import COpusShim

/// What an Opus stream is made for.
public struct OpusSettings: Hashable, Sendable {
  /// 8,000, 12,000, 16,000, 24,000 or 48,000: of the samples handed in. The stream does not tell,
  /// and its timestamps count 48,000 a second whatever this is (RFC 7587 section 4.1).
  public var sampleRate: Int
  /// Bits a second.
  public var bitRate: Int
  /// The share of packets, in percent, that the network is expected to lose. Above 0 each packet
  /// carries a coarse copy of the one before (RFC 6716 section 2.1.7).
  public var expectedLoss: Int
  /// 0 to 10: work spent on each bit.
  public var complexity: Int
  /// 1, or 2 whose samples take turns.
  public var channels: Int

  public init(
    sampleRate: Int = 16_000, bitRate: Int = 24_000, expectedLoss: Int = 0, complexity: Int = 5,
    channels: Int = 1
  ) {
    precondition([8_000, 12_000, 16_000, 24_000, 48_000].contains(sampleRate), "\(sampleRate) Hz")
    precondition(0...10 ~= complexity && 0...100 ~= expectedLoss, "\(complexity), \(expectedLoss)")
    precondition(6_000...510_000 ~= bitRate, "\(bitRate) bit/s")
    self.sampleRate = sampleRate
    self.bitRate = bitRate
    self.expectedLoss = expectedLoss
    precondition(1...2 ~= channels, "\(channels) channels")
    self.complexity = complexity
    self.channels = channels
  }
}

/// Speech as Opus packets (RFC 6716). Belongs to one thread at a time.
public final class OpusEncoder {
  /// The longest packet of one frame (RFC 6716 section 3.4).
  public static let longestPacket = 1_275

  public let settings: OpusSettings
  private let state: OpaquePointer

  public init(_ settings: OpusSettings = OpusSettings()) {
    var code: Int32 = 0
    let state = opus_encoder_create(
      Int32(settings.sampleRate), Int32(settings.channels), OPUS_APPLICATION_VOIP, &code)
    guard let state else { preconditionFailure("no Opus encoder: \(code)") }
    self.state = state
    self.settings = settings
    _ = opus_shim_set_bitrate(state, Int32(settings.bitRate))
    _ = opus_shim_set_complexity(state, Int32(settings.complexity))
    _ = opus_shim_set_voice(state)
    expect(loss: settings.expectedLoss)
  }

  deinit { opus_encoder_destroy(state) }

  /// What the other end's reports say of the network, in percent.
  public func expect(loss: Int) {
    let percent = Int32(min(max(loss, 0), 100))
    _ = opus_shim_set_inband_fec(state, percent > 0 ? 1 : 0)
    _ = opus_shim_set_expected_loss(state, percent)
  }

  /// One frame of 2.5, 5, 10, 20, 40 or 60 ms as a packet. Of any other length: no bytes.
  public func encode(_ samples: [Int16], into bytes: inout [UInt8]) {
    if bytes.count < Self.longestPacket {
      bytes += repeatElement(0, count: Self.longestPacket - bytes.count)
    }
    let written = opus_encode(
      state, samples, Int32(samples.count / settings.channels), &bytes, Int32(Self.longestPacket))
    bytes.removeLast(bytes.count - max(0, Int(written)))
  }
}
