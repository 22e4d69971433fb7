import Audio
import Codecs
import SeededRandom
import Support
import Testing

@Suite("From packets to even sound")
struct PlayoutTests {
  /// What is heard of a tone over a network with jitter and losses, in frames of 20 ms.
  private func heard(
    _ codec: AudioCodec, jitter: Int, loss: Double, seed: UInt64, seconds: Int = 6
  ) -> (samples: [Int16], rate: Int) {
    var random = SeededGenerator(seed: seed)
    let encoder = AudioEncoder(codec)
    var tone = ToneGenerator(frequencies: [500], amplitude: 0.3, sampleRate: encoder.sampleRate)
    var playout = Playout(codec)
    var underway: [(due: Int, number: Int, payload: [UInt8])] = []
    var all: [Int16] = []
    var frame: [Int16] = []
    var payload: [UInt8] = []
    for now in 0..<seconds * 1_000 {
      if now % 20 == 0 {
        encoder.encode(tone.samples(encoder.sampleRate / 50), into: &payload)
        if Double.random(in: 0..<1, using: &random) >= loss {
          underway.append((now + Int.random(in: 0...jitter, using: &random), now / 20, payload))
        }
      }
      for packet in underway where packet.due == now {
        _ = playout.insert(
          sequence: UInt16(packet.number),
          timestamp: UInt32(packet.number * codec.clockRate / 50), payload: packet.payload,
          at: .milliseconds(now))
      }
      underway.removeAll { $0.due == now }
      if now % 20 == 7 {
        playout.frame(playout.sampleRate / 50, at: .milliseconds(now), into: &frame)
        #expect(frame.count == playout.sampleRate / 50)
        all += frame
      }
    }
    return (all, playout.sampleRate)
  }

  @Test("A tone is heard without a break over an uneven network", arguments: AudioCodec.all)
  func tonesOverJitter(codec: AudioCodec) {
    let (samples, rate) = heard(codec, jitter: 40, loss: 0.01, seed: 3)
    let recognizer = ToneRecognizer(frequencies: [500, 900], sampleRate: rate)
    let presence = recognizer.presence(in: Array(samples.dropFirst(rate)))
    #expect(presence[0].share > 0.95, "\(presence)")
    #expect(presence[1].share < 0.02)
  }

  @Test("Comfort noise is heard where speech pauses, and speech again after it")
  func comfortNoise() {
    var playout = Playout(.g711(.aLaw))
    var frame: [Int16] = []
    playout.insert(comfortNoise: ComfortNoise(level: 40))
    playout.frame(800, at: .zero, into: &frame)
    let level = ComfortNoise(of: frame, order: 0).level
    #expect(38...42 ~= level)
  }

  @Test("Packets of garbage make even frames all the same", arguments: AudioCodec.all)
  func garbage(codec: AudioCodec) {
    var random = SeededGenerator(seed: 11)
    var playout = Playout(codec)
    var frame: [Int16] = []
    for number in 0..<400 {
      for _ in 0..<3 {
        let length = Int.random(in: 0...1_600, using: &random)
        _ = playout.insert(
          sequence: UInt16.random(in: 0...100, using: &random) &+ UInt16(number),
          timestamp: UInt32.random(in: 0...200_000, using: &random),
          payload: (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) },
          at: .milliseconds(number * 20))
      }
      playout.frame(playout.sampleRate / 50, at: .milliseconds(number * 20), into: &frame)
      #expect(frame.count == playout.sampleRate / 50)
    }
  }
}
