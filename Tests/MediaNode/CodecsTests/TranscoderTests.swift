import Audio
import Codecs
import Opus
import SeededRandom
import Support
import Testing

@Suite("From one codec to another")
struct TranscoderTests {
  static let pairs = AudioCodec.all.flatMap { source in AudioCodec.all.map { (source, $0) } }

  /// A second and a half of a tone, encoded in frames of `packetTime`.
  private func packets(
    _ codec: AudioCodec, tone frequency: Double = 1_000, packetTime: Int = 20, count: Int = 75
  ) -> [[UInt8]] {
    let encoder = AudioEncoder(codec)
    var tone = ToneGenerator(
      frequencies: [frequency], amplitude: 0.3, sampleRate: encoder.sampleRate)
    return (0..<count).map { _ in
      var payload: [UInt8] = []
      encoder.encode(tone.samples(encoder.sampleRate / 1_000 * packetTime), into: &payload)
      return payload
    }
  }

  private func heard(_ payloads: [[UInt8]], _ codec: AudioCodec) -> (samples: [Int16], rate: Int) {
    var decoder = AudioDecoder(codec)
    var all: [Int16] = []
    var samples: [Int16] = []
    for payload in payloads {
      let isSound = decoder.decode(payload, into: &samples)
      #expect(isSound)
      all += samples
    }
    return (all, decoder.sampleRate)
  }

  private func transcoded(_ payloads: [[UInt8]], by transcoder: inout Transcoder) -> [[UInt8]] {
    var out: [[UInt8]] = []
    var payload: [UInt8] = []
    for packet in payloads {
      let isSound = transcoder.take(packet)
      #expect(isSound)
      while transcoder.give(&payload) { out.append(payload) }
    }
    return out
  }

  @Test("A tone passes between any two codecs at its own level", arguments: pairs)
  func tonesPass(source: AudioCodec, target: AudioCodec) {
    var transcoder = Transcoder(from: source, to: target)
    let out = transcoded(packets(source), by: &transcoder)
    #expect(out.count == 75)
    let (samples, rate) = heard(out, target)
    let level = amplitude(of: 1_000, in: Array(samples.dropFirst(rate / 2)), rate: rate)
    #expect(0.24...0.36 ~= level, "\(level)")
  }

  @Test(
    "Packets leave as long as was asked for, whatever those that come",
    arguments: [
      (10, 20), (20, 10), (20, 40), (40, 20), (60, 20), (20, 60),
    ])
  func packetTimesDiffer(coming: Int, leaving: Int) {
    for (source, target) in Self.pairs {
      var transcoder = Transcoder(from: source, to: target, packetTime: leaving)
      let out = transcoded(
        packets(source, packetTime: coming, count: 1_200 / coming), by: &transcoder)
      #expect(out.count == 1_200 / leaving, "\(source) to \(target)")
      let (samples, rate) = heard(out, target)
      #expect(samples.count == rate * 1_200 / 1_000, "\(source) to \(target)")
    }
  }

  @Test("Wideband sound stays wideband between wideband codecs")
  func widebandStays() {
    for (source, target) in [(AudioCodec.g722, AudioCodec.opus), (.opus, .g722)] {
      var transcoder = Transcoder(from: source, to: target, opusBitRate: 32_000)
      let out = transcoded(packets(source, tone: 5_000), by: &transcoder)
      let (samples, rate) = heard(out, target)
      #expect(amplitude(of: 5_000, in: Array(samples.dropFirst(rate / 2)), rate: rate) > 0.15)
    }
  }

  @Test("What a narrow codec cannot hold does not come back as another tone")
  func nothingFoldsBack() {
    for source in [AudioCodec.g722, .opus] {
      var transcoder = Transcoder(from: source, to: .g711(.aLaw))
      let (samples, rate) = heard(
        transcoded(packets(source, tone: 5_000), by: &transcoder), .g711(.aLaw))
      let folded = amplitude(of: 3_000, in: Array(samples.dropFirst(rate / 2)), rate: rate)
      #expect(decibels(folded * folded) < -50)
    }
  }

