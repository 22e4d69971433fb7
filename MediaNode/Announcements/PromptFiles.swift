extension Prompt {
  /// Where the file lies, without an extension, in the folder of recordings, in that of what a
  /// synthesiser spoke, or in those of what was fetched and of tenants' own; nil: in none. Every letter that is not plain is written as its bytes: names differ where
  /// words do, and hold nothing that a path could be led astray by.
  public func path(in language: SpokenLanguage) -> String? {
    switch self {
    case .recorded(let name): language.recordedFolder.map { "\($0)/\(name)" }
    case .spoken(let words): "\(language.rawValue)/\(Self.fileName(of: words))"
    case .fetched(let name), .uploaded(let name): Self.fileName(of: name)
    case .ringing: nil
    }
  }

  private static func fileName(of words: String) -> String {
    words.utf8.reduce(into: "") { name, byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        name.unicodeScalars.append(Unicode.Scalar(byte))
      case UInt8(ascii: " "): name += "_"
      default: name += "-" + String(byte, radix: 16)
      }
    }
  }
}
