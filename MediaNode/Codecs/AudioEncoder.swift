internal import Audio
public import Opus
internal import SpanDSP

/// One stream's way from samples to payloads. Belongs to one thread at a time.
public struct AudioEncoder {
  private enum Engine {
    case g711(G711)
    case g722(G722Encoder)
    case opus(OpusEncoder)
  }

  private let engine: Engine

  public init(_ codec: AudioCodec, opus settings: OpusSettings = OpusSettings()) {
    switch codec {
    case .g711(let law): engine = .g711(law)
    case .g722: engine = .g722(G722Encoder())
    case .opus: engine = .opus(OpusEncoder(settings))
    }
  }

  /// Opus is encoded from samples of this rate.
  public init(_ codec: AudioCodec, opusRate: Int) {
    self.init(codec, opus: OpusSettings(sampleRate: opusRate))
  }

  /// Of the samples that go in.
  public var sampleRate: Int {
    switch engine {
    case .g711: 8_000
    case .g722: 16_000
    case .opus(let encoder): encoder.settings.sampleRate
    }
  }

  /// One frame as a payload, in place of what `payload` held. Opus takes frames of 2.5, 5, 10, 20,
  /// 40 and 60 ms and gives no bytes for others.
  public func encode(_ samples: [Int16], into payload: inout [UInt8]) {
    switch engine {
    case .g711(let law):
      payload.removeAll(keepingCapacity: true)
      for sample in samples { payload.append(law.encode(sample)) }
    case .g722(let encoder): encoder.encode(samples, into: &payload)
    case .opus(let encoder): encoder.encode(samples, into: &payload)
    }
  }
}
