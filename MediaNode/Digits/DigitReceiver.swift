public import RTP

/// Keys out of telephone events (RFC 4733), each once: an event is told by its timestamp, sent many
/// times, and any one of its packets is enough. One receiver for each source (SSRC).
public struct DigitReceiver: Sendable {
  /// A key whose packets stop without an end is up after this (RFC 4733 section 2.5.1.2 leaves it
  /// at three packets' time; packets of 40 ms exist).
  public static let patience: Duration = .milliseconds(150)
  /// An event that began before the last one is one of its late packets, if no longer ago than this.
  static let memory: Duration = .seconds(5)

  private struct Press {
    let digit: Digit
    /// Of the first segment.
    var timestamp: UInt32
    /// Of the segments before this one.
    var before: UInt32 = 0
    var duration: UInt32
    var isOver = false
    var heard: Duration
  }

  private let clockRate: UInt32
  private var last: Press?

  /// `clockRate` is what the event's timestamps count in a second.
  public init(clockRate: Int = 8_000) {
    precondition(8_000...96_000 ~= clockRate, "a clock of \(clockRate)")
    self.clockRate = UInt32(clockRate)
  }

  /// A packet that came at `now`, of any clock that only rises.
  public mutating func receive(
    _ event: TelephoneEvent, timestamp: UInt32, at now: Duration
  ) -> [KeyEvent] {
    guard let digit = Digit(event: event.event) else { return [] }
    if let press = last {
      if press.timestamp == timestamp, press.digit == digit { return goOn(event, press, at: now) }
      if isNextSegment(timestamp, of: press, digit) {
        return beginSegment(event, timestamp, press, at: now)
      }
      if isEarlier(timestamp, than: press, at: now) { return [] }
    }
    return begin(digit, event, timestamp, at: now)
  }

  /// To be called now and then: ends what stopped without an end.
  public mutating func tick(at now: Duration) -> [KeyEvent] {
    guard let press = last, !press.isOver, now - press.heard > Self.patience else { return [] }
    return end(press, at: press.heard)
  }

  private mutating func begin(
    _ digit: Digit, _ event: TelephoneEvent, _ timestamp: UInt32, at now: Duration
  ) -> [KeyEvent] {
    var events: [KeyEvent] = []
    if let press = last, !press.isOver { events += end(press, at: now) }
    let press = Press(
      digit: digit, timestamp: timestamp, duration: UInt32(event.duration), heard: now)
    last = press
    events.append(.began(digit))
    if event.isEnd { events += end(press, at: now) }
    return events
  }

  private mutating func goOn(
    _ event: TelephoneEvent, _ press: Press, at now: Duration
  ) -> [KeyEvent] {
    guard !press.isOver else { return [] }
    var press = press
    press.heard = now
    press.duration = max(press.duration, UInt32(event.duration))
    last = press
    return event.isEnd ? end(press, at: now) : []
  }

  /// An event longer than 16 bits of duration goes on under a new timestamp, without a marker
  /// (RFC 4733 section 2.5.1.3).
  private func isNextSegment(_ timestamp: UInt32, of press: Press, _ digit: Digit) -> Bool {
    !press.isOver && press.digit == digit && 0xFC00...0xFFFF ~= timestamp &- press.timestamp
  }

  private mutating func beginSegment(
    _ event: TelephoneEvent, _ timestamp: UInt32, _ press: Press, at now: Duration
  ) -> [KeyEvent] {
    var press = press
    press.before &+= timestamp &- press.timestamp
    press.timestamp = timestamp
    press.duration = UInt32(event.duration)
    return goOn(event, press, at: now)
  }

  private func isEarlier(_ timestamp: UInt32, than press: Press, at now: Duration) -> Bool {
    let behind = press.timestamp &- timestamp
    let reach = clockRate * UInt32(Self.memory.components.seconds)
    return now - press.heard < Self.memory && (behind == 0 || behind < reach)
  }

  private mutating func end(_ press: Press, at now: Duration) -> [KeyEvent] {
    var press = press
    press.isOver = true
    press.heard = now
    last = press
    let length = UInt64(press.before) + UInt64(press.duration)
    return [.ended(press.digit, milliseconds: Int(length * 1_000 / UInt64(clockRate)))]
  }
}
