/// A line of a vCard, `TEL;TYPE=work:+44 20 7946 0123` (RFC 6350 section 3.3).
struct VCardProperty {
  /// In upper case, without the group that some programs put before it.
  let name: String
  private let text: Substring

  /// With the lines of the file, 1 first. Lines that begin with a space go on with the one before
  /// (RFC 6350 section 3.2).
  static func list(of text: String) -> [(line: Int, property: VCardProperty)] {
    var unfolded: [(line: Int, text: String)] = []
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (place, line) in lines.enumerated() {
      if let first = line.first, first == " " || first == "\t", !unfolded.isEmpty {
        unfolded[unfolded.count - 1].text += line.dropFirst()
      } else if !line.isEmpty {
        unfolded.append((place + 1, String(line)))
      }
    }
    return unfolded.compactMap { line, text in VCardProperty(text).map { (line, $0) } }
  }

  private init?(_ line: String) {
    guard let colon = Self.colon(in: line) else { return nil }
    let head = line[..<colon].prefix { $0 != ";" }
    name = (head.split(separator: ".").last ?? "").uppercased()
    text = line[line.index(after: colon)...]
  }

  /// The first that no parameter's quotation holds.
  private static func colon(in line: String) -> String.Index? {
    var isQuoted = false
    for index in line.indices {
      if line[index] == "\"" { isQuoted.toggle() }
      if line[index] == ":", !isQuoted { return index }
    }
    return nil
  }

  /// Without escapes (RFC 6350 section 3.4).
  var value: String { Self.plain(text).trimmed }

  /// Those with commas between.
  var values: [String] {
    Self.parts(of: text, at: ",").map { Self.plain($0).trimmed }.filter { !$0.isEmpty }
  }

  /// Without `tel:` and what a URI says beside the number.
  var number: String {
    let value = value
    guard value.lowercased().hasPrefix("tel:") else { return value }
    return String(value.dropFirst(4).prefix { $0 != ";" })
  }

  /// `Family;Given` as people say it.
  var structuredName: String {
    let parts = Self.parts(of: text, at: ";").map { Self.plain($0).trimmed }
    return (parts.dropFirst().prefix(1) + parts.prefix(1)).filter { !$0.isEmpty }
      .joined(separator: " ")
  }

  private static func parts(of text: Substring, at separator: Character) -> [Substring] {
    var (parts, begin, isEscaped): ([Substring], String.Index, Bool) = ([], text.startIndex, false)
    for index in text.indices {
      if text[index] == separator, !isEscaped {
        parts.append(text[begin..<index])
        begin = text.index(after: index)
      }
      isEscaped = text[index] == "\\" && !isEscaped
    }
    return parts + [text[begin...]]
  }

  private static func plain(_ text: Substring) -> String {
    var (plain, isEscaped) = ("", false)
    for character in text {
      if character == "\\", !isEscaped {
        isEscaped = true
        continue
      }
      plain.append(isEscaped && (character == "n" || character == "N") ? " " : character)
      isEscaped = false
    }
    return plain
  }
}
