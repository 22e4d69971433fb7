import Digits
import RTP
import SeededRandom
import Support
import Testing

@Suite("Keys as telephone events")
struct TelephoneEventTests {
  /// What a receiver makes of what a sender sends, over a network that loses, repeats and reorders.
  private func received(
    _ digits: [Digit], losing loss: Double, seed: UInt64, milliseconds: Int = 100
  ) -> [KeyEvent] {
    var random = SeededGenerator(seed: seed)
    var sender = DigitSender()
    var receiver = DigitReceiver()
    var waiting = digits[...]
    var underway: [(due: Int, packet: TelephoneEventPacket)] = []
    var events: [KeyEvent] = []
    var clock = UInt32(truncatingIfNeeded: random.next())
    var now = 0
    while !(waiting.isEmpty && sender.isIdle && underway.isEmpty) || now < 500 {
      if let digit = waiting.first, sender.press(digit, milliseconds: milliseconds) {
        waiting.removeFirst()
      }
      if let packet = sender.tick(at: clock) {
        for _ in 0..<(Double.random(in: 0...1, using: &random) < 0.02 ? 2 : 1)
        where Double.random(in: 0...1, using: &random) >= loss {
          underway.append((now + 20 + Int.random(in: 0...45, using: &random), packet))
        }
      }
      for (_, packet) in underway.filter({ $0.due <= now }).sorted(by: { $0.due < $1.due }) {
        events += receiver.receive(
          packet.event, timestamp: packet.timestamp, at: .milliseconds(now))
      }
      underway.removeAll { $0.due <= now }
      events += receiver.tick(at: .milliseconds(now))
      now += 20
      clock &+= 160
    }
    for _ in 0..<20 {
      now += 20
      events += receiver.tick(at: .milliseconds(now))
    }
    return events
  }

  private func begun(_ events: [KeyEvent]) -> [Digit] {
    events.compactMap { if case .began(let digit) = $0 { digit } else { nil } }
  }

  private func digits(_ count: Int, seed: UInt64) -> [Digit] {
    var random = SeededGenerator(seed: seed)
    // Half of them twice in a row: the hardest to tell apart.
    return (0..<count / 2).flatMap { _ -> [Digit] in
      guard let digit = Digit(event: UInt8.random(in: 0..<16, using: &random)) else { return [] }
      return Bool.random(using: &random) ? [digit, digit] : [digit]
    }
  }

  @Test("Each key arrives exactly once and in order at 5 % loss", arguments: UInt64(1)...10)
  func eachKeyOnce(seed: UInt64) {
    let pressed = digits(400, seed: seed)
    let events = received(pressed, losing: 0.05, seed: seed)
    #expect(begun(events) == pressed)
    #expect(events.count == pressed.count * 2)
  }

  @Test("Every second packet lost still loses no key", arguments: UInt64(1)...3)
  func heavyLoss(seed: UInt64) {
    let pressed = digits(200, seed: seed)
    #expect(begun(received(pressed, losing: 0.3, seed: seed)) == pressed)
  }

  @Test("A press is as long as it was")
  func durations() throws {
    let five = try #require(Digit("5"))
    #expect(
      received([five], losing: 0, seed: 1, milliseconds: 400)
        == [.began(five), .ended(five, milliseconds: 400)])
  }

  @Test("A key held for ten seconds is one press, beyond the field's sixteen bits")
  func longPress() throws {
    let key = try #require(Digit("#"))
    var sender = DigitSender()
    var receiver = DigitReceiver()
    var events: [KeyEvent] = []
    _ = sender.begin(key)
    for tick in 0..<600 {
      if tick == 500 { sender.release() }
      if let packet = sender.tick(at: UInt32(tick * 160)) {
        events += receiver.receive(
          packet.event, timestamp: packet.timestamp, at: .milliseconds(tick * 20))
      }
    }
    #expect(events.first == .began(key))
    #expect(events.count == 2)
    guard case .ended(key, let milliseconds) = events.last else {
      Issue.record("\(events)")
      return
    }
    #expect(9_900...10_100 ~= milliseconds)
  }

  @Test("A key whose end never comes is up all the same")
  func lostEnd() throws {
    let key = try #require(Digit("1"))
    var receiver = DigitReceiver()
    let event = TelephoneEvent(event: 1, isEnd: false, volume: 10, duration: 320)
    let steps = [
      receiver.receive(event, timestamp: 0, at: .zero),
      receiver.tick(at: .milliseconds(100)),
      receiver.tick(at: .milliseconds(200)),
      // Its own late packets change nothing.
      receiver.receive(event, timestamp: 0, at: .milliseconds(210)),
    ]
    #expect(steps == [[.began(key)], [], [.ended(key, milliseconds: 40)], []])
  }

  @Test("Events that are no keys, and garbage, do nothing and hold nothing up")
  func garbage() {
    var random = SeededGenerator(seed: 4_733)
    var receiver = DigitReceiver()
    var now = Duration.zero
    for _ in 0..<20_000 {
      let event = TelephoneEvent(
        event: UInt8.random(in: 0...255, using: &random), isEnd: Bool.random(using: &random),
        volume: 0, duration: UInt16.random(in: 0...UInt16.max, using: &random))
      now += .milliseconds(20)
      let events =
        receiver.receive(
          event, timestamp: UInt32.random(in: 0...UInt32.max, using: &random), at: now)
        + receiver.tick(at: now)
      #expect(events.count <= 3)
      if event.event > 15 { #expect(begun(events).isEmpty) }
    }
    // A stream that begins anew after the silence that follows is heard.
    now += .seconds(6)
    let event = TelephoneEvent(event: 7, isEnd: false, volume: 10, duration: 0)
    let afresh = begun(receiver.receive(event, timestamp: 1, at: now))
    #expect(afresh.map(\.character) == ["7"])
  }

  @Test("Only so many keys wait; the next is refused")
  func queueIsBounded() throws {
    var sender = DigitSender()
    let key = try #require(Digit("0"))
    var accepted = 0
    for _ in 0..<1_000 where sender.press(key) { accepted += 1 }
    #expect(accepted == DigitSender.longestQueue)
  }
}
