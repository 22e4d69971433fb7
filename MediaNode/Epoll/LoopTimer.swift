public import NodeContract

/// A timer of one loop: made once, armed and disarmed as often as wanted without allocation.
/// Belongs to the loop's thread.
public final class LoopTimer {
  /// When the timer fires; nil while it rests.
  public internal(set) var deadline: BootInstant?
  let handler: () -> Void
  /// The timer's place in the heap while it is armed.
  var place = 0

  init(handler: @escaping () -> Void) { self.handler = handler }
}

extension EventLoop {
  /// A timer that rests. Its handler runs on the loop, once for each time it is armed.
  public func makeTimer(_ handler: @escaping () -> Void) -> LoopTimer {
    LoopTimer(handler: handler)
  }

  /// Arms `timer` for `deadline`, in place of what it was armed for; nil disarms it. A deadline in
  /// the past fires on the loop's next turn. Timers keep milliseconds. On the loop, or before it
  /// starts.
  public func setTimer(_ timer: LoopTimer, at deadline: BootInstant?) {
    expectConfinement()
    if timer.deadline != nil { timers.remove(timer) }
    timer.deadline = deadline
    if deadline != nil { timers.insert(timer) }
  }
}

/// A binary heap in which each timer knows its place, so that re-arming costs a few swaps.
struct TimerHeap {
  private var timers: [LoopTimer] = []

  var first: LoopTimer? { timers.first }
  var count: Int { timers.count }

  mutating func insert(_ timer: LoopTimer) {
    timer.place = timers.count
    timers.append(timer)
    rise(from: timer.place)
  }

  mutating func remove(_ timer: LoopTimer) {
    let hole = timer.place
    precondition(timers[hole] === timer, "the timer is armed in another loop")
    let last = timers.removeLast()
    guard hole < timers.count else { return }
    put(last, at: hole)
    rise(from: hole)
    sink(from: last.place)
  }

  /// Takes out the earliest timer if it is due, and disarms it.
  mutating func popDue(at now: BootInstant) -> LoopTimer? {
    guard let timer = timers.first, let deadline = timer.deadline, deadline <= now else {
      return nil
    }
    remove(timer)
    timer.deadline = nil
    return timer
  }

  private mutating func put(_ timer: LoopTimer, at place: Int) {
    timers[place] = timer
    timer.place = place
  }

  private func isEarlier(_ left: Int, than right: Int) -> Bool {
    guard let left = timers[left].deadline, let right = timers[right].deadline else {
      preconditionFailure("a timer without a deadline is in the heap")
    }
    return left < right
  }

  private mutating func swapTimers(_ left: Int, _ right: Int) {
    let moved = timers[left]
    put(timers[right], at: left)
    put(moved, at: right)
  }

  private mutating func rise(from start: Int) {
    var place = start
    while place > 0, isEarlier(place, than: (place - 1) / 2) {
      swapTimers(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  private mutating func sink(from start: Int) {
    var place = start
    while true {
      var earliest = place
      for child in 2 * place + 1...2 * place + 2
      where child < timers.count && isEarlier(child, than: earliest) {
        earliest = child
      }
      if earliest == place { return }
      swapTimers(place, earliest)
      place = earliest
    }
  }
}
