internal import Audio
internal import Opus
internal import SpanDSP

/// One stream's way from payloads to samples, lost ones included. Belongs to one thread at a time.
public struct AudioDecoder {
  /// A case for each codec instead of a protocol: a frame costs a jump, and no existential.
  private enum Engine {
    case g711(G711)
    case g722(G722Decoder)
    case opus(OpusDecoder)
  }

  private let engine: Engine
  /// Opus brings its own.
  private var concealment: PacketLossConcealment

  /// Opus is decoded at `opusRate`: the rate at which it will be used.
  public init(_ codec: AudioCodec, opusRate: Int = 16_000) {
    switch codec {
    case .g711(let law): engine = .g711(law)
    case .g722: engine = .g722(G722Decoder())
    case .opus: engine = .opus(OpusDecoder(sampleRate: opusRate))
    }
    concealment = PacketLossConcealment(sampleRate: codec == .g722 ? 16_000 : 8_000)
  }

  /// Of the samples that come out.
  public var sampleRate: Int {
    switch engine {
    case .g711: 8_000
    case .g722: 16_000
    case .opus(let decoder): decoder.sampleRate
    }
  }

  /// 120 ms of a codec with a byte for each 125 µs, which also holds any Opus packet of one frame;
  /// what is longer is no sound.
  public static let longestPayload = 1_500

  /// The samples of a payload; false, and none, when it is no payload of this codec.
  public mutating func decode(_ payload: [UInt8], into samples: inout [Int16]) -> Bool {
    samples.removeAll(keepingCapacity: true)
    guard !payload.isEmpty, payload.count <= Self.longestPayload else { return false }
    switch engine {
    case .g711(let law):
      for code in payload { samples.append(law.decode(code)) }
    case .g722(let decoder):
      decoder.decode(payload, into: &samples)
    case .opus(let decoder):
      return decoder.decode(payload, into: &samples)
    }
    concealment.hear(&samples)
    return true
  }

  /// `count` samples in place of a payload that did not come. `next` is the payload after it when
  /// that is here already: Opus may carry a copy.
  public mutating func conceal(
    _ count: Int, next: [UInt8]? = nil, into samples: inout [Int16]
  ) {
    guard case .opus(let decoder) = engine else {
      return concealment.conceal(count, into: &samples)
    }
    if let next {
      decoder.recover(count, from: next, into: &samples)
    } else {
      decoder.conceal(count, into: &samples)
    }
  }

  /// The samples that a payload holds, without decoding it; nil when it is none.
  public func length(of payload: [UInt8]) -> Int? {
    guard !payload.isEmpty, payload.count <= Self.longestPayload else { return nil }
    switch engine {
    case .g711: return payload.count
    case .g722: return payload.count * 2
    case .opus(let decoder): return decoder.length(of: payload)
    }
  }
}
