/// A set of RTP payload types, 0 to 127, in two words: asked for every packet.
public struct PayloadTypes: Hashable, Sendable, ExpressibleByArrayLiteral {
  private var low: UInt64 = 0
  private var high: UInt64 = 0

  public init(_ types: some Sequence<UInt8>) {
    for type in types { insert(type) }
  }

  public init(arrayLiteral types: UInt8...) { self.init(types) }

  /// Every type.
  public static let all = PayloadTypes(0...127)

  /// Types above 127 do not exist and are left out.
  public mutating func insert(_ type: UInt8) {
    switch type {
    case 0..<64: low |= 1 << type
    case 64..<128: high |= 1 << (type - 64)
    default: break
    }
  }

  public func contains(_ type: UInt8) -> Bool {
    (type < 64 ? low >> type : high >> (type & 63)) & 1 != 0
  }
}
