import TLS

/// Two parties shake hands within the media, and the bytes are what becomes of their datagrams on the way:
/// lost, twice, changed, cut, or others in their place. Whatever comes, nobody takes another for its
/// party, and both have the same keys or none.
func fuzzHandshake(_ bytes: UnsafeRawBufferPointer) {
  var way = Way(mishaps: bytes[...])
  guard let client = try? client.session(asClient: true),
    let server = try? server.session(asClient: false)
  else { fatalError("oracle: no session") }
  do {
    try client.advance()
    // More than a handshake takes without mishaps, and with what is sent again.
    for _ in 0..<24 {
      for datagram in way.carry(client.takeOutput()) { try server.advance(by: datagram) }
      for datagram in way.carry(server.takeOutput()) { try client.advance(by: datagram) }
    }
  } catch {
    expect(way.hadMishaps, "a handshake without mishaps failed: \(error)")
    return
  }
  expect(
    way.hadMishaps || client.isEstablished && server.isEstablished, "nobody was understood")
  expectSameKeys(client, server)
}

private let client = identity()
private let server = identity()

private func identity() -> DTLSIdentity {
  guard let identity = try? DTLSIdentity() else { fatalError("no identity") }
  return identity
}

private func expectSameKeys(_ one: DTLSSession, _ other: DTLSSession) {
  if one.isEstablished {
    expect(one.peerShows(oneOf: [server.hash]), "the client takes another for its party")
    expect(!one.peerShows(oneOf: [client.hash]), "the client takes itself for its party")
  }
  if other.isEstablished {
    expect(other.peerShows(oneOf: [client.hash]), "the server takes another for its party")
  }
  guard one.isEstablished, other.isEstablished else { return }
  guard let keys = one.keyMaterial(), let others = other.keyMaterial() else {
    fatalError("oracle: established without keys")
  }
  expect(
    keys.profile == others.profile && keys.inbound == others.outbound
      && keys.outbound == others.inbound && keys.inbound != keys.outbound, "keys of one only")
}

/// A network that does with each datagram what the next bytes say.
private struct Way {
  var mishaps: Slice<UnsafeRawBufferPointer>
  private(set) var hadMishaps = false

  init(mishaps: Slice<UnsafeRawBufferPointer>) { self.mishaps = mishaps }

  mutating func carry(_ datagrams: [[UInt8]]) -> [[UInt8]] {
    for datagram in datagrams {
      expect(datagram.count >= 13 && datagram.count < 1 << 14, "\(datagram.count) bytes sent")
    }
    return datagrams.flatMap { carry($0) }
  }

  private mutating func carry(_ datagram: [UInt8]) -> [[UInt8]] {
    guard let mishap = mishaps.popFirst(), mishap != 0 else { return [datagram] }
    hadMishaps = true
    switch mishap % 6 {
    case 1: return []
    case 2: return [datagram, datagram]
    case 3: return [changed(datagram)]
    case 4: return [Array(datagram.prefix(number()))]
    case 5: return [another(), datagram]
    default: return [another()]
    }
  }

  /// One byte is another.
  private mutating func changed(_ datagram: [UInt8]) -> [UInt8] {
    var datagram = datagram
    datagram[number() % datagram.count] ^= mishaps.popFirst() ?? 1
    return datagram
  }

  /// The next bytes, as many as they say.
  private mutating func another() -> [UInt8] {
    let count = number()
    defer { mishaps = mishaps.dropFirst(count) }
    return Array(mishaps.prefix(count))
  }

  private mutating func number() -> Int {
    Int(mishaps.popFirst() ?? 0) << 8 | Int(mishaps.popFirst() ?? 0)
  }
}
