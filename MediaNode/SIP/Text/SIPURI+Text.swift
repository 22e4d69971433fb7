extension SIPURI: CustomStringConvertible {
  /// Parses a URI without angle brackets (RFC 3261 section 25.1); nil when malformed. A password
  /// in the user part falls away.
  public init?(_ text: some StringProtocol) {
    var reader = TextReader(text)
    guard let bytes = reader.take(through: UInt8(ascii: ":")),
      let scheme = Scheme(String(decoding: bytes, as: UTF8.self))
    else { return nil }
    switch scheme {
    case .sip, .sips: self.init(scheme: scheme, reading: &reader)
    case .tel, .other:
      let rest = reader.rest()
      guard !rest.isEmpty, rest.allSatisfy(\.isOpaqueURICharacter) else { return nil }
      self.init(scheme: scheme, user: String(decoding: rest, as: UTF8.self), host: "")
    }
  }

  private init?(scheme: Scheme, reading reader: inout TextReader) {
    var user: String?
    if let bytes = reader.take(through: UInt8(ascii: "@")) {
      guard let text = Self.user(in: bytes) else { return nil }
      user = text
    }
    guard let host = reader.host() else { return nil }
    var port: UInt16?
    if reader.skip(UInt8(ascii: ":")) {
      guard let number = reader.port() else { return nil }
      port = number
    }
    guard let parameters = reader.uriParameters(), let headers = reader.uriHeaders(),
      reader.isAtEnd
    else { return nil }
    self.init(
      scheme: scheme, user: user, host: host, port: port, parameters: parameters, headers: headers)
  }

  private static func user(in bytes: ArraySlice<UInt8>) -> String? {
    let name = bytes.prefix { $0 != UInt8(ascii: ":") }
    guard !name.isEmpty, !name.contains(where: { $0 <= 0x20 || "<>\"".utf8.contains($0) }) else {
      return nil
    }
    return String(unescaping: name)
  }

  /// The URI as text, with what must be escaped escaped.
  public var description: String {
    var writer = TextWriter()
    writer.write(self)
    return writer.text
  }
}

extension TextWriter {
  mutating func write(_ uri: SIPURI) {
    write(uri.scheme.description)
    write(UInt8(ascii: ":"))
    switch uri.scheme {
    case .tel, .other: writeOnOneLine(uri.user ?? "")
    case .sip, .sips: writeParts(of: uri)
    }
  }

  private mutating func writeParts(of uri: SIPURI) {
    if let user = uri.user {
      write(user, escapingAllBut: \.isUserCharacter)
      write(UInt8(ascii: "@"))
    }
    write(host: uri.host)
    if let port = uri.port {
      write(UInt8(ascii: ":"))
      write(decimal: port)
    }
    for parameter in uri.parameters.list {
      write(UInt8(ascii: ";"))
      write(parameter.name, escapingAllBut: \.isURIParameterCharacter)
      guard let value = parameter.value else { continue }
      write(UInt8(ascii: "="))
      write(value, escapingAllBut: \.isURIParameterCharacter)
    }
    for (index, field) in uri.headers.enumerated() {
      write(UInt8(ascii: index == 0 ? "?" : "&"))
      write(field.name, escapingAllBut: \.isURIHeaderCharacter)
      write(UInt8(ascii: "="))
      write(field.value, escapingAllBut: \.isURIHeaderCharacter)
    }
  }

  /// IPv6 in brackets.
  mutating func write(host: String) {
    guard host.utf8.contains(UInt8(ascii: ":")) else { return writeOnOneLine(host) }
    write(UInt8(ascii: "["))
    writeOnOneLine(host)
    write(UInt8(ascii: "]"))
  }
}

extension SIPURI.Scheme: CustomStringConvertible {
  /// Parses a scheme's name without the colon.
  public init?(_ text: String) {
    guard let first = text.utf8.first, first.isAlphanumeric, !first.isDigit,
      text.utf8.allSatisfy({ $0.isAlphanumeric || "+-.".utf8.contains($0) })
    else { return nil }
    switch text.lowercased() {
    case "sip": self = .sip
    case "sips": self = .sips
    case "tel": self = .tel
    case let name: self = .other(name)
    }
  }

  public var description: String {
    switch self {
    case .sip: "sip"
    case .sips: "sips"
    case .tel: "tel"
    case .other(let name): name
    }
  }
}

extension UInt8 {
  /// What may stand in a URI of another scheme.
  fileprivate var isOpaqueURICharacter: Bool {
    self > 0x20 && self != 0x7F && !"<>\"".utf8.contains(self)
  }
}

extension TextReader {
  /// Reads `;name=value;name…` of a URI. Nil when malformed.
  fileprivate mutating func uriParameters() -> SIPParameters? {
    var list: [SIPParameter] = []
    while skip(UInt8(ascii: ";")) {
      let run = take { $0 > 0x20 && !";?<>\"".utf8.contains($0) }
      guard let (name, value) = nameAndValue(in: run) else { return nil }
      list.append(SIPParameter(name, value))
    }
    return SIPParameters(list)
  }

  /// Reads `?name=value&name=value…` of a URI, to the end. Nil when malformed.
  fileprivate mutating func uriHeaders() -> [HeaderField]? {
    guard skip(UInt8(ascii: "?")) else { return [] }
    var fields: [HeaderField] = []
    repeat {
      let run = take { $0 > 0x20 && !"&<>\"".utf8.contains($0) }
      guard let (name, value) = nameAndValue(in: run) else { return nil }
      fields.append(HeaderField(name, value ?? ""))
    } while skip(UInt8(ascii: "&"))
    return fields
  }

  private func nameAndValue(in run: ArraySlice<UInt8>) -> (String, String?)? {
    let equals = run.firstIndex(of: UInt8(ascii: "="))
    guard let name = String(unescaping: run[..<(equals ?? run.endIndex)]), !name.isEmpty else {
      return nil
    }
    guard let equals else { return (name, nil) }
    guard let value = String(unescaping: run[(equals + 1)...]) else { return nil }
    return (name, value)
  }
}
