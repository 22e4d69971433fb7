/// What a jitter buffer may become.
public struct JitterLimits: Hashable, Sendable {
  /// Packets kept; one that finds no place is dropped.
  public static let capacity = 64

  /// Sound waits so long at least, once it plays.
  public var least: Duration
  /// Sound older than this is left out to catch up.
  public var most: Duration

  public init(least: Duration = .milliseconds(10), most: Duration = .milliseconds(200)) {
    precondition(.zero <= least && least < most && most <= .seconds(1), "\(least) to \(most)")
    self.least = least
    self.most = most
  }
}

/// Packets in as they come, packets out in order and in time: the wait adapts to how unevenly they
/// come. Holds payloads without knowing their codec. One for each source (SSRC).
///
/// Every packet has a time at which it is due: that of the quickest packet of late, plus the wait.
/// A packet that is there when the one before it has been played is played; one that is not is
/// waited for until it is due, and lost from then on.
public struct JitterBuffer: Sendable {
  /// What to play next.
  public enum Playout: Hashable, Sendable {
    /// The next packet. `isLate` asks for it to be played a little faster: more sound waits than
    /// need be.
    case packet([UInt8], isLate: Bool)
    /// A packet that never came. The one after it, when that is here, may hold a copy.
    case lost(next: [UInt8]?)
    /// Nothing is due: a pause in speech, or packets that are late. Time is made up.
    case nothing
    /// The stream has paused, or has not begun.
    case idle
  }

  /// What became of a packet.
  public enum Reception: Hashable, Sendable {
    case kept, late, duplicate, strange
  }

  private struct Slot: Sendable {
    var sequence: UInt16 = 0
    var timestamp: Int64 = 0
    var isFull = false
    var payload: [UInt8] = []
  }

  /// Where the stream is.
  private struct Position: Sendable {
    var sequence: UInt16
    /// Of the packet that is next, unwrapped: the clock's 32 bits turn over within the day.
    var timestamp: Int64
    /// Of the newest packet.
    var newest: (sequence: UInt16, timestamp: Int64)
    var isPlaying = false
    /// Since the last packet that was played.
    var misses = 0
  }

  private let clockRate: Int64
  private let limits: JitterLimits
  private var slots = Array(repeating: Slot(), count: JitterLimits.capacity)
  private var position: Position?
  private var delay: DelayEstimate
  /// Of one packet, in the clock: what the newest ones have been.
  private var packetLength: Int64
  /// The sequence number at which a stream that jumped would go on (RFC 3550 appendix A.1).
  private var jumped: UInt16?
  private var count = 0

  /// `clockRate` is what timestamps count in a second.
  public init(clockRate: Int, limits: JitterLimits = JitterLimits()) {
    precondition(8_000...96_000 ~= clockRate, "a clock of \(clockRate)")
    self.clockRate = Int64(clockRate)
    self.limits = limits
    packetLength = Int64(clockRate) / 50
    delay = DelayEstimate(clockRate: self.clockRate)
  }

  /// Packets that wait.
  public var waiting: Int { count }

  /// How long sound waits between coming and being played, by the latest network.
  public var wait: Duration { duration(waitInClock) }

  /// Between the packet that is next and the end of the newest one.
  public var held: Duration {
    guard let position, count > 0 else { return .zero }
    return duration(position.newest.timestamp + packetLength - position.timestamp)
  }

  private func duration(_ clock: Int64) -> Duration {
    .microseconds(clock * 1_000_000 / clockRate)
  }

  private func inClock(_ duration: Duration) -> Int64 {
    let parts = duration.components
    return parts.seconds * clockRate + parts.attoseconds / 1_000_000_000 * clockRate / 1_000_000_000
  }

  private var waitInClock: Int64 {
    min(max(delay.spread + packetLength / 2, inClock(limits.least)), inClock(limits.most) * 3 / 4)
  }

  // MARK: - In

