import NodeContract
import SIP
import SeededRandom
import Testing

@Suite struct TimerWheelTests {
  @Test func timersFireInTheOrderOfTheirDeadlinesAndNotEarly() {
    var wheel = TimerWheel<String>()
    _ = wheel.arm("32 s", at: at(32_000))
    _ = wheel.arm("500 ms", at: at(500))
    _ = wheel.arm("64 ms", at: at(64))
    #expect(wheel.nextDeadline == at(64))
    #expect(wheel.advance(to: at(63)) == [])
    #expect(wheel.advance(to: at(64)) == ["64 ms"])
    #expect(wheel.advance(to: at(499)) == [])
    #expect(wheel.advance(to: at(40_000)) == ["500 ms", "32 s"])
    #expect(wheel.nextDeadline == nil)
    #expect(wheel.count == 0)
  }

  @Test func aTimerNeverFiresBeforeItsNanosecond() {
    var wheel = TimerWheel<Int>()
    _ = wheel.arm(1, at: BootInstant(nanoseconds: 5_000_001))
    #expect(wheel.advance(to: at(5)) == [])
    #expect(wheel.advance(to: at(6)) == [1])
  }

  @Test func aCancelledTimerIsSilentAndItsHandleHarmless() {
    var wheel = TimerWheel<Int>()
    let first = wheel.arm(1, at: at(100))
    wheel.cancel(first)
    let second = wheel.arm(2, at: at(100))
    wheel.cancel(first)
    #expect(wheel.count == 1)
    #expect(wheel.advance(to: at(100)) == [2])
    wheel.cancel(second)
    #expect(wheel.count == 0)
  }

  @Test func aTimerInThePastFiresAtOnce() {
    var wheel = TimerWheel<Int>()
    _ = wheel.advance(to: at(1_000))
    _ = wheel.arm(1, at: at(10))
    _ = wheel.arm(2, at: BootInstant(nanoseconds: -5))
    #expect(wheel.advance(to: at(1_000)) == [1, 2])
  }

  /// Compared with a sorted list, over times from milliseconds to days.
  @Test(arguments: UInt64(1)...20)
  func theWheelAgreesWithASortedList(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var wheel = TimerWheel<Int>()
    var model: [Int: (deadline: Int64, handle: TimerWheel<Int>.Handle)] = [:]
    var now: Int64 = .random(in: 0...1_000_000, using: &random)
    _ = wheel.advance(to: at(now))
    for key in 0..<2_000 {
      switch Int.random(in: 0..<4, using: &random) {
      case 0, 1:
        let span = Int64(1) << Int64.random(in: 0...27, using: &random)
        let deadline = now + .random(in: 0...span, using: &random)
        model[key] = (deadline, wheel.arm(key, at: at(deadline)))
      case 2:
        guard let victim = model.keys.min() else { continue }
        wheel.cancel(model[victim]!.handle)
        model[victim] = nil
      default:
        now += Int64(1) << Int64.random(in: 0...20, using: &random)
        let due = model.filter { $0.value.deadline <= now }
        let fired = wheel.advance(to: at(now))
        #expect(Set(fired) == Set(due.keys), "seed \(seed)")
        let deadlines = fired.compactMap { model[$0]?.deadline }
        #expect(deadlines == deadlines.sorted(), "seed \(seed)")
        for key in due.keys { model[key] = nil }
      }
      #expect(wheel.count == model.count, "seed \(seed)")
      if let earliest = model.values.map(\.deadline).min() {
        #expect(wheel.nextDeadline.map { $0 <= at(earliest) } == true, "seed \(seed)")
      } else {
        #expect(wheel.nextDeadline == nil, "seed \(seed)")
      }
    }
  }
}
