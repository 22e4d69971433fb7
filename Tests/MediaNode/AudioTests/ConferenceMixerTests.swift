import Audio
import Testing

@Suite("Conferences")
struct ConferenceMixerTests {
  /// Parties with a tone each; what each of them hears after a second.
  private func heard(
    _ roles: [ConferenceRole], _ tones: [Double], amplitude: Double = 0.1,
    prepare: (inout ConferenceMixer) -> Void = { _ in }
  ) -> [[Int16]] {
    var mixer = ConferenceMixer()
    for role in roles { _ = mixer.join(as: role) }
    prepare(&mixer)
    var sources = tones.map { ToneGenerator(frequencies: [$0], amplitude: amplitude) }
    var heard = roles.map { _ in [Int16]() }
    var frame: [Int16] = []
    for _ in 0..<50 {
      for place in roles.indices { mixer.hear(sources[place].samples(160), from: place) }
      mixer.beginTick()
      for place in roles.indices {
        mixer.mix(for: place, into: &frame)
        heard[place] += frame
      }
      mixer.endTick()
    }
    return heard
  }

  private func tones(_ samples: [Int16], of all: [Double]) -> [Double] {
    ToneRecognizer(frequencies: all).tones(in: samples)
  }

  @Test("Each of three hears both others and never itself")
  func threeParties() {
    let all: [Double] = [440, 700, 1_100]
    let heard = heard([.speaker, .speaker, .speaker], all)
    for place in 0..<3 {
      #expect(tones(heard[place], of: all) == all.filter { $0 != all[place] })
    }
  }

  @Test("A listener hears all and is heard by nobody")
  func listening() {
    let all: [Double] = [440, 700, 1_100]
    let heard = heard([.speaker, .speaker, .listener], all)
    #expect(tones(heard[0], of: all) == [700])
    #expect(tones(heard[1], of: all) == [440])
    #expect(tones(heard[2], of: all) == [440, 700])
  }

  @Test("A whisper reaches one party alone, and who whispers hears all")
  func whispering() {
    let all: [Double] = [440, 700, 1_100]
    let heard = heard([.speaker, .speaker, .whisperer(to: 0)], all)
    #expect(tones(heard[0], of: all) == [700, 1_100])
    #expect(tones(heard[1], of: all) == [440])
    #expect(tones(heard[2], of: all) == [440, 700])
  }

  @Test("A listener who barges in is heard by both")
  func barging() {
    let all: [Double] = [440, 700, 1_100]
    let heard = heard([.speaker, .speaker, .listener], all) { $0.become(.speaker, at: 2) }
    #expect(tones(heard[0], of: all) == [700, 1_100])
    #expect(tones(heard[1], of: all) == [440, 1_100])
  }

  @Test("Who is muted hears all and is heard by nobody")
  func muting() {
    let all: [Double] = [440, 700, 1_100]
    let heard = heard([.speaker, .speaker, .speaker], all) { $0.mute(true, at: 1) }
    #expect(tones(heard[0], of: all) == [1_100])
    #expect(tones(heard[1], of: all) == [440, 1_100])
  }

  @Test("What is too loud together is as loud as can be, and does not turn over")
  func saturation() {
    var mixer = ConferenceMixer(frameLength: 2)
    for _ in 0..<64 { _ = mixer.join() }
    for place in 0..<64 { mixer.hear([.max, .min], from: place) }
    mixer.beginTick()
    var frame: [Int16] = []
    mixer.mix(for: 5, into: &frame)
    #expect(frame == [.max, .min])
  }

  @Test("The 65th is refused, and a place that was left is given again")
  func bounds() {
    var mixer = ConferenceMixer()
    let places = (0..<64).map { _ in mixer.join() }
    #expect(places == (0..<64).map { $0 })
    let refused = mixer.join()
    mixer.leave(17)
    let again = mixer.join()
    #expect(refused == nil)
    #expect(again == 17)
    var frame: [Int16] = []
    mixer.leave(-1)
    mixer.leave(64)
    mixer.hear([1], from: 99)
    mixer.mute(true, at: 99)
    mixer.mix(for: 99, into: &frame)
    #expect(frame == Array(repeating: 0, count: 160))
  }

  @Test("The talker is the loudest, changes with who talks, and is nobody in silence")
  func talker() {
    var mixer = ConferenceMixer()
    for _ in 0..<3 { _ = mixer.join() }
    var tone = ToneGenerator(frequencies: [300], amplitude: 0.3)
    let say = { (mixer: inout ConferenceMixer, place: Int?, ticks: Int) -> Int? in
      for _ in 0..<ticks {
        if let place { mixer.hear(tone.samples(160), from: place) }
        mixer.beginTick()
        mixer.endTick()
      }
      return mixer.activeTalker
    }
    let talkers = [say(&mixer, 1, 10), say(&mixer, 2, 25), say(&mixer, nil, 100)]
    #expect(talkers == [1, 2, nil])
  }

  @Test("What is said in a tick is heard in the same tick")
  func noDelay() {
    var mixer = ConferenceMixer(frameLength: 3)
    _ = mixer.join()
    _ = mixer.join()
    mixer.hear([1, 2, 3], from: 0)
    mixer.beginTick()
    var frame: [Int16] = []
    mixer.mix(for: 1, into: &frame)
    #expect(frame == [1, 2, 3])
    mixer.endTick()
    mixer.beginTick()
    mixer.mix(for: 1, into: &frame)
    #expect(frame == [0, 0, 0])
  }

  @Test("Everybody stays in place when frames become longer")
  func longerFrames() {
    var mixer = ConferenceMixer(frameLength: 2)
    for role in [ConferenceRole.speaker, .speaker, .whisperer(to: 0)] { _ = mixer.join(as: role) }
    mixer.leave(1)
    mixer.hear([9, 9], from: 0)
    mixer.become(frameLength: 4)
    #expect(mixer.places == [0, 2] && mixer.join() == 1)
    mixer.hear([1, 2, 3, 4], from: 1)
    mixer.hear([10, 10, 10, 10], from: 2)
    mixer.beginTick()
    var frame: [Int16] = []
    mixer.mix(for: 0, into: &frame)
    #expect(frame == [11, 12, 13, 14])
    mixer.mix(for: 1, into: &frame)
    #expect(frame == [0, 0, 0, 0], "what was said before is gone")
  }
}
