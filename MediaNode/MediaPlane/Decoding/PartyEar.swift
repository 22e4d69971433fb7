import Audio
import Codecs
import Digits
import NodeContract
import RTP
import SpanDSP

/// What comes from one party of a decoded session: packets in, frames of samples and keys out.
struct PartyEar {
  private var audio: PartyAudio
  private let sampleRate: Int
  private var ssrc: UInt32?
  private var playout: Playout?
  private var resampler: Resampler
  private var digits = DigitReceiver()
  /// Made where keys within the sound must be told in another way.
  private var detector: InBandDigitDetector?
  private var narrow: Resampler?
  private var decoded: [Int16] = []
  private var narrowed: [Int16] = []
  private(set) var keys: [KeyEvent] = []
  private var held: (digit: Digit, since: Duration)?

  /// Frames of 20 ms come out at `sampleRate`.
  /// - Parameter partner: is told of the keys that the party presses.
  init(_ audio: PartyAudio, beside partner: PartyAudio, sampleRate: Int) {
    self.audio = audio
    self.sampleRate = sampleRate
    resampler = Resampler(from: sampleRate, to: sampleRate)
    listenForTones(for: partner)
  }

  /// The same party under new terms.
  mutating func become(_ audio: PartyAudio, beside partner: PartyAudio) {
    self.audio = audio
    listenForTones(for: partner)
  }

  /// Nothing was ever heard.
  var isSilent: Bool { playout == nil }

  private mutating func listenForTones(for partner: PartyAudio) {
    guard audio.spokenEvents == nil, partner.keys != .inBand else {
      detector = nil
      return
    }
    guard detector == nil else { return }
    detector = InBandDigitDetector()
    narrow = sampleRate == 8_000 ? nil : Resampler(from: sampleRate, to: 8_000)
  }

  // MARK: - In

  mutating func take(_ packet: UnsafeRawBufferPointer, at now: BootInstant) {
    guard let header = try? RTPHeader(parsing: packet), header.payload.upperBound <= packet.count
    else { return }
    let payload = UnsafeRawBufferPointer(rebasing: packet[header.payload])
    if header.ssrc != ssrc { begin(header.ssrc) }
    if header.payloadType == audio.spokenEvents {
      guard let event = try? TelephoneEvent(parsing: payload) else { return }
      keys += digits.receive(event, timestamp: header.timestamp, at: now.sinceBoot)
    } else if let codec = audio.spoken[header.payloadType] {
      if playout?.codec != codec { speak(codec) }
      _ = playout?.insert(
        sequence: header.sequence, timestamp: header.timestamp, payload: payload, at: now.sinceBoot)
    } else if header.payloadType == ComfortNoise.payloadType,
      let noise = ComfortNoise(parsing: payload)
    {
      playout?.insert(comfortNoise: noise)
    }
  }

  private mutating func begin(_ ssrc: UInt32) {
    self.ssrc = ssrc
    playout = nil
    digits = DigitReceiver()
  }

  private mutating func speak(_ codec: AudioCodec) {
    let playout = Playout(codec, opusRate: sampleRate)
    if resampler.inputRate != playout.sampleRate {
      resampler = Resampler(from: playout.sampleRate, to: sampleRate)
    }
    self.playout = playout
  }

  // MARK: - Out

  /// The next 20 ms in place of what `samples` held; what keys did meanwhile is in `keys` until the
  /// next frame.
  mutating func frame(at now: BootInstant, into samples: inout [Int16]) {
    if playout == nil {
      samples.removeAll(keepingCapacity: true)
    } else {
      playout?.frame(resampler.inputRate / 50, at: now.sinceBoot, into: &decoded)
      resampler.resample(decoded, into: &samples)
    }
    while samples.count < sampleRate / 50 { samples.append(0) }
    keys += digits.tick(at: now.sinceBoot)
    if let detector, playout != nil { listen(detector, to: samples, at: now.sinceBoot) }
  }

  /// What keys did since the frame before.
  mutating func takeKeys() -> [KeyEvent] {
    guard !keys.isEmpty else { return [] }
    defer { keys.removeAll(keepingCapacity: true) }
    return keys
  }

  private mutating func listen(
    _ detector: InBandDigitDetector, to samples: [Int16], at now: Duration
  ) {
    if narrow == nil {
      note(detector.hear(samples), at: now)
    } else {
      narrow?.resample(samples, into: &narrowed)
      note(detector.hear(narrowed), at: now)
    }
  }

  private mutating func note(_ changes: [ToneChange], at now: Duration) {
    for change in changes {
      switch change {
      case .began(let key):
        guard let digit = Digit(key) else { continue }
        held = (digit, now)
        keys.append(.began(digit))
      case .ended:
        guard let held else { continue }
        keys.append(
          .ended(held.digit, milliseconds: Int((now - held.since) / .milliseconds(1))))
        self.held = nil
      }
    }
  }
}

extension BootInstant {
  /// As the pure values count time.
  var sinceBoot: Duration { .nanoseconds(nanoseconds) }
}
