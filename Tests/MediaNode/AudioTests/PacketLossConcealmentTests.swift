import Audio
import Testing

@Suite("Lost packets")
struct PacketLossConcealmentTests {
  /// A voice-like sound: 120 Hz and its overtones.
  private func voice(_ milliseconds: Int, rate: Int = 8_000) -> [Int16] {
    var tone = ToneGenerator(
      frequencies: [120, 240, 360, 600], amplitude: 0.15, sampleRate: rate)
    return tone.samples(milliseconds * rate / 1_000)
  }

  /// `sound` in packets of 20 ms, those in `lost` concealed.
  private func heard(_ sound: [Int16], without lost: Set<Int>, rate: Int = 8_000) -> [Int16] {
    let length = rate / 50
    var concealment = PacketLossConcealment(sampleRate: rate)
    var heard: [Int16] = []
    for packet in 0..<sound.count / length {
      var samples = Array(sound[packet * length..<(packet + 1) * length])
      if lost.contains(packet) {
        concealment.conceal(length, into: &samples)
      } else {
        concealment.hear(&samples)
      }
      heard += samples
    }
    return heard
  }

  private func largestStep(_ samples: [Int16]) -> Int {
    zip(samples, samples.dropFirst()).map { abs(Int($0) - Int($1)) }.max() ?? 0
  }

  @Test("Without a loss every sample is what it was")
  func transparent() {
    let sound = voice(400)
    #expect(heard(sound, without: []) == sound)
  }

  @Test("A lost packet of a steady voice is hardly noticed", arguments: [8_000, 16_000])
  func steadyVoiceGoesOn(rate: Int) {
    let sound = voice(400, rate: rate)
    let mended = heard(sound, without: [10], rate: rate)
    let gap = 10 * rate / 50..<11 * rate / 50
    let error = gap.reduce(0.0) {
      $0 + (Double(sound[$1]) - Double(mended[$1])) * (Double(sound[$1]) - Double(mended[$1]))
    }
    let power = gap.reduce(0.0) { $0 + Double(sound[$1]) * Double(sound[$1]) }
    #expect(decibels(error / power) < -10)
    #expect(largestStep(mended) <= largestStep(sound) * 3 / 2)
  }

  @Test("A long loss fades and is silent after 60 ms")
  func longLossesFade() {
    let mended = heard(voice(600), without: Set(10...20))
    let begin = 10 * 160
    #expect(mended[begin..<begin + 80].contains { abs(Int($0)) > 2_000 })
    #expect(mended[begin + 480..<21 * 160].allSatisfy { abs(Int($0)) <= 1 })
    #expect(mended.count == 600 * 8)
  }

  @Test("What comes after a gap is itself again within 10 ms")
  func realSoundReturns() {
    let sound = voice(600)
    let mended = heard(sound, without: [10, 11])
    #expect(Array(mended[(12 * 160 + 80)...]) == Array(sound[(12 * 160 + 80)...]))
  }

  @Test("A loss before any sound is silence, and odd lengths do no harm")
  func nothingToGoOnWith() {
    var concealment = PacketLossConcealment()
    var samples: [Int16] = []
    for count in [0, 1, 7, 160, 961, 5_000] {
      concealment.conceal(count, into: &samples)
      #expect(samples == Array(repeating: 0, count: count))
      var empty: [Int16] = []
      concealment.hear(&empty)
    }
  }
}
