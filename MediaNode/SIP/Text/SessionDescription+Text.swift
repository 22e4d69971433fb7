import NodeContract

extension SessionDescription {
  /// The description as a body of `application/sdp` (RFC 8866).
  public func printed() -> [UInt8] {
    var writer = TextWriter(reserving: 512)
    writer.write("v=0\r\n")
    writer.write(origin)
    writer.write("s=-\r\n")
    if let connection { writer.write(connection: connection) }
    writer.write("t=0 0\r\n")
    for attribute in attributes { writer.write(attribute) }
    for medium in media { writer.write(medium) }
    return writer.bytes
  }
}

extension TextWriter {
  fileprivate mutating func write(_ origin: SessionOrigin) {
    write("o=")
    writeOnOneLine(origin.user)
    write(UInt8(ascii: " "))
    write(decimal: origin.sessionID)
    write(UInt8(ascii: " "))
    write(decimal: origin.version)
    write(UInt8(ascii: " "))
    write(network: origin.address)
  }

  fileprivate mutating func write(connection address: IPAddress) {
    write("c=")
    write(network: address)
  }

  private mutating func write(network address: IPAddress) {
    switch address {
    case .v4: write("IN IP4 ")
    case .v6: write("IN IP6 ")
    }
    write(address.description)
    write("\r\n")
  }

  fileprivate mutating func write(_ medium: MediaDescription) {
    write("m=")
    writeOnOneLine(medium.kind)
    write(UInt8(ascii: " "))
    write(decimal: medium.port)
    write(UInt8(ascii: " "))
    writeOnOneLine(medium.profile)
    for format in medium.formats {
      write(UInt8(ascii: " "))
      writeOnOneLine(format)
    }
    write("\r\n")
    if let connection = medium.connection { write(connection: connection) }
    for attribute in medium.attributes { write(attribute) }
  }

  fileprivate mutating func write(_ attribute: SessionAttribute) {
    write("a=")
    writeOnOneLine(attribute.name)
    if let value = attribute.value {
      write(UInt8(ascii: ":"))
      writeOnOneLine(value)
    }
    write("\r\n")
  }
}
