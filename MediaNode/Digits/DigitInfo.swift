/// A key in the body of a SIP INFO: `application/dtmf-relay`, which names a duration, and
/// `application/dtmf`, which is the key alone. No RFC defines either; both are as widely used.
public struct DigitInfo: Hashable, Sendable {
  public static let contentType = "application/dtmf-relay"
  /// What a press that tells no duration counts as, in milliseconds.
  static let usualDuration = 100

  public let digit: Digit
  public let milliseconds: Int

  public init(_ digit: Digit, milliseconds: Int = 160) {
    self.digit = digit
    self.milliseconds = milliseconds
  }

  /// nil when it is another type, or tells no key.
  public init?(contentType: String, body: String) {
    guard body.utf8.count <= 200 else { return nil }
    let type = contentType.split(separator: ";").first.map { $0.trimmed.lowercased() }
    switch type {
    case "application/dtmf-relay": self.init(relay: body)
    case "application/dtmf": self.init(plain: body)
    default: return nil
    }
  }

  private init?(plain body: String) {
    guard let digit = Self.digit(body.trimmed) else { return nil }
    self.init(digit, milliseconds: Self.usualDuration)
  }

  private init?(relay body: String) {
    var digit: Digit?
    var milliseconds = Self.usualDuration
    for line in body.split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: "=", maxSplits: 1).map(\.trimmed)
      guard parts.count == 2 else { continue }
      switch parts[0].lowercased() {
      case "signal": digit = Self.digit(parts[1])
      case "duration": milliseconds = Int(parts[1]) ?? milliseconds
      default: break
      }
    }
    guard let digit else { return nil }
    self.init(digit, milliseconds: min(max(milliseconds, 40), 5_000))
  }

  /// Some phones write the event's number for star and pound.
  private static func digit(_ text: String) -> Digit? {
    if let character = text.first, text.count == 1 { return Digit(character) }
    return UInt8(text).flatMap(Digit.init(event:))
  }

  public var body: String { "Signal=\(digit.character)\r\nDuration=\(milliseconds)\r\n" }
}

extension StringProtocol {
  fileprivate var trimmed: String {
    let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0.isNewline }
    let end = reversed().drop(while: isSpace)
    return String(end.reversed().drop(while: isSpace))
  }
}