  @Test("A loss keeps the time of what comes after it", arguments: pairs)
  func lossesKeepTime(source: AudioCodec, target: AudioCodec) {
    var transcoder = Transcoder(from: source, to: target)
    let all = packets(source)
    var leaving = 0
    var payload: [UInt8] = []
    for (index, packet) in all.enumerated() {
      if index % 10 == 5 {
        let next = index + 1 < all.count ? all[index + 1] : nil
        transcoder.takeLoss(of: transcoder.sourceSampleRate / 50, next: next)
      } else {
        _ = transcoder.take(packet)
      }
      while transcoder.give(&payload) { leaving += 1 }
    }
    #expect(leaving == 75)
  }

  @Test("Payloads of garbage never trap, and never make more sound than they could hold")
  func garbageIsHarmless() {
    var random = SeededGenerator(seed: 6_716)
    for (source, target) in Self.pairs {
      var transcoder = Transcoder(from: source, to: target)
      var payload: [UInt8] = []
      for _ in 0..<300 {
        let length =
          [0, 1, 2, 33, 160, 161, 1_500, 1_501, 9_000].randomElement(using: &random) ?? 0
        _ = transcoder.take((0..<length).map { _ in UInt8.random(in: 0...255, using: &random) })
        var frames = 0
        while transcoder.give(&payload) { frames += 1 }
        #expect(frames <= 10)
      }
    }
  }
}

@Suite("Opus")
struct OpusTests {
  @Test("Speech survives the way there and back")
  func roundTrip() {
    var voice = ToneGenerator(
      frequencies: [140, 280, 420, 700, 1_400], amplitude: 0.1, sampleRate: 16_000)
    let sound = voice.samples(32_000)
    let encoder = AudioEncoder(.opus, opus: .init(bitRate: 64_000, complexity: 10))
    var decoder = AudioDecoder(.opus)
    var heard: [Int16] = []
    var payload: [UInt8] = []
    var samples: [Int16] = []
    for start in stride(from: 0, to: sound.count, by: 320) {
      encoder.encode(Array(sound[start..<start + 320]), into: &payload)
      let isSound = decoder.decode(payload, into: &samples)
      #expect(isSound)
      heard += samples
    }
    let settled = (sound: Array(sound[8_000..<12_000]), heard: Array(heard[8_000..<12_400]))
    let best = (0...320).map { signalToNoise(settled.sound, settled.heard, shiftedBy: $0) }.max()
    #expect(best ?? 0 > 7, "\(best ?? 0) dB")
  }

  @Test("The packet after a lost one brings a copy of it where losses are expected")
  func forwardErrorCorrection() {
    let sound = SpeechLikeNoise.samples(milliseconds: 2_000, sampleRate: 16_000, seed: 2)
    #expect(error(recovering: true, sound) < error(recovering: false, sound) * 0.7)
  }

  /// The power of what differs when every eighth packet is lost.
  private func error(recovering: Bool, _ sound: [Int16]) -> Double {
    let encoder = AudioEncoder(.opus, opus: .init(bitRate: 32_000, expectedLoss: 20))
    var packets: [[UInt8]] = []
    for start in stride(from: 0, to: sound.count, by: 320) {
      var payload: [UInt8] = []
      encoder.encode(Array(sound[start..<start + 320]), into: &payload)
      packets.append(payload)
    }
    var whole = AudioDecoder(.opus)
    var holed = AudioDecoder(.opus)
    var expected: [Int16] = []
    var samples: [Int16] = []
    var error = 0.0
    for (index, packet) in packets.enumerated() {
      _ = whole.decode(packet, into: &expected)
      if index % 8 == 4, index + 1 < packets.count {
        holed.conceal(320, next: recovering ? packets[index + 1] : nil, into: &samples)
      } else {
        _ = holed.decode(packet, into: &samples)
      }
      error += zip(expected, samples).reduce(0) {
        $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1))
      }
    }
    return error
  }
}
