import NodeContract
import RTP
import SRTP
import TLS

/// A checkpoint on its way to another process: a version, then fields of fixed order.
extension RelayCheckpoint {
  private static let version: UInt8 = 5

  public var bytes: [UInt8] {
    var bytes: [UInt8] = [Self.version]
    bytes.append(session.id, of: 8)
    bytes.append(session.localA)
    bytes.append(session.localB)
    bytes.append(UInt64(session.clockRate), of: 4)
    bytes += (0..<16).map { byte in session.payloadTypes.octet(byte) }
    for transport in session.transports { bytes.append(transport) }
    for port in ports { port.append(to: &bytes) }
    bytes.append(generated.a)
    bytes.append(generated.b)
    bytes.append(generated.spliceA)
    bytes.append(generated.spliceB)
    return bytes
  }

  /// Nil for anything but what `bytes` makes.
  public init?(_ bytes: some Sequence<UInt8>) {
    var reader = ByteReader(bytes)
    guard reader.number(1) == UInt64(Self.version), let id = reader.number(8),
      let localA = reader.endpoint(), let localB = reader.endpoint(),
      let rate = reader.number(4), let types = reader.payloadTypes(),
      let transportA = reader.transport(), let transportB = reader.transport()
    else { return nil }
    var ports: [Port] = []
    for _ in 0..<RelayTable.portsPerSession {
      guard let port = Port(from: &reader) else { return nil }
      ports.append(port)
    }
    guard let generatedA = reader.stream(), let generatedB = reader.stream(),
      let spliceA = reader.splice(), let spliceB = reader.splice(), reader.isAtEnd
    else { return nil }
    self.init(
      RelaySession(
        id: id, localA: localA, localB: localB, expectedA: ports[0].expected,
        expectedB: ports[1].expected, payloadTypes: types,
        clockRate: UInt32(truncatingIfNeeded: rate), transportA: transportA,
        transportB: transportB),
      ports: ports,
      generated: GeneratedStreams(
        a: generatedA.value, b: generatedB.value, spliceA: spliceA.value,
        spliceB: spliceB.value))
  }
}

extension RelayCheckpoint.Port {
  private static let (hasExpected, hasSource, multiplexed, hasStream) = (1, 2, 4, 8)

  fileprivate func append(to bytes: inout [UInt8]) {
    let flags =
      (expected == nil ? 0 : Self.hasExpected) | (source == nil ? 0 : Self.hasSource)
      | (isMultiplexed ? Self.multiplexed : 0) | (stream == nil ? 0 : Self.hasStream)
    bytes.append(UInt8(flags))
    if let expected { bytes.append(expected) }
    if let source { bytes.append(source) }
    bytes.append(reportsSent)
    if let stream {
      bytes.append(UInt64(stream.ssrc), of: 4)
      bytes.append(UInt64(stream.sequence), of: 2)
      bytes.append(stream.rollover)
      bytes.append(stream.rolloverAtPartner)
    }
  }

  fileprivate init?(from reader: inout ByteReader) {
    guard let flags = reader.number(1).map(Int.init), flags < 16 else { return nil }
    isMultiplexed = flags & Self.multiplexed != 0
    if flags & Self.hasExpected != 0 {
      guard let endpoint = reader.endpoint() else { return nil }
      expected = endpoint
    }
    if flags & Self.hasSource != 0 {
      guard let endpoint = reader.endpoint() else { return nil }
      source = endpoint
    }
    guard let reports = reader.counter() else { return nil }
    reportsSent = reports.value
    if flags & Self.hasStream != 0 {
      guard let ssrc = reader.number(4), let sequence = reader.number(2),
        let rollover = reader.counter(), let rolloverAtPartner = reader.counter()
      else { return nil }
      stream = RelayCheckpoint.Stream(
        ssrc: UInt32(ssrc), sequence: UInt16(sequence), rollover: rollover.value,
        rolloverAtPartner: rolloverAtPartner.value)
    }
  }
}

extension [UInt8] {
  /// The lower `count` bytes of `number`, highest first.
  fileprivate mutating func append(_ number: UInt64, of count: Int) {
    for byte in (0..<count).reversed() {
      append(UInt8(truncatingIfNeeded: number >> (8 * UInt64(byte))))
    }
  }

