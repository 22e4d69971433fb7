import NodeContract

/// How a case is kept for the processes that follow: deaths, the latest of them, the kind, the source, the
/// call and the words. In this machine's byte order, like all that an estate holds.
extension Quarantine.Case {
  public var encoded: [UInt8] {
    var bytes: [UInt8] = []
    func put(_ value: some FixedWidthInteger) {
      withUnsafeBytes(of: value) { bytes += $0 }
    }
    put(UInt32(clamping: deaths))
    put(latest.nanoseconds)
    put(suspect.kind.rawValue)
    let source = Array(suspect.source.description.utf8)
    put(UInt8(clamping: source.count))
    put(suspect.call.map { Int32($0.count) } ?? -1)
    return bytes + source + (suspect.call ?? []) + suspect.bytes
  }

  /// Nil: these are no case's.
  public init?(_ bytes: [UInt8]) {
    var rest = bytes[...]
    guard let deaths: UInt32 = rest.take(), let latest: Int64 = rest.take(),
      let kind = rest.take().flatMap({ Suspect.Kind(rawValue: $0) }),
      let sourceLength: UInt8 = rest.take(), let callLength: Int32 = rest.take(),
      rest.count >= Int(sourceLength) + max(0, Int(callLength)),
      let source = IPEndpoint(String(decoding: rest.prefix(Int(sourceLength)), as: UTF8.self))
    else { return nil }
    rest = rest.dropFirst(Int(sourceLength))
    let call = callLength < 0 ? nil : Array(rest.prefix(Int(callLength)))
    self.init(
      Suspect(
        kind: kind, source: source, call: call,
        bytes: Array(rest.dropFirst(max(0, Int(callLength))))),
      deaths: Int(deaths), latest: BootInstant(nanoseconds: latest))
  }
}

extension ArraySlice<UInt8> {
  fileprivate mutating func take<Value: FixedWidthInteger>() -> Value? {
    let size = MemoryLayout<Value>.size
    guard count >= size else { return nil }
    defer { self = dropFirst(size) }
    return withUnsafeBytes { $0.loadUnaligned(as: Value.self) }
  }
}
