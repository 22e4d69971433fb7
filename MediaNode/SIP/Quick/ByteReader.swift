/// Walks over a stretch of bytes with every step checked. What is read is text without control
/// characters, or nothing.
struct ByteReader {
  let bytes: [UInt8]
  private(set) var position: Int
  let end: Int

  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = min(range.upperBound, bytes.count)
  }

  var isAtEnd: Bool { position >= end }
  var next: UInt8? { position < end ? bytes[position] : nil }
  var rest: Range<Int> { position..<max(position, end) }

  /// Steps over `byte` if it is next.
  mutating func skip(_ byte: UInt8) -> Bool {
    guard position < end, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  mutating func skipSpaces() {
    while skip(UInt8(ascii: " ")) {}
  }

  /// Steps over this text if it is next.
  mutating func skip(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard end - position >= count else { return false }
    for index in 0..<count where bytes[position + index] != text.utf8Start[index] { return false }
    position += count
    return true
  }

  /// The longest run of these characters; it may be empty.
  mutating func take(_ characters: CharacterTable) -> Range<Int> {
    let start = position
    while position < end, characters.contains(bytes[position]) { position += 1 }
    return start..<position
  }

  /// What stands before the first `byte`, and steps over that.
  mutating func take(through byte: UInt8) -> Range<Int>? {
    var index = position
    while index < end {
      if bytes[index] == byte {
        defer { position = index + 1 }
        return position..<index
      }
      index += 1
    }
    return nil
  }

  /// A run of these characters as text; nil for an empty one.
  mutating func text(_ characters: CharacterTable) -> String? {
    let run = take(characters)
    return run.isEmpty ? nil : text(in: run)
  }

  func text(in range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  /// A decimal number without a leading zero and not beyond `limit`.
  mutating func number(upTo limit: UInt64) -> UInt64? {
    let start = position
    var value: UInt64 = 0
    while position < end, bytes[position].isDigit, position - start < 18 {
      value = value * 10 + UInt64(bytes[position] - UInt8(ascii: "0"))
      position += 1
    }
    guard position > start, value <= limit, bytes[start] != UInt8(ascii: "0") || value == 0,
      position - start == 1 || bytes[start] != UInt8(ascii: "0"), next?.isDigit != true
    else { return nil }
    return value
  }

  /// Four numbers of at most three digits.
  mutating func addressV4() -> UInt32? {
    var address: UInt32 = 0
    for index in 0..<4 {
      guard index == 0 || skip(UInt8(ascii: ".")), let byte = number(upTo: 255) else { return nil }
      address = address << 8 | UInt32(byte)
    }
    return address
  }
}

/// A set of ASCII characters, asked for one with two comparisons and a shift.
struct CharacterTable: Sendable {
  private let low: UInt64
  private let high: UInt64

  init(_ condition: (UInt8) -> Bool) {
    var (low, high) = (UInt64(0), UInt64(0))
    for byte in UInt8(0)..<64 where condition(byte) { low |= 1 << UInt64(byte) }
    for byte in UInt8(64)..<128 where condition(byte) { high |= 1 << UInt64(byte - 64) }
    self.low = low
    self.high = high
  }

  func contains(_ byte: UInt8) -> Bool {
    byte < 64 ? low >> UInt64(byte) & 1 == 1 : byte < 128 && high >> UInt64(byte - 64) & 1 == 1
  }

  static let token = CharacterTable(\.isTokenCharacter)
  static let host = CharacterTable { $0.isAlphanumeric || "-.".utf8.contains($0) }
  /// Of a user part, without escapes and passwords.
  static let user = CharacterTable(\.isUserCharacter)
  static let uriParameterName = CharacterTable { $0.isAlphanumeric || "-_.+".utf8.contains($0) }
  static let uriParameterValue = CharacterTable {
    $0.isAlphanumeric || "-_.+!~*'[]/:&$".utf8.contains($0)
  }
  static let parameterValue = CharacterTable {
    $0.isTokenCharacter || "[]:/@&$".utf8.contains($0)
  }
  /// Of a quoted string without escapes.
  static let quoted = CharacterTable { $0 >= 0x20 && $0 < 0x7F && !"\"\\".utf8.contains($0) }
  /// Of a display name without quotes.
  static let words = CharacterTable {
    $0.isAlphanumeric || $0 == UInt8(ascii: " ") || "-_.".utf8.contains($0)
  }
  static let callID = CharacterTable { $0.isAlphanumeric || "-._+~!*'".utf8.contains($0) }
  /// Everything printable.
  static let printable = CharacterTable { $0 >= 0x20 && $0 < 0x7F }
  static let word = CharacterTable { $0 > 0x20 && $0 < 0x7F }
}
