/// A key of a telephone: 0 to 9, `*`, `#`, A to D.
public struct Digit: Hashable, Sendable {
  private static let keys = Array("0123456789*#ABCD")

  /// The event of RFC 4733 section 3.2, 0 to 15.
  public let event: UInt8

  /// nil for an event that is no key.
  public init?(event: UInt8) {
    guard event < 16 else { return nil }
    self.event = event
  }

  /// nil for a character that is on no key.
  public init?(_ character: Character) {
    guard let index = Self.keys.firstIndex(of: Character(character.uppercased())) else {
      return nil
    }
    event = UInt8(index)
  }

  public var character: Character { Self.keys[Int(event)] }

  /// Both tones in hertz (ITU-T Q.23).
  public var frequencies: [Double] {
    let (row, column) =
      switch event {
      case 0: (3, 1)
      case 10: (3, 0)
      case 11: (3, 2)
      case 12...: (Int(event) - 12, 3)
      default: (Int(event - 1) / 3, Int(event - 1) % 3)
      }
    return [[697, 770, 852, 941][row], [1_209, 1_336, 1_477, 1_633][column]]
  }
}

/// What happens on a keypad, however it came.
public enum KeyEvent: Hashable, Sendable {
  case began(Digit)
  /// Milliseconds from its begin, as far as the way it came tells.
  case ended(Digit, milliseconds: Int)
}

/// How a leg says that a key was pressed.
public enum DigitWay: Hashable, Sendable {
  /// RFC 4733.
  case telephoneEvent
  /// Tones within the sound.
  case inBand
  /// SIP INFO with `application/dtmf-relay`.
  case info
}
