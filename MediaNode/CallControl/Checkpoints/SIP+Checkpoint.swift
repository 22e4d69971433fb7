import NodeContract
import SIP

extension SIPTransport: Checkpointed {}

extension Flow: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(transport)
    writer.write(local)
    writer.write(remote)
    writer.write(peerName)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      transport: try reader.read(SIPTransport.self), local: try reader.read(IPEndpoint.self),
      remote: try reader.read(IPEndpoint.self), peerName: try reader.read(String?.self))
  }
}

extension SIPParameter: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(name)
    writer.write(value)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(try reader.read(String.self), try reader.read(String?.self))
  }
}

extension SIPParameters: Checkpointed {
  func write(to writer: inout CheckpointWriter) { writer.write(list) }
  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(try reader.read([SIPParameter].self))
  }
}

extension HeaderField: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(name)
    writer.write(value)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(try reader.read(String.self), try reader.read(String.self))
  }
}

extension SIPURI: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    switch scheme {
    case .sip: writer.write("sip")
    case .sips: writer.write("sips")
    case .tel: writer.write("tel")
    case .other(let name): writer.write(name)
    }
    writer.write(user)
    writer.write(host)
    writer.write(port)
    writer.write(parameters)
    writer.write(headers)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    let scheme: Scheme =
      switch try reader.read(String.self) {
      case "sip": .sip
      case "sips": .sips
      case "tel": .tel
      case let name: .other(name)
      }
    self.init(
      scheme: scheme, user: try reader.read(String?.self), host: try reader.read(String.self),
      port: try reader.read(UInt16?.self), parameters: try reader.read(SIPParameters.self),
      headers: try reader.read([HeaderField].self))
  }
}

extension NameAddress: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(displayName)
    writer.write(uri)
    writer.write(parameters)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      displayName: try reader.read(String?.self), uri: try reader.read(SIPURI.self),
      parameters: try reader.read(SIPParameters.self))
  }
}

extension Via: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(transport)
    writer.write(host)
    writer.write(port)
    writer.write(parameters)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      transport: try reader.read(String.self), host: try reader.read(String.self),
      port: try reader.read(UInt16?.self), parameters: try reader.read(SIPParameters.self))
  }
}

extension CSeq: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(number)
    writer.write(method.rawValue)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(try reader.read(UInt32.self), SIPMethod(rawValue: try reader.read(String.self)))
  }
}

extension ContactList: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(self == .wildcard)
    writer.write(addresses)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    let isWildcard = try reader.read(Bool.self)
    let addresses = try reader.read([NameAddress].self)
    self = isWildcard ? .wildcard : .addresses(addresses)
  }
}

extension SIPHeaders: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(vias)
    writer.write(from)
    writer.write(to)
    writer.write(callID)
    writer.write(cseq)
    writer.write(maxForwards.map { UInt32(clamping: $0) })
    writer.write(contacts)
    writer.write(routes)
    writer.write(recordRoutes)
    writer.write(others)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      vias: try reader.read([Via].self), from: try reader.read(NameAddress.self),
      to: try reader.read(NameAddress.self), callID: try reader.read(String.self),
      cseq: try reader.read(CSeq.self),
      maxForwards: try reader.read(UInt32?.self).map { Int($0) },
      contacts: try reader.read(ContactList.self), routes: try reader.read([NameAddress].self),
      recordRoutes: try reader.read([NameAddress].self),
      others: try reader.read([HeaderField].self))
  }
}

extension SIPBody: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    switch self {
    case .none: writer.write(UInt8(0))
    case .session(let description):
      writer.write(UInt8(1))
      writer.write(description)
    case .malformedSession(let bytes):
      writer.write(UInt8(2))
      writer.writeData(bytes)
    case .other(let contentType, let bytes):
      writer.write(UInt8(3))
      writer.write(contentType)
      writer.writeData(bytes)
    }
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    switch try reader.read(UInt8.self) {
    case 0: self = .none
    case 1: self = .session(try reader.read(SessionDescription.self))
    case 2: self = .malformedSession(Array(try reader.readData()))
    case 3:
      self = .other(
        contentType: try reader.read(String.self), bytes: Array(try reader.readData()))
    default: throw .malformed("body")
    }
  }
}

extension SIPRequest: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(method.rawValue)
    writer.write(uri)
    writer.write(headers)
    writer.write(body)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      method: SIPMethod(rawValue: try reader.read(String.self)),
      uri: try reader.read(SIPURI.self), headers: try reader.read(SIPHeaders.self),
      body: try reader.read(SIPBody.self))
  }
}

extension SIPResponse: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(UInt16(clamping: status))
    writer.write(reason)
    writer.write(headers)
    writer.write(body)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      status: Int(try reader.read(UInt16.self)), reason: try reader.read(String.self),
      headers: try reader.read(SIPHeaders.self), body: try reader.read(SIPBody.self))
  }
}

extension DialogID: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(callID)
    writer.write(localTag)
    writer.write(remoteTag)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      callID: try reader.read(String.self), localTag: try reader.read(String.self),
      remoteTag: try reader.read(String.self))
  }
}

extension Dialog: Checkpointed {
  func write(to writer: inout CheckpointWriter) {
    writer.write(id)
    writer.write(local)
    writer.write(remote)
    writer.write(remoteTarget)
    writer.write(routeSet)
    writer.write(contact)
    writer.write(localSequence)
    writer.write(remoteSequence)
    writer.write(isConfirmed)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    self.init(
      id: try reader.read(DialogID.self), local: try reader.read(NameAddress.self),
      remote: try reader.read(NameAddress.self), remoteTarget: try reader.read(SIPURI.self),
      routeSet: try reader.read([NameAddress].self), contact: try reader.read(NameAddress.self),
      localSequence: try reader.read(UInt32.self), remoteSequence: try reader.read(UInt32?.self),
      isConfirmed: try reader.read(Bool.self))
  }
}
