// URIs, name-addresses and Via as most peers write them. Nil is no verdict: it leaves the text to
// the parser that knows every form.

extension ByteReader {
  /// `sip:user@host:port;parameters`, without escapes, passwords, headers and IPv6.
  ///
  /// - Parameter hasParameters: false where those behind it belong to the header field.
  mutating func quickURI(withParameters hasParameters: Bool) -> SIPURI? {
    let scheme: SIPURI.Scheme
    if skip("sip:") {
      scheme = .sip
    } else if skip("sips:") {
      scheme = .sips
    } else {
      return nil
    }
    let user = quickUser()
    guard let host = quickHost(), user != nil || host.utf8.count > 1, let port = quickPort() else {
      return nil
    }
    var parameters: [SIPParameter] = []
    while hasParameters, skip(UInt8(ascii: ";")) {
      guard let name = text(.uriParameterName) else { return nil }
      guard skip(UInt8(ascii: "=")) else {
        parameters.append(SIPParameter(name))
        continue
      }
      guard let value = text(.uriParameterValue) else { return nil }
      parameters.append(SIPParameter(name, value))
    }
    return SIPURI(
      scheme: scheme, user: user, host: host, port: port.number,
      parameters: SIPParameters(parameters))
  }

  /// What stands before an `@`, and steps over that; nil, without a step, when there is none.
  private mutating func quickUser() -> String? {
    var ahead = self
    let run = ahead.take(.user)
    guard !run.isEmpty, ahead.skip(UInt8(ascii: "@")) else { return nil }
    self = ahead
    return text(in: run)
  }

  private mutating func quickHost() -> String? {
    let run = take(.host)
    guard !run.isEmpty else { return nil }
    let isLower = bytes[run].allSatisfy { !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
    return isLower ? text(in: run) : text(in: run).lowercased()
  }

  private struct Port { var number: UInt16? }

  private mutating func quickPort() -> Port? {
    guard skip(UInt8(ascii: ":")) else { return Port(number: nil) }
    return number(upTo: UInt64(UInt16.max)).map { Port(number: UInt16($0)) }
  }

  /// `"Name" <uri>;parameters`, `Name <uri>;parameters` or `uri;parameters`.
  mutating func quickAddress() -> NameAddress? {
    guard let name = quickDisplayName() else { return nil }
    let isBracketed = name.isBracketed
    guard let uri = quickURI(withParameters: isBracketed),
      // Without brackets a semicolon ends the URI, whatever follows (RFC 3261 section 20.10).
      isBracketed || uri.user?.utf8.contains(where: { ";,?".utf8.contains($0) }) != true,
      !isBracketed || skip(UInt8(ascii: ">")), let parameters = quickParameters()
    else { return nil }
    return NameAddress(displayName: name.text, uri: uri, parameters: parameters)
  }

  private struct DisplayName {
    var text: String?
    var isBracketed: Bool
  }

  /// Up to and with the opening bracket, if there is one.
  private mutating func quickDisplayName() -> DisplayName? {
    var text: String?
    if skip(UInt8(ascii: "\"")) {
      let run = take(.quoted)
      guard skip(UInt8(ascii: "\"")) else { return nil }
      text = run.isEmpty ? nil : self.text(in: run)
      skipSpaces()
      guard next == UInt8(ascii: "<") else { return nil }
    } else if next != UInt8(ascii: "<") {
      var ahead = self
      let run = ahead.take(.words)
      guard ahead.next == UInt8(ascii: "<") else { return DisplayName(isBracketed: false) }
      guard !run.isEmpty, bytes[run.lowerBound] != UInt8(ascii: " ") else { return nil }
      self = ahead
      text = self.text(in: run).split(separator: " ").joined(separator: " ")
    }
    return skip(UInt8(ascii: "<")) ? DisplayName(text: text, isBracketed: true) : nil
  }

  /// `;name=value;name…`, without white space.
  private mutating func quickParameters() -> SIPParameters? {
    var list: [SIPParameter] = []
    while skip(UInt8(ascii: ";")) {
      guard let name = text(.token) else { return nil }
      guard skip(UInt8(ascii: "=")) else {
        list.append(SIPParameter(name))
        continue
      }
      guard let value = quickParameterValue() else { return nil }
      list.append(SIPParameter(name, value))
    }
    return SIPParameters(list)
  }

  private mutating func quickParameterValue() -> String? {
    guard skip(UInt8(ascii: "\"")) else { return text(.parameterValue) }
    let run = take(.quoted)
    return skip(UInt8(ascii: "\"")) && !run.isEmpty ? text(in: run) : nil
  }

  /// `SIP/2.0/UDP host:port;parameters`.
  mutating func quickVia() -> Via? {
    guard skip("SIP/2.0/") else { return nil }
    let transport: String
    if skip("UDP ") {
      transport = "UDP"
    } else if skip("TCP ") {
      transport = "TCP"
    } else if skip("TLS ") {
      transport = "TLS"
    } else {
      return nil
    }
    guard let host = quickHost(), let port = quickPort(), let parameters = quickParameters()
    else { return nil }
    return Via(transport: transport, host: host, port: port.number, parameters: parameters)
  }

  /// Adds the elements of a list to `all`; false when one is not what `read` reads.
  mutating func quickElements<Element>(
    to all: inout [Element], _ read: (inout ByteReader) -> Element?
  ) -> Bool {
    repeat {
      skipSpaces()
      guard let element = read(&self) else { return false }
      all.append(element)
      skipSpaces()
    } while skip(UInt8(ascii: ","))
    return isAtEnd
  }
}
