/// One logical stream as Ogg pages (RFC 3533).
public struct OggStream: Sendable {
  /// Lacing values of a page.
  static let mostSegments = 255

  private let serial: UInt32
  private var page: UInt32 = 0
  private var lacing: [UInt8] = []
  private var body: [UInt8] = []
  private var granule: Int64 = 0

  public init(serial: UInt32) { self.serial = serial }

  /// Adds a packet that ends at `granule`; returns the pages that were full before it. Packets of more
  /// than 64 kB do not exist in sound and are left out.
  public mutating func add(_ packet: [UInt8], granule: Int64) -> [UInt8] {
    let segments = packet.count / 255 + 1
    guard segments <= Self.mostSegments else { return [] }
    let full = lacing.count + segments > Self.mostSegments ? flush() : []
    lacing += repeatElement(255, count: packet.count / 255)
    lacing.append(UInt8(packet.count % 255))
    body += packet
    self.granule = granule
    return full
  }

  /// The last page of the stream, whose sound ends at `granule`.
  public mutating func flush(endingAt granule: Int64) -> [UInt8] {
    self.granule = granule
    return flush(isLast: true)
  }

  /// The page of what was added since the last one, none when that is nothing.
  public mutating func flush() -> [UInt8] { flush(isLast: false) }

  private mutating func flush(isLast: Bool) -> [UInt8] {
    guard isLast || !lacing.isEmpty else { return [] }
    var bytes = Array("OggS".utf8)
    bytes.append(0)
    bytes.append((page == 0 ? 2 : 0) | (isLast ? 4 : 0))
    bytes.append(littleEndian: UInt64(bitPattern: granule))
    bytes.append(littleEndian: serial)
    bytes.append(littleEndian: page)
    bytes.append(littleEndian: UInt32(0))
    bytes.append(UInt8(lacing.count))
    bytes += lacing
    bytes += body
    let sum = Self.checksum(of: bytes)
    for index in 0..<4 { bytes[22 + index] = UInt8(truncatingIfNeeded: sum >> (8 * index)) }
    page &+= 1
    lacing.removeAll(keepingCapacity: true)
    body.removeAll(keepingCapacity: true)
    return bytes
  }

  /// A CRC of polynomial 04C11DB7, nothing reflected, nothing inverted.
  private static func checksum(of bytes: [UInt8]) -> UInt32 {
    bytes.reduce(0) { $0 << 8 ^ table[Int(($0 >> 24) ^ UInt32($1))] }
  }

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index) << 24) { value, _ in
      value & 0x8000_0000 != 0 ? value << 1 ^ 0x04C1_1DB7 : value << 1
    }
  }
}

/// The two packets that begin Opus in Ogg (RFC 7845 section 5).
public enum OpusInOgg {
  /// What an encoder takes to settle, left out by players: samples of 48,000 a second.
  public static let preSkip = 312

  public static func head(channels: Int, inputRate: Int) -> [UInt8] {
    var bytes = Array("OpusHead".utf8)
    bytes.append(1)
    bytes.append(UInt8(channels))
    bytes.append(littleEndian: UInt16(preSkip))
    bytes.append(littleEndian: UInt32(inputRate))
    bytes.append(littleEndian: UInt16(0))
    bytes.append(0)
    return bytes
  }

  public static func tags(vendor: String) -> [UInt8] {
    var bytes = Array("OpusTags".utf8)
    bytes.append(littleEndian: UInt32(vendor.utf8.count))
    bytes += vendor.utf8
    bytes.append(littleEndian: UInt32(0))
    return bytes
  }
}

extension [UInt8] {
  fileprivate mutating func append(littleEndian value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }
}
