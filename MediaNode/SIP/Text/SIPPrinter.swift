/// Turns messages into datagrams.
public struct SIPPrinter: Sendable {
  public init() {}

  /// The message as it goes to the wire (RFC 3261 section 7), Content-Length included. Line ends
  /// within a value become spaces: nothing that a peer sent can add a field to what we send.
  public func print(_ message: SIPMessage) -> [UInt8] {
    var writer = TextWriter(reserving: 1_024)
    switch message {
    case .request(let request):
      writer.writeStartLine(of: request)
      writer.write(request.headers, request.body)
    case .response(let response):
      writer.writeStartLine(of: response)
      writer.write(response.headers, response.body)
    }
    return writer.bytes
  }
}

extension TextWriter {
  fileprivate mutating func writeStartLine(of request: SIPRequest) {
    writeOnOneLine(request.method.rawValue)
    write(UInt8(ascii: " "))
    write(request.uri)
    write(" SIP/2.0\r\n")
  }

  fileprivate mutating func writeStartLine(of response: SIPResponse) {
    write("SIP/2.0 ")
    write(decimal: UInt(clamping: response.status))
    write(UInt8(ascii: " "))
    writeOnOneLine(response.reason)
    endLine()
  }

  fileprivate mutating func write(_ headers: SIPHeaders, _ body: SIPBody) {
    for via in headers.vias { writeField("Via: ") { $0.write(via) } }
    if let hops = headers.maxForwards {
      writeField("Max-Forwards: ") { $0.write(decimal: UInt(clamping: hops)) }
    }
    writeFields("Route: ", headers.routes)
    writeFields("Record-Route: ", headers.recordRoutes)
    writeField("From: ") { $0.write(headers.from) }
    writeField("To: ") { $0.write(headers.to) }
    writeField("Call-ID: ") { $0.writeOnOneLine(headers.callID) }
    writeField("CSeq: ") { $0.write(headers.cseq) }
    switch headers.contacts {
    case .wildcard: write("Contact: *\r\n")
    case .addresses(let list): writeFields("Contact: ", list)
    }
    for field in headers.others where field.name.isToken {
      write(field.name)
      writeField(": ") { $0.writeOnOneLine(field.value) }
    }
    write(body)
  }

  private mutating func write(_ cseq: CSeq) {
    write(decimal: cseq.number)
    write(UInt8(ascii: " "))
    writeOnOneLine(cseq.method.rawValue)
  }

  private mutating func write(_ body: SIPBody) {
    switch body {
    case .none: write([], type: "")
    case .session(let description): write(description.printed(), type: "application/sdp")
    case .malformedSession(let bytes): write(bytes, type: "application/sdp")
    case .other(let type, let bytes): write(bytes, type: type)
    }
  }

  private mutating func write(_ body: [UInt8], type: String) {
    if !body.isEmpty, !type.isEmpty { writeField("Content-Type: ") { $0.writeOnOneLine(type) } }
    writeField("Content-Length: ") { $0.write(decimal: UInt(body.count)) }
    endLine()
    write(contentsOf: body)
  }

  private mutating func writeFields(_ name: String, _ addresses: [NameAddress]) {
    for address in addresses { writeField(name) { $0.write(address) } }
  }

  private mutating func writeField(_ name: String, _ value: (inout TextWriter) -> Void) {
    write(name)
    value(&self)
    endLine()
  }

  private mutating func endLine() { write("\r\n") }
}