  /// A packet that came at `now`, of a clock that only rises.
  public mutating func insert(
    sequence: UInt16, timestamp: UInt32, payload: some Collection<UInt8>, at now: Duration
  ) -> Reception {
    guard var position else { return begin(sequence, timestamp, payload, at: now) }
    let ahead = Int(Int16(bitPattern: sequence &- position.sequence))
    let unwrapped = unwrap(timestamp, beside: position.newest.timestamp)
    let isStrange =
      ahead >= JitterLimits.capacity || ahead < -JitterLimits.capacity
      || abs(unwrapped - position.newest.timestamp) > clockRate * 60
    guard !isStrange else {
      guard jumped == sequence else {
        jumped = sequence &+ 1
        return .strange
      }
      return begin(sequence, timestamp, payload, at: now)
    }
    jumped = nil
    if ahead < 0, position.isPlaying {
      delay.note(arrival: inClock(now), timestamp: unwrapped)
      return .late
    }
    if ahead < 0 {
      position.sequence = sequence
      position.timestamp = unwrapped
    }
    let steps = Int16(bitPattern: sequence &- position.newest.sequence)
    // Before the first is played a stream may begin earlier than its first packet, not longer.
    guard ahead >= 0 || Int(-steps) < JitterLimits.capacity else { return .strange }
    let place = Int(sequence) % JitterLimits.capacity
    guard !slots[place].isFull else { return .duplicate }
    if steps > 0 {
      measure(unwrapped - position.newest.timestamp, over: Int64(steps))
      position.newest = (sequence, unwrapped)
    }
    self.position = position
    store(sequence, unwrapped, payload, at: now)
    return .kept
  }

  private mutating func begin(
    _ sequence: UInt16, _ timestamp: UInt32, _ payload: some Collection<UInt8>, at now: Duration
  ) -> Reception {
    clear()
    delay = DelayEstimate(clockRate: clockRate)
    let first = Int64(timestamp)
    position = Position(sequence: sequence, timestamp: first, newest: (sequence, first))
    store(sequence, first, payload, at: now)
    return .kept
  }

  private mutating func store(
    _ sequence: UInt16, _ timestamp: Int64, _ payload: some Collection<UInt8>, at now: Duration
  ) {
    delay.note(arrival: inClock(now), timestamp: timestamp)
    let place = Int(sequence) % JitterLimits.capacity
    slots[place].sequence = sequence
    slots[place].timestamp = timestamp
    slots[place].isFull = true
    slots[place].payload.removeAll(keepingCapacity: true)
    slots[place].payload.append(contentsOf: payload)
    count += 1
  }

  /// The nearest to `neighbour` of all that have these lowest 32 bits.
  private func unwrap(_ timestamp: UInt32, beside neighbour: Int64) -> Int64 {
    let low = UInt32(truncatingIfNeeded: neighbour)
    return neighbour + Int64(Int32(bitPattern: timestamp &- low))
  }

  /// Two neighbours tell a packet's length, except across a pause.
  private mutating func measure(_ difference: Int64, over steps: Int64) {
    guard steps == 1, clockRate / 400...clockRate / 8 ~= difference else { return }
    packetLength = difference
  }

  private mutating func clear() {
    for place in slots.indices { slots[place].isFull = false }
    count = 0
    position = nil
    jumped = nil
  }

  // MARK: - Out

  /// What to play from `now` on; to be asked whenever the sound of the answer before is used up.
  public mutating func next(at now: Duration) -> Playout {
    guard var position else { return .idle }
    let due = inClock(now) - delay.quickest - waitInClock
    settle(&position)
    if !position.isPlaying {
      guard due >= position.timestamp else { return .idle }
      position.isPlaying = true
    }
    catchUp(&position)
    defer { self.position = position }
    let place = Int(position.sequence) % JitterLimits.capacity
    if slots[place].isFull, slots[place].sequence == position.sequence {
      return play(place, &position, due: due)
    }
    return count > 0 ? miss(&position, due: due) : starve(&position)
  }

