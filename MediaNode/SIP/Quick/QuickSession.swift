import NodeContract

extension SessionDescription {
  /// Reads a plain description (RFC 8866): IPv4 unicast, one line for each of v, o, s and t, and no
  /// line types that carry nothing for us. Nil is no verdict.
  init?(quickly bytes: [UInt8], _ range: Range<Int>) {
    var lines = QuickLines(bytes, range)
    guard let version = lines.next(), version.kind == UInt8(ascii: "v"),
      version.value.rest.count == 1, bytes[version.value.rest.lowerBound] == UInt8(ascii: "0"),
      let second = lines.next(), let origin = SessionOrigin(quickly: second),
      let name = lines.next(), name.kind == UInt8(ascii: "s"), name.isPlain
    else { return nil }
    self.init(origin: origin, connection: nil, media: [])
    var wasTimed = false
    while !lines.isAtEnd {
      guard let line = lines.next(), line.isPlain, add(line, &wasTimed) else { return nil }
    }
    guard wasTimed else { return nil }
  }

  /// Session lines come in the order c, t, a; a medium's in the order c, a.
  private mutating func add(_ line: QuickLine, _ wasTimed: inout Bool) -> Bool {
    switch line.kind {
    case UInt8(ascii: "c"):
      guard let address = line.connection else { return false }
      if media.isEmpty {
        guard connection == nil, !wasTimed else { return false }
        connection = .v4(address)
      } else {
        let last = media.count - 1
        guard media[last].connection == nil, media[last].attributes.isEmpty else { return false }
        media[last].connection = .v4(address)
      }
    case UInt8(ascii: "t"):
      guard !wasTimed, media.isEmpty, line.isTime else { return false }
      wasTimed = true
    case UInt8(ascii: "a"):
      guard wasTimed, let attribute = line.attribute else { return false }
      if media.isEmpty {
        attributes.append(attribute)
      } else {
        media[media.count - 1].attributes.append(attribute)
      }
    case UInt8(ascii: "m"):
      guard wasTimed, let medium = line.medium else { return false }
      media.append(medium)
    default: return false
    }
    return true
  }
}

/// `x=value`
private struct QuickLine {
  var kind: UInt8
  var value: ByteReader

  /// Without what a lenient reader might trim or read otherwise.
  var isPlain: Bool {
    var reader = value
    let all = reader.rest
    return !all.isEmpty && reader.take(.printable) == all
      && value.bytes[all.upperBound - 1] != UInt8(ascii: " ")
      && value.bytes[all.lowerBound] != UInt8(ascii: " ")
  }

  var connection: UInt32? {
    var reader = value
    guard reader.skip("IN IP4 "), let address = reader.addressV4(), reader.isAtEnd else {
      return nil
    }
    return address
  }

  /// `start stop`
  var isTime: Bool {
    var reader = value
    return reader.number(upTo: UInt64(UInt32.max)) != nil && reader.skip(UInt8(ascii: " "))
      && reader.number(upTo: UInt64(UInt32.max)) != nil && reader.isAtEnd
  }

  /// `name` or `name:value`
  var attribute: SessionAttribute? {
    var reader = value
    guard let name = reader.text(.token) else { return nil }
    guard !reader.isAtEnd else { return SessionAttribute(name) }
    guard reader.skip(UInt8(ascii: ":")), !reader.isAtEnd, reader.next != UInt8(ascii: " ") else {
      return nil
    }
    return SessionAttribute(name, reader.text(in: reader.rest))
  }

  /// `kind port profile format format…`
  var medium: MediaDescription? {
    var reader = value
    guard let kind = reader.text(.token), reader.skip(UInt8(ascii: " ")),
      let port = reader.number(upTo: UInt64(UInt16.max)), reader.skip(UInt8(ascii: " ")),
      let profile = reader.text(.word)
    else { return nil }
    var formats: [String] = []
    while reader.skip(UInt8(ascii: " ")) {
      guard let format = reader.text(.word) else { return nil }
      formats.append(format)
    }
    guard reader.isAtEnd, !formats.isEmpty else { return nil }
    return MediaDescription(
      kind: kind, port: UInt16(port), profile: profile, formats: formats)
  }
}

private struct QuickLines {
  private var all: ByteReader

  init(_ bytes: [UInt8], _ range: Range<Int>) { all = ByteReader(bytes, range) }

  var isAtEnd: Bool { all.isAtEnd }

  /// The next line, which ends with CRLF; nil where none does.
  mutating func next() -> QuickLine? {
    guard let line = all.take(through: UInt8(ascii: "\r")), all.skip(UInt8(ascii: "\n")),
      line.count >= 2, all.bytes[line.lowerBound + 1] == UInt8(ascii: "=")
    else { return nil }
    return QuickLine(
      kind: all.bytes[line.lowerBound],
      value: ByteReader(all.bytes, line.lowerBound + 2..<line.upperBound))
  }
}

extension SessionOrigin {
  fileprivate init?(quickly line: QuickLine) {
    var reader = line.value
    guard line.kind == UInt8(ascii: "o"), let user = reader.text(.word),
      reader.skip(UInt8(ascii: " ")), let id = reader.number(upTo: .max),
      reader.skip(UInt8(ascii: " ")), let version = reader.number(upTo: .max),
      reader.skip(" IN IP4 "), let address = reader.addressV4(), reader.isAtEnd
    else { return nil }
    self.init(user: user, sessionID: id, version: version, address: .v4(address))
  }
}
