import Audio
import SeededRandom
import Support
import Testing

/// A stream of packets of 20 ms over a network that delays, reorders and loses, and a listener who
/// plays what the buffer gives.
private struct Listening {
  var random: SeededGenerator
  var buffer = JitterBuffer(clockRate: 8_000)
  /// In milliseconds: when it left, in order of playing.
  var played: [(number: Int, left: Int, at: Int)] = []
  var lost = 0
  var repaired = 0
  var made = 0
  var late = 0
  var greatestHeld = Duration.zero
  private var underway: [(due: Int, number: Int)] = []
  private var now = 0
  private var sent = 0
  /// When the sound of the last answer is used up.
  private var busyUntil = 0

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  /// So many packets, each delayed by up to `jitter` more than the quickest.
  mutating func hear(packets: Int, jitter: Int, loss: Double = 0, firstSequence: Int = 65_500) {
    let end = now + packets * 20
    while now < end {
      if now % 20 == 0 {
        if Double.random(in: 0..<1, using: &random) >= loss {
          underway.append((now + 30 + Int.random(in: 0...jitter, using: &random), sent))
        }
        sent += 1
      }
      for (_, number) in underway.filter({ $0.due == now }) { arrive(number, firstSequence) }
      underway.removeAll { $0.due == now }
      while busyUntil <= now { play() }
      now += 1
      greatestHeld = max(greatestHeld, buffer.held)
    }
  }

  private mutating func arrive(_ number: Int, _ firstSequence: Int) {
    let reception = buffer.insert(
      sequence: UInt16(truncatingIfNeeded: firstSequence + number),
      timestamp: UInt32(truncatingIfNeeded: 4_294_960_000 + number * 160),
      payload: [UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number)],
      at: .milliseconds(now))
    if reception == .late { late += 1 }
  }

  private mutating func play() {
    switch buffer.next(at: .milliseconds(now)) {
    case .packet(let payload, let isLate):
      let number = Int(payload[0]) << 8 | Int(payload[1])
      played.append((number, number * 20, now))
      busyUntil = now + (isLate ? 12 : 20)
    case .lost(let next):
      lost += 1
      if next != nil { repaired += 1 }
      busyUntil = now + 20
    case .nothing:
      made += 1
      busyUntil = now + 10
    case .idle: busyUntil = now + 10
    }
  }

  /// Between leaving and being played, of the last packets.
  func delays(last count: Int) -> [Int] { played.suffix(count).map { $0.at - $0.left } }
}

@Suite("Jitter buffer")
struct JitterBufferTests {
  @Test("An even network is hardly waited for")
  func evenNetwork() {
    var listening = Listening(seed: 1)
    listening.hear(packets: 500, jitter: 0)
    #expect(listening.played.count >= 495)
    #expect(listening.lost == 0)
    // 30 ms are the network's.
    #expect(listening.delays(last: 200).allSatisfy { $0 <= 30 + 25 })
  }

  @Test("Packets play in order, each once, whatever the network", arguments: UInt64(1)...40)
  func orderAndUniqueness(seed: UInt64) {
    var listening = Listening(seed: seed)
    for _ in 0..<6 {
      listening.hear(
        packets: 100, jitter: Int.random(in: 0...150, using: &listening.random),
        loss: Double.random(in: 0...0.2, using: &listening.random))
    }
    let numbers = listening.played.map(\.number)
    #expect(zip(numbers, numbers.dropFirst()).allSatisfy(<), "seed \(seed)")
    #expect(listening.greatestHeld <= .milliseconds(240), "seed \(seed)")
    #expect(listening.delays(last: 600).allSatisfy { $0 <= 30 + 150 + 260 }, "seed \(seed)")
  }

  @Test(
    "The wait grows with the network's unevenness, and few packets come too late",
    arguments: [20, 40, 80, 120], UInt64(1)...3)
  func adapts(jitter: Int, seed: UInt64) {
    var listening = Listening(seed: seed)
    listening.hear(packets: 300, jitter: jitter)
    let lateBefore = listening.late
    let lostBefore = listening.lost
    listening.hear(packets: 1_000, jitter: jitter)
    #expect(listening.late - lateBefore <= 40, "late \(listening.late - lateBefore)")
    #expect(listening.lost - lostBefore <= 45, "lost \(listening.lost - lostBefore)")
    let delays = listening.delays(last: 500)
    let mean = delays.reduce(0, +) / delays.count
    #expect(mean <= 30 + jitter + 45, "mean \(mean)")
  }

  @Test("The wait shrinks again when the network calms down", arguments: UInt64(1)...5)
  func recovers(seed: UInt64) {
    var listening = Listening(seed: seed)
    listening.hear(packets: 300, jitter: 120)
    listening.hear(packets: 600, jitter: 5)
    let delays = listening.delays(last: 100)
    #expect(delays.allSatisfy { $0 <= 30 + 60 }, "\(delays.max() ?? 0)")
  }