  /// The next packet tells its own time, which is a later one after a pause in speech.
  private func settle(_ position: inout Position) {
    let slot = slots[Int(position.sequence) % JitterLimits.capacity]
    if slot.isFull, slot.sequence == position.sequence { position.timestamp = slot.timestamp }
  }

  /// Leaves out the oldest while more waits than may.
  private mutating func catchUp(_ position: inout Position) {
    let most = inClock(limits.most)
    while count > 0, position.newest.timestamp + packetLength - position.timestamp > most {
      release(Int(position.sequence) % JitterLimits.capacity, of: position.sequence)
      step(&position)
      settle(&position)
    }
  }

  private mutating func play(
    _ place: Int, _ position: inout Position, due: Int64
  ) -> Playout {
    guard due >= position.timestamp - packetLength || isPressed(position) else { return .nothing }
    let payload = slots[place].payload
    release(place, of: position.sequence)
    let isLate = due - position.timestamp > packetLength / 2 && count > 0
    step(&position)
    position.misses = 0
    return .packet(payload, isLate: isLate)
  }

  /// So much waits that the oldest must go, whatever its time.
  private func isPressed(_ position: Position) -> Bool {
    position.newest.timestamp - position.timestamp > waitInClock + packetLength
  }

  private mutating func miss(_ position: inout Position, due: Int64) -> Playout {
    guard due >= position.timestamp || isPressed(position) else { return .nothing }
    step(&position)
    let place = Int(position.sequence) % JitterLimits.capacity
    let isHere = slots[place].isFull && slots[place].sequence == position.sequence
    return .lost(next: isHere ? slots[place].payload : nil)
  }

  /// Nothing is here at all: soon it counts as a pause, after which the wait begins anew.
  private mutating func starve(_ position: inout Position) -> Playout {
    position.misses += 1
    guard position.misses <= 10 else {
      position.isPlaying = false
      return .idle
    }
    return .nothing
  }

  private mutating func release(_ place: Int, of sequence: UInt16) {
    guard slots[place].isFull, slots[place].sequence == sequence else { return }
    slots[place].isFull = false
    count -= 1
  }

  private func step(_ position: inout Position) {
    position.sequence &+= 1
    position.timestamp += packetLength
  }
}

/// How unevenly packets come: how much later than the quickest of late 97 of 100 are.
struct DelayEstimate: Sendable {
  private static let buckets = 64

  private let clockRate: Int64
  /// Shares of packets by how much later they came, in steps of 5 ms; forgets half in a second of
  /// packets of 20 ms.
  private var shares = [Float](repeating: 0, count: Self.buckets)
  /// The least transit of this window and of the one before it.
  private var least: (now: Int64, before: Int64)?
  private var noted = 0

  init(clockRate: Int64) { self.clockRate = clockRate }

  /// The transit of the quickest packet of the last seconds, by clocks that know nothing of each
  /// other.
  var quickest: Int64 { least.map { min($0.now, $0.before) } ?? 0 }

  /// How much later 97 of 100 packets came at most.
  var spread: Int64 {
    let total = shares.reduce(0, +)
    guard total > 0 else { return 0 }
    var sum: Float = 0
    for (bucket, share) in shares.enumerated() {
      sum += share
      if sum >= total * 0.97 { return Int64(bucket) * clockRate / 200 }
    }
    return Int64(Self.buckets) * clockRate / 200
  }

  mutating func note(arrival: Int64, timestamp: Int64) {
    let transit = arrival - timestamp
    noted += 1
    if let known = least {
      least = noted % 250 == 0 ? (transit, known.now) : (min(known.now, transit), known.before)
    } else {
      least = (transit, transit)
    }
    let later = max(0, transit - quickest) * 200 / clockRate
    for bucket in shares.indices { shares[bucket] *= 0.986 }
    // Rounded up, so that a wait of the bucket's size suffices.
    let bucket = later == 0 && transit == quickest ? 0 : later + 1
    shares[Int(min(bucket, Int64(Self.buckets - 1)))] += 1
  }
}
