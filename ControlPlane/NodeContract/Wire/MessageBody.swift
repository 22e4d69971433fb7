internal import SwiftProtobuf

// Bodies outside the link: what lies on a node's disk.

extension SpoolRecord {
  /// The protobuf body of a spool file's record, without any framing.
  public func encodedBody() -> [UInt8] { wire.body }

  /// Reads what `encodedBody` wrote.
  public init(parsingBody body: some Collection<UInt8>) throws(WireError) {
    self = try .init(body: body)
  }
}

extension BindingChange {
  /// The protobuf body of a binding, without any framing.
  public func encodedBody() -> [UInt8] { wire.body }

  /// Reads what `encodedBody` wrote.
  public init(parsingBody body: some Collection<UInt8>) throws(WireError) {
    self = try .init(body: body)
  }
}

extension SubscriptionChange {
  /// The protobuf body of a subscription, without any framing.
  public func encodedBody() -> [UInt8] { wire.body }

  /// Reads what `encodedBody` wrote.
  public init(parsingBody body: some Collection<UInt8>) throws(WireError) {
    self = try .init(body: body)
  }
}

extension TenantSnapshot {
  /// The protobuf body of a snapshot, without any framing.
  public func encodedBody() -> [UInt8] { wire.body }

  /// Reads what `encodedBody` wrote.
  public init(parsingBody body: some Collection<UInt8>) throws(WireError) {
    self = try .init(body: body)
  }
}

extension StoredSound {
  /// The protobuf body of what is known of a sound, without any framing.
  public func encodedBody() -> [UInt8] { wire.body }

  /// Reads what `encodedBody` wrote.
  public init(parsingBody body: some Collection<UInt8>) throws(WireError) {
    self = try .init(body: body)
  }
}

extension CallFlow {
  /// The protobuf body of a flow, without any framing: what is kept of a version, and of one that a call is in.
  public func encodedBody() -> [UInt8] { wire.body }

  /// Reads what `encodedBody` wrote.
  public init(parsingBody body: some Collection<UInt8>) throws(WireError) {
    self = try .init(body: body)
  }
}

extension Message {
  var body: [UInt8] {
    // proto3 has no required fields, so nothing that we fill in can be refused.
    do { return try serializedBytes() } catch { preconditionFailure("\(Self.self): \(error)") }
  }
}

extension WireConvertible {
  init(body: some Collection<UInt8>) throws(WireError) {
    let wire: Wire
    do {
      wire = try Wire(serializedBytes: Array(body))
    } catch {
      throw .unreadableBody
    }
    try self.init(wire: wire)
  }
}
