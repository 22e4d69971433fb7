/// A key press as RFC 4733 section 2.3 sends it, four bytes of payload.
public struct TelephoneEvent: Hashable, Sendable {
  public static let length = 4

  /// 0 to 9 are the digits, 10 `*`, 11 `#`, 12 to 15 `A` to `D`.
  public var event: UInt8
  /// The key is up; sent three times.
  public var isEnd: Bool
  /// In dBm0 below zero, 0 to 63.
  public var volume: UInt8
  /// Since the event's timestamp, in its clock.
  public var duration: UInt16

  public init(event: UInt8, isEnd: Bool, volume: UInt8, duration: UInt16) {
    precondition(volume < 64, "volume \(volume)")
    self.event = event
    self.isEnd = isEnd
    self.volume = volume
    self.duration = duration
  }

  /// The key, nil for an event that is none.
  public var key: Character? {
    event < 16 ? Array("0123456789*#ABCD")[Int(event)] : nil
  }

  public init(parsing payload: UnsafeRawBufferPointer) throws(RTPParseError) {
    guard payload.count >= Self.length else { throw .truncated }
    event = payload[0]
    isEnd = payload[1] & 0x80 != 0
    volume = payload[1] & 0x3F
    duration = UInt16(payload[2]) << 8 | UInt16(payload[3])
  }

  public var payload: [UInt8] {
    [
      event, (isEnd ? 0x80 : 0) | volume, UInt8(truncatingIfNeeded: duration >> 8),
      UInt8(truncatingIfNeeded: duration),
    ]
  }
}
