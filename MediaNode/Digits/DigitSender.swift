public import RTP

/// A telephone event with what its RTP header must say.
public struct TelephoneEventPacket: Hashable, Sendable {
  public let event: TelephoneEvent
  /// The first of its press.
  public let marker: Bool
  public let timestamp: UInt32
}

/// Keys as telephone events (RFC 4733): one packet for each tick while a key is down, three when it
/// goes up, and silence enough between two keys for whoever listens to tones.
public struct DigitSender: Sendable {
  /// Keys that wait; more are refused.
  public static let longestQueue = 64
  /// The shortest press and the shortest pause that any listener must recognise are 40 ms each
  /// (ITU-T Q.24); a phone sends more.
  static let shortestPress = 60
  static let pause = 60
  /// The packets that tell of the end (RFC 4733 section 2.5.1.4).
  static let ends = 3

  private struct Press {
    let digit: Digit
    /// nil while nobody knows.
    var milliseconds: Int?
  }

  private enum State {
    case idle
    case pressing(timestamp: UInt32, segment: UInt32)
    case ending(TelephoneEventPacket, left: Int)
    case pausing(since: UInt32)
  }

  private let clockRate: Int
  private let volume: UInt8
  private var queue: [Press] = []
  private var state = State.idle

  /// `volume` is in dBm0 below zero, what a gateway that makes tones of it should use.
  public init(clockRate: Int = 8_000, volume: UInt8 = 10) {
    precondition(8_000...96_000 ~= clockRate && volume < 64, "\(clockRate), \(volume)")
    self.clockRate = clockRate
    self.volume = volume
  }

  /// Nothing is sent nor waits.
  public var isIdle: Bool {
    guard case .idle = state else { return false }
    return queue.isEmpty
  }

  /// A key for so many milliseconds, after those before it; false when too many wait.
  public mutating func press(_ digit: Digit, milliseconds: Int = 100) -> Bool {
    enqueue(Press(digit: digit, milliseconds: min(max(milliseconds, Self.shortestPress), 5_000)))
  }

  /// A key that is down until ``release()``; false when too many wait.
  public mutating func begin(_ digit: Digit) -> Bool {
    enqueue(Press(digit: digit, milliseconds: nil))
  }

  /// The last key is up. It sounds for the shortest time at least.
  public mutating func release() {
    guard let last = queue.indices.last, queue[last].milliseconds == nil else { return }
    queue[last].milliseconds = Self.shortestPress
  }

  private mutating func enqueue(_ press: Press) -> Bool {
    guard queue.count < Self.longestQueue else { return false }
    release()
    queue.append(press)
    return true
  }

  /// What to send at `clock`, the RTP timestamp of this moment; to be asked once for each packet
  /// time of the stream. While there is something, the stream's sound is not sent.
  public mutating func tick(at clock: UInt32) -> TelephoneEventPacket? {
    switch state {
    case .idle: return beginNext(at: clock)
    case .pressing(let timestamp, let segment): return goOn(timestamp, segment, at: clock)
    case .ending(let packet, let left):
      state = left > 1 ? .ending(packet, left: left - 1) : .pausing(since: clock)
      return packet
    case .pausing(let since):
      guard Int(clock &- since) >= samples(Self.pause) else { return nil }
      state = .idle
      return beginNext(at: clock)
    }
  }

  private mutating func beginNext(at clock: UInt32) -> TelephoneEventPacket? {
    guard let press = queue.first else { return nil }
    state = .pressing(timestamp: clock, segment: clock)
    return packet(press.digit, isEnd: false, marker: true, clock, duration: 0)
  }

  private mutating func goOn(
    _ timestamp: UInt32, _ segment: UInt32, at clock: UInt32
  ) -> TelephoneEventPacket? {
    guard let press = queue.first else {
      state = .idle
      return nil
    }
    let elapsed = clock &- timestamp
    if let milliseconds = press.milliseconds, Int(elapsed) >= samples(milliseconds) {
      return end(press, segment, at: clock)
    }
    guard clock &- segment <= 0xFFFF else {
      let next = segment &+ 0xFFFF
      state = .pressing(timestamp: timestamp, segment: next)
      return packet(press.digit, isEnd: false, marker: false, next, duration: clock &- next)
    }
    return packet(press.digit, isEnd: false, marker: false, segment, duration: clock &- segment)
  }

  private mutating func end(
    _ press: Press, _ segment: UInt32, at clock: UInt32
  ) -> TelephoneEventPacket {
    queue.removeFirst()
    let last = packet(
      press.digit, isEnd: true, marker: false, segment, duration: min(clock &- segment, 0xFFFF))
    state = .ending(last, left: Self.ends - 1)
    return last
  }

  private func packet(
    _ digit: Digit, isEnd: Bool, marker: Bool, _ timestamp: UInt32, duration: UInt32
  ) -> TelephoneEventPacket {
    TelephoneEventPacket(
      event: TelephoneEvent(
        event: digit.event, isEnd: isEnd, volume: volume,
        duration: UInt16(truncatingIfNeeded: min(duration, 0xFFFF))),
      marker: marker, timestamp: timestamp)
  }

  private func samples(_ milliseconds: Int) -> Int { milliseconds * clockRate / 1_000 }
}