  @Test("A lost packet is told once, with the one after it when that is here")
  func losses() {
    var listening = Listening(seed: 9)
    listening.hear(packets: 1_000, jitter: 30, loss: 0.05)
    let gaps = listening.played.count + listening.lost
    #expect(980...1_003 ~= gaps, "\(gaps)")
    #expect(listening.repaired * 4 >= listening.lost * 2)
  }

  @Test("A pause in speech is waited out, and the sound after it is whole")
  func pauses() {
    var buffer = JitterBuffer(clockRate: 8_000)
    var played: [UInt8] = []
    var busyUntil = 0
    for now in 0..<3_000 {
      // Two bursts, numbered on, with two seconds between them by the timestamps.
      let number: Int? =
        now % 20 != 0 ? nil : now < 200 ? now / 20 : 2_000..<2_200 ~= now ? now / 20 - 90 : nil
      if let number {
        _ = buffer.insert(
          sequence: UInt16(number), timestamp: UInt32(now * 8), payload: [UInt8(number)],
          at: .milliseconds(now))
      }
      guard busyUntil <= now else { continue }
      if case .packet(let payload, _) = buffer.next(at: .milliseconds(now)) {
        played += payload
        busyUntil = now + 20
      } else {
        busyUntil = now + 10
      }
    }
    #expect(played == Array(0..<20))
  }

  @Test("A source that begins anew is followed after its second packet")
  func jumps() {
    var buffer = JitterBuffer(clockRate: 8_000)
    let insert = { (buffer: inout JitterBuffer, sequence: UInt16, timestamp: UInt32, at: Int) in
      buffer.insert(
        sequence: sequence, timestamp: timestamp, payload: [1], at: .milliseconds(at))
    }
    let first = insert(&buffer, 10, 1_000, 0)
    let stray = insert(&buffer, 40_000, 9_000_000, 20)
    let onward = insert(&buffer, 11, 1_160, 20)
    let jump = [insert(&buffer, 50_000, 80, 40), insert(&buffer, 50_001, 240, 60)]
    #expect([first, stray, onward] == [.kept, .strange, .kept])
    #expect(jump == [.strange, .kept])
    #expect(buffer.waiting == 1)
  }

  @Test("Garbage makes it neither grow nor trap", arguments: UInt64(1)...20)
  func garbage(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var buffer = JitterBuffer(clockRate: [8_000, 16_000, 48_000][Int(seed % 3)])
    var now = Duration.zero
    var most = 0
    var near = UInt16.random(in: 0...UInt16.max, using: &random)
    for step in 0..<3_000 {
      now += .milliseconds(Int.random(in: 0...30, using: &random))
      near &+= UInt16.random(in: 0...3, using: &random)
      _ = buffer.insert(
        sequence: Bool.random(using: &random)
          ? near : UInt16.random(in: 0...UInt16.max, using: &random),
        timestamp: Bool.random(using: &random)
          ? UInt32(step) * 160 : UInt32.random(in: 0...UInt32.max, using: &random),
        payload: [], at: now)
      most = max(most, buffer.waiting)
      if Bool.random(using: &random) { _ = buffer.next(at: now) }
    }
    #expect(most <= JitterLimits.capacity)
  }
}

@Suite("Comfort noise")
struct ComfortNoiseTests {
  @Test("Noise comes back with its level and its colour", arguments: [30, 45, 60])
  func levelAndColour(level: UInt8) {
    var generator = ComfortNoiseGenerator(seed: 7)
    generator.become(ComfortNoise(level: level, reflection: [0.7, -0.3]))
    var samples: [Int16] = []
    generator.generate(8_000, into: &samples)
    let heard = ComfortNoise(of: samples, order: 2)
    #expect(abs(Int(heard.level) - Int(level)) <= 1, "\(heard.level)")
    #expect(abs(heard.reflection[0] - 0.7) < 0.08 && abs(heard.reflection[1] + 0.3) < 0.08)
    let again = ComfortNoise(parsing: heard.payload)
    #expect(again?.level == heard.level && again?.reflection.count == 2)
  }

  @Test("Silence is level 127, full scale is level 0")
  func extremes() {
    #expect(ComfortNoise(of: Array(repeating: 0, count: 160)).level == 127)
    #expect(ComfortNoise(of: Array(repeating: .min, count: 160), order: 0).level == 0)
    #expect(ComfortNoise(parsing: []) == nil)
  }

  @Test("No payload makes the filter run away")
  func unstablePayloads() {
    var random = SeededGenerator(seed: 3_389)
    for _ in 0..<100 {
      let payload = (0..<40).map { _ in UInt8.random(in: 0...255, using: &random) }
      var generator = ComfortNoiseGenerator(seed: 1)
      generator.become(ComfortNoise(parsing: [60] + payload) ?? ComfortNoise(level: 0))
      var samples: [Int16] = []
      generator.generate(1_600, into: &samples)
      let loudest = samples.map { abs(Int($0)) }.max() ?? 0
      #expect(loudest < 32_768 / 30, "\(payload)")
    }
  }
}
