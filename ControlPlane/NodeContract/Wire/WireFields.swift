internal import FoundationEssentials
internal import SwiftProtobuf

// How the contract's small values stand in protobuf fields. Readers name the field that they
// refuse; they never trap.

/// A value that travels as the protobuf message `Wire`.
protocol WireConvertible {
  associatedtype Wire: Message
  init(wire: Wire) throws(WireError)
  var wire: Wire { get }
}

enum WireField {
  /// The longest time that a peer may name; adding it to an instant cannot overflow.
  static let longestDuration: Int64 = 366 * 86_400 * 1_000_000_000
  /// The last millisecond of the year 9999.
  static let latestWallTime: Int64 = 253_402_300_799_999

  /// Also one before 1970, which a clock that is wrong may say.
  static func time(milliseconds: Int64, _ field: String) throws(WireError) -> WallTime {
    guard (-latestWallTime...latestWallTime).contains(milliseconds) else {
      throw .invalidField(field)
    }
    return WallTime(milliseconds: milliseconds)
  }

  static func uuid(_ data: Data, _ field: String) throws(WireError) -> UUIDv7 {
    guard let uuid = UUIDv7(bytes: data) else { throw .invalidField(field) }
    return uuid
  }

  static func id<Kind>(_ data: Data, _ field: String) throws(WireError) -> TypedID<Kind> {
    TypedID(try uuid(data, field))
  }

  static func ids<Kind>(_ data: [Data], _ field: String) throws(WireError) -> [TypedID<Kind>] {
    var ids: [TypedID<Kind>] = []
    for id in data { ids.append(try Self.id(id, field)) }
    return ids
  }

  static func name<Mark>(_ text: String, _ field: String) throws(WireError) -> OperatorName<Mark> {
    guard let name = OperatorName<Mark>(text) else { throw .invalidField(field) }
    return name
  }

  static func narrowed<Narrow: FixedWidthInteger>(
    _ value: some BinaryInteger, _ field: String
  ) throws(WireError) -> Narrow {
    guard let narrow = Narrow(exactly: value) else { throw .invalidField(field) }
    return narrow
  }

  static func duration(nanoseconds: Int64, _ field: String) throws(WireError) -> Duration {
    guard (0...longestDuration).contains(nanoseconds) else { throw .invalidField(field) }
    return .nanoseconds(nanoseconds)
  }

  /// A message field that must be present.
  static func required<Value: WireConvertible>(
    _ wire: Value.Wire, present: Bool, _ field: String
  ) throws(WireError) -> Value {
    guard present else { throw .invalidField(field) }
    return try Value(wire: wire)
  }

  static func present<Value>(_ value: Value?, _ field: String) throws(WireError) -> Value {
    guard let value else { throw .invalidField(field) }
    return value
  }
}

extension UUIDv7 {
  var wire: Data { Data(bytes) }
}

extension TypedID {
  var wire: Data { uuid.wire }
}

extension Epoch: WireConvertible {
  init(wire: WireEpoch) throws(WireError) {
    guard wire.revision >= 0 else { throw .invalidField("epoch.revision") }
    self.init(generation: wire.generation, revision: wire.revision)
  }

  var wire: WireEpoch {
    .with {
      $0.generation = generation
      $0.revision = revision
    }
  }
}

extension IPAddress {
  init(wire: Data) throws(WireError) {
    func number(_ bytes: some Sequence<UInt8>) -> UInt64 {
      bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
    switch wire.count {
    case 4: self = .v4(UInt32(truncatingIfNeeded: number(wire)))
    case 16: self = .v6(number(wire.prefix(8)), number(wire.suffix(8)))
    default: throw .invalidField("endpoint.address")
    }
  }

  var wire: Data {
    switch self {
    case .v4(let value): Data(value.bigEndianBytes)
    case .v6(let high, let low): Data(high.bigEndianBytes + low.bigEndianBytes)
    }
  }
}

extension IPEndpoint: WireConvertible {
  init(wire: WireEndpoint) throws(WireError) {
    self.init(
      try IPAddress(wire: wire.address), port: try WireField.narrowed(wire.port, "endpoint.port"))
  }

  var wire: WireEndpoint {
    .with {
      $0.address = address.wire
      $0.port = UInt32(port)
    }
  }
}

extension HeldAddress: WireConvertible {
  init(wire: WireHeldAddress) throws(WireError) {
    self.init(
      address: try WireField.name(wire.address, "address"),
      epoch: try WireField.required(wire.epoch, present: wire.hasEpoch, "address.epoch"))
  }

  var wire: WireHeldAddress {
    .with {
      $0.address = address.text
      $0.epoch = epoch.wire
    }
  }
}

extension FixedWidthInteger {
  /// Most significant first.
  var bigEndianBytes: [UInt8] {
    stride(from: Self.bitWidth - 8, through: 0, by: -8).map {
      UInt8(truncatingIfNeeded: self >> $0)
    }
  }
}
