import NodeContract

/// What a file on its way is called: `ID-PART.mp3`, or `ID-PART-OFFSET.mp3` where a part is several. Names
/// sort as they follow each other.
struct SoundFileName: Hashable {
  static let suffix = ".mp3"
  /// What follows the name of a file that is not whole yet.
  static let growing = ".growing"

  let sound: SoundID
  let part: UInt32
  /// Of the file's first byte within its part; nil: the file is the part.
  var offset: UInt64?

  init(sound: SoundID, part: UInt32, offset: UInt64? = nil) {
    (self.sound, self.part, self.offset) = (sound, part, offset)
  }

  init?(_ name: some StringProtocol) {
    guard name.hasSuffix(Self.suffix) else { return nil }
    let words = name.dropLast(Self.suffix.count).split(
      separator: "-", omittingEmptySubsequences: false)
    guard (2...3).contains(words.count), let id = UUIDv7(words[0]), let part = UInt32(words[1]),
      part > 0
    else { return nil }
    self.init(sound: SoundID(id), part: part)
    guard words.count == 3 else { return }
    guard let offset = UInt64(words[2]) else { return nil }
    self.offset = offset
  }

  var text: String {
    let place = offset.map { "-" + Self.padded($0, to: 20) } ?? ""
    return "\(sound.uuid.hexadecimal)-\(Self.padded(part, to: 10))\(place)\(Self.suffix)"
  }

  private static func padded(_ number: some BinaryInteger, to length: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, length - digits.count)) + digits
  }
}
