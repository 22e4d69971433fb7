extension Via: CustomStringConvertible {
  /// Parses one Via, without its field name (RFC 3261 section 20.42); nil when malformed.
  public init?(_ text: some StringProtocol) {
    var reader = TextReader(text)
    reader.skipSpace()
    guard reader.token()?.uppercased() == "SIP", reader.skipSeparator(UInt8(ascii: "/")),
      reader.token() == "2.0", reader.skipSeparator(UInt8(ascii: "/")),
      let transport = reader.token()
    else { return nil }
    reader.skipSpace()
    guard let host = reader.host() else { return nil }
    var port: UInt16?
    if reader.skipSeparator(UInt8(ascii: ":")) {
      guard let number = reader.port() else { return nil }
      port = number
    }
    guard let parameters = reader.headerParameters() else { return nil }
    self.init(
      transport: transport.uppercased(), host: host, port: port, parameters: parameters)
  }

  public var description: String {
    var writer = TextWriter()
    writer.write(self)
    return writer.text
  }
}

extension TextWriter {
  mutating func write(_ via: Via) {
    write("SIP/2.0/")
    writeOnOneLine(via.transport)
    write(UInt8(ascii: " "))
    write(host: via.host)
    if let port = via.port {
      write(UInt8(ascii: ":"))
      write(decimal: port)
    }
    write(headerParameters: via.parameters)
  }
}
