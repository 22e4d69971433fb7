extension NameAddress: CustomStringConvertible {
  /// Parses `"name" <uri>;parameters` or `uri;parameters`, whose parameters are then the field's
  /// (RFC 3261 section 20.10); nil when malformed.
  public init?(_ text: some StringProtocol) {
    var reader = TextReader(text)
    reader.skipSpace()
    let (displayName, uri): (String?, SIPURI?)
    if reader.hasAhead(UInt8(ascii: "<")) {
      guard let name = reader.displayName() else { return nil }
      displayName = name.isEmpty ? nil : name
      uri = reader.take(through: UInt8(ascii: ">")).flatMap {
        SIPURI(String(decoding: $0, as: UTF8.self))
      }
    } else {
      displayName = nil
      uri = reader.bareURI()
    }
    guard let uri, let parameters = reader.headerParameters() else { return nil }
    self.init(displayName: displayName, uri: uri, parameters: parameters)
  }

  /// Always with angle brackets.
  public var description: String {
    var writer = TextWriter()
    writer.write(self)
    return writer.text
  }
}

extension TextWriter {
  mutating func write(_ address: NameAddress) {
    if let name = address.displayName {
      writeQuoted(name)
      write(UInt8(ascii: " "))
    }
    write(UInt8(ascii: "<"))
    write(address.uri)
    write(UInt8(ascii: ">"))
    write(headerParameters: address.parameters)
  }

  /// As header fields have them: quotes round what is neither token nor host.
  mutating func write(headerParameters parameters: SIPParameters) {
    for parameter in parameters.list where parameter.name.isToken {
      write(UInt8(ascii: ";"))
      write(parameter.name)
      guard let value = parameter.value else { continue }
      write(UInt8(ascii: "="))
      let isPlain = !value.isEmpty && value.utf8.allSatisfy(\.isPlainInParameter)
      if isPlain { write(value) } else { writeQuoted(value) }
    }
  }
}

extension TextReader {
  /// Reads a quoted string or words up to `<` and steps over that. Nil when malformed.
  fileprivate mutating func displayName() -> String? {
    if next == UInt8(ascii: "\"") {
      guard let name = quotedString(), skipSeparator(UInt8(ascii: "<")) else { return nil }
      return name
    }
    guard let run = take(through: UInt8(ascii: "<")),
      !run.contains(where: { $0 == 0 || "\",;".utf8.contains($0) })
    else { return nil }
    let words = run.split(whereSeparator: \.isSpace)
    return words.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
  }

  /// Reads a URI without brackets. It ends before the first semicolon, and must not contain a
  /// comma or question mark (RFC 3261 section 20.10).
  fileprivate mutating func bareURI() -> SIPURI? {
    let run = take { !$0.isSpace && !";,?".utf8.contains($0) }
    return SIPURI(String(decoding: run, as: UTF8.self))
  }
}