  fileprivate mutating func append(_ endpoint: IPEndpoint) {
    switch endpoint.address {
    case .v4(let address):
      append(4)
      append(UInt64(address), of: 4)
    case .v6(let high, let low):
      append(6)
      append(high, of: 8)
      append(low, of: 8)
    }
    append(UInt64(endpoint.port), of: 2)
  }
}

extension [UInt8] {
  fileprivate mutating func append(_ counter: UInt32?) {
    append(counter == nil ? 0 : 1)
    if let counter { append(UInt64(counter), of: 4) }
  }

  /// Where it stands, and what is added to whose numbers; 0 for none.
  fileprivate mutating func append(_ splice: StreamSplice?) {
    append(splice == nil ? 0 : 1)
    guard let splice else { return }
    append(UInt64(splice.ssrc), of: 4)
    append(UInt64(splice.sequence), of: 2)
    append(UInt64(splice.timestamp), of: 4)
    append(splice.source)
    append(UInt64(splice.sequenceOffset), of: 2)
    append(UInt64(splice.timestampOffset), of: 4)
  }

  /// What each of its packets' numbers follows from; 0 for none.
  fileprivate mutating func append(_ stream: GeneratedStream?) {
    append(stream == nil ? 0 : 1)
    guard let stream else { return }
    append(UInt64(stream.ssrc), of: 4)
    append(UInt64(stream.firstSequence), of: 2)
    append(UInt64(stream.firstTimestamp), of: 4)
    append(UInt64(stream.clockRate), of: 4)
    append(UInt8(stream.packetTime))
    append(UInt64(bitPattern: stream.begun.nanoseconds), of: 8)
  }

  /// A profile and two keys; 0 for none.
  fileprivate mutating func append(_ keys: LegKeys?) {
    guard let keys else { return append(0) }
    for key in [keys.inbound, keys.outbound] {
      append(key.profile.rawValue)
      self += key.bytes
    }
  }
}

extension [UInt8] {
  fileprivate mutating func append(_ transport: LegTransport) {
    append(transport.isMultiplexed ? 1 : 0)
    switch transport.protection {
    case .none: append(1)
    case .awaited: append(2)
    case .keys(let keys):
      append(3)
      append(keys)
    case .handshake(let handshake):
      append(4)
      append(handshake)
    }
    append(transport.connectivity == nil ? 0 : 1)
    guard let connectivity = transport.connectivity else { return }
    for text in [
      connectivity.ourFragment, connectivity.ourPassword, connectivity.theirFragment,
    ] { appendShort(Array(text.utf8)) }
  }

  private mutating func append(_ handshake: LegHandshake) {
    append(handshake.isClient ? 1 : 0)
    append(UInt8(clamping: handshake.hashes.count))
    for hash in handshake.hashes.prefix(Int(UInt8.max)) {
      appendShort(Array(hash.algorithm.rawValue.utf8))
      appendShort(hash.bytes)
    }
    append(handshake.keys)
  }

  /// Behind its length.
  private mutating func appendShort(_ bytes: [UInt8]) {
    let bytes = bytes.prefix(Int(UInt16.max))
    append(UInt64(bytes.count), of: 2)
    self += bytes
  }
}

/// Something that was read and may have been nothing.
private struct Read<Value> { let value: Value? }

