/// A UUID of version 7 (RFC 9562 section 5.7): 48 bits of milliseconds, then random bits, so that
/// ids sort by birth. Minted where the thing is born.
public struct UUIDv7: Hashable, Sendable, Comparable, CustomStringConvertible {
  public let high: UInt64
  public let low: UInt64

  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Mints an id at `time` with randomness from `random`.
  public init(at time: WallTime, using random: inout some RandomNumberGenerator) {
    let milliseconds = UInt64(clamping: time.milliseconds) & 0xFFFF_FFFF_FFFF
    high = milliseconds << 16 | 0x7000 | UInt64.random(in: 0...0xFFF, using: &random)
    low = 0x8000_0000_0000_0000 | UInt64.random(in: 0...0x3FFF_FFFF_FFFF_FFFF, using: &random)
  }

  /// Parses 32 hexadecimal digits; hyphens may stand anywhere between them. Any UUID version is
  /// taken, since tables may hold ids of other makers.
  public init?(_ text: some StringProtocol) {
    var high: UInt64 = 0
    var low: UInt64 = 0
    var digits = 0
    for character in text.utf8 where character != UInt8(ascii: "-") {
      guard digits < 32, let value = UUIDv7.value(ofHexDigit: character) else { return nil }
      if digits < 16 { high = high << 4 | value } else { low = low << 4 | value }
      digits += 1
    }
    guard digits == 32 else { return nil }
    self.init(high: high, low: low)
  }

  private static func value(ofHexDigit digit: UInt8) -> UInt64? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(digit - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(digit - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(digit - UInt8(ascii: "A") + 10)
    default: nil
    }
  }

  /// Sixteen bytes, most significant first.
  public var bytes: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 16) { bytes, count in
      for place in 0..<8 {
        let shift = UInt64(56 - 8 * place)
        bytes[place] = UInt8(truncatingIfNeeded: high >> shift)
        bytes[place + 8] = UInt8(truncatingIfNeeded: low >> shift)
      }
      count = 16
    }
  }

  /// Reads sixteen bytes, most significant first.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 16 else { return nil }
    var halves: [UInt64] = [0, 0]
    for (index, byte) in bytes.enumerated() {
      halves[index / 8] = halves[index / 8] << 8 | UInt64(byte)
    }
    self.init(high: halves[0], low: halves[1])
  }

  /// 32 lower-case hexadecimal digits without hyphens.
  public var hexadecimal: String {
    String(unsafeUninitializedCapacity: 32) { text in
      for place in 0..<32 {
        let digit = (place < 16 ? high : low) >> UInt64(60 - 4 * (place & 15)) & 15
        text[place] = UInt8(digit < 10 ? 48 + digit : 87 + digit)
      }
      return 32
    }
  }

  /// The usual form with four hyphens.
  public var description: String {
    let text = Array(hexadecimal.utf8)
    return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
      .map { String(decoding: text[$0], as: UTF8.self) }.joined(separator: "-")
  }

  public static func < (left: UUIDv7, right: UUIDv7) -> Bool {
    (left.high, left.low) < (right.high, right.low)
  }
}

/// What an id names. The prefix marks it in the API: `ten_…`, `call_…`.
public protocol IdentifiedKind: Sendable {
  static var prefix: String { get }
}

/// An id that cannot be mistaken for another kind's.
public struct TypedID<Kind: IdentifiedKind>: Hashable, Sendable, Comparable,
  CustomStringConvertible
{
  public let uuid: UUIDv7

  public init(_ uuid: UUIDv7) { self.uuid = uuid }

  public init(at time: WallTime, using random: inout some RandomNumberGenerator) {
    self.init(UUIDv7(at: time, using: &random))
  }

  /// Parses the API's form, `prefix_` and 32 hexadecimal digits.
  public init?(_ text: some StringProtocol) {
    guard text.hasPrefix(Kind.prefix + "_"),
      let uuid = UUIDv7(text.dropFirst(Kind.prefix.count + 1))
    else { return nil }
    self.init(uuid)
  }

  /// The API's form.
  public var description: String { "\(Kind.prefix)_\(uuid.hexadecimal)" }

  public static func < (left: Self, right: Self) -> Bool { left.uuid < right.uuid }
}

public enum ResellerKind: IdentifiedKind { public static let prefix = "res" }
public enum TenantKind: IdentifiedKind { public static let prefix = "ten" }
public enum ExtensionKind: IdentifiedKind { public static let prefix = "ext" }
public enum NumberKind: IdentifiedKind { public static let prefix = "num" }
public enum TrunkKind: IdentifiedKind { public static let prefix = "trk" }
public enum PriceListKind: IdentifiedKind { public static let prefix = "plist" }
public enum CallKind: IdentifiedKind { public static let prefix = "call" }
public enum LegKind: IdentifiedKind { public static let prefix = "leg" }
public enum SpoolKind: IdentifiedKind { public static let prefix = "spool" }
public enum OrderKind: IdentifiedKind { public static let prefix = "order" }
public enum KeyKind: IdentifiedKind { public static let prefix = "key" }
public enum SoundKind: IdentifiedKind { public static let prefix = "snd" }
public enum ContactKind: IdentifiedKind { public static let prefix = "con" }
public enum ScreeningKind: IdentifiedKind { public static let prefix = "scr" }
public enum RecordingRuleKind: IdentifiedKind { public static let prefix = "rul" }
public enum DrillKind: IdentifiedKind { public static let prefix = "drl" }

public typealias ResellerID = TypedID<ResellerKind>
public typealias TenantID = TypedID<TenantKind>
public typealias ExtensionID = TypedID<ExtensionKind>
public typealias NumberID = TypedID<NumberKind>
public typealias TrunkID = TypedID<TrunkKind>
public typealias PriceListID = TypedID<PriceListKind>
public typealias CallID = TypedID<CallKind>
public typealias LegID = TypedID<LegKind>
public typealias SpoolID = TypedID<SpoolKind>
public typealias OrderID = TypedID<OrderKind>
public typealias KeyID = TypedID<KeyKind>
public typealias SoundID = TypedID<SoundKind>
public typealias ContactID = TypedID<ContactKind>
public typealias ScreeningID = TypedID<ScreeningKind>
public typealias RecordingRuleID = TypedID<RecordingRuleKind>
public typealias DrillID = TypedID<DrillKind>