/// Reads what `append` wrote; nil where it ends.
private struct ByteReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: some Sequence<UInt8>) { rest = Array(bytes)[...] }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func number(_ count: Int) -> UInt64? {
    guard rest.count >= count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count).reduce(0) { $0 << 8 | UInt64($1) }
  }

  mutating func endpoint() -> IPEndpoint? {
    guard let address = address(), let port = number(2) else { return nil }
    return IPEndpoint(address, port: UInt16(port))
  }

  private mutating func address() -> IPAddress? {
    switch number(1) {
    case 4: return number(4).map { .v4(UInt32($0)) }
    case 6:
      guard let high = number(8), let low = number(8) else { return nil }
      return .v6(high, low)
    default: return nil
    }
  }

  mutating func counter() -> Read<UInt32>? {
    switch number(1) {
    case 0: return Read(value: nil)
    case 1: return number(4).map { Read(value: UInt32($0)) }
    default: return nil
    }
  }

  mutating func splice() -> Read<StreamSplice>? {
    switch number(1) {
    case 0: return Read(value: nil)
    case 1:
      guard let ssrc = number(4), let sequence = number(2), let timestamp = number(4),
        let source = counter(), let sequenceOffset = number(2), let timestampOffset = number(4)
      else { return nil }
      return Read(
        value: StreamSplice(
          ssrc: UInt32(ssrc), sequence: UInt16(sequence), timestamp: UInt32(timestamp),
          source: source.value, sequenceOffset: UInt16(sequenceOffset),
          timestampOffset: UInt32(timestampOffset)))
    default: return nil
    }
  }

  mutating func stream() -> Read<GeneratedStream>? {
    switch number(1) {
    case 0: return Read(value: nil)
    case 1:
      guard let ssrc = number(4), let sequence = number(2), let timestamp = number(4),
        let rate = number(4), let packetTime = number(1).map({ Int($0) }),
        GeneratedStream.packetTimes.contains(packetTime), let begun = number(8)
      else { return nil }
      return Read(
        value: GeneratedStream(
          ssrc: UInt32(ssrc), firstSequence: UInt16(sequence), firstTimestamp: UInt32(timestamp),
          clockRate: UInt32(rate), packetTime: packetTime,
          begun: BootInstant(nanoseconds: Int64(bitPattern: begun))))
    default: return nil
    }
  }

  mutating func keys() -> Read<LegKeys>? {
    if rest.first == 0 {
      rest = rest.dropFirst()
      return Read(value: nil)
    }
    guard let inbound = key(), let outbound = key() else { return nil }
    return Read(value: LegKeys(inbound: inbound, outbound: outbound))
  }

  mutating func transport() -> LegTransport? {
    guard let multiplexed = number(1), let protection = protection(), let hasChecks = number(1)
    else { return nil }
    var transport = LegTransport(protection, isMultiplexed: multiplexed == 1)
    guard hasChecks == 1 else { return transport }
    guard let fragment = text(), let password = text(), let theirs = text() else { return nil }
    transport.connectivity = LegConnectivity(
      ourFragment: fragment, ourPassword: password, theirFragment: theirs)
    return transport
  }

  private mutating func protection() -> LegTransport.Protection? {
    switch number(1) {
    case 1: return LegTransport.Protection.none
    case 2: return .awaited
    case 3: return keys()?.value.map { .keys($0) }
    case 4: return handshake().map { .handshake($0) }
    default: return nil
    }
  }

  private mutating func handshake() -> LegHandshake? {
    guard let isClient = number(1), let count = number(1) else { return nil }
    var handshake = LegHandshake(hashes: [], isClient: isClient == 1)
    for _ in 0..<count {
      guard let name = text(), let algorithm = CertificateHash.Algorithm(rawValue: name),
        let bytes = short()
      else { return nil }
      handshake.hashes.append(CertificateHash(algorithm, bytes))
    }
    guard let keys = keys() else { return nil }
    handshake.keys = keys.value
    return handshake
  }

  private mutating func text() -> String? {
    short().flatMap { String(validating: $0, as: UTF8.self) }
  }

  private mutating func short() -> [UInt8]? {
    guard let count = number(2), rest.count >= count else { return nil }
    defer { rest = rest.dropFirst(Int(count)) }
    return Array(rest.prefix(Int(count)))
  }

  private mutating func key() -> SRTPKey? {
    guard let profile = number(1).flatMap({ SRTPProfile(rawValue: UInt8($0)) }),
      rest.count >= profile.keyLength
    else { return nil }
    defer { rest = rest.dropFirst(profile.keyLength) }
    return SRTPKey(profile, Array(rest.prefix(profile.keyLength)))
  }

  mutating func payloadTypes() -> PayloadTypes? {
    var types = PayloadTypes()
    for byte in 0..<16 as Range<UInt8> {
      guard let octet = number(1) else { return nil }
      for bit in 0..<8 as Range<UInt8> where octet >> bit & 1 != 0 {
        types.insert(8 * byte + bit)
      }
    }
    return types
  }
}

extension PayloadTypes {
  /// Membership of the eight types from `8 * index` on.
  fileprivate func octet(_ index: Int) -> UInt8 {
    (0..<8 as Range<UInt8>).reduce(0) { octet, bit in
      octet | (contains(UInt8(8 * index) + bit) ? 1 << bit : 0)
    }
  }
}
