// What every datagram between nodes and replicas begins and ends with, all numbers big endian:
//
//   u8 type, u32 key number, u64 number, the type's own fields, 16 bytes of HMAC-SHA256
//
// The keyed hash covers all before it. The type tells the directions apart, so that nothing can be played
// back as its own answer. Whether a number is new is the receiver's business.

enum DatagramType: UInt8 {
  case beat = 0x01
  case testimony = 0x02
  case acknowledgement = 0x81
}

private let sealLength = 16

/// Why a datagram is not to be believed.
public enum DatagramError: Error, Hashable, Sendable {
  case malformed
  /// Its sender has no key of this number.
  case unknownKey
  /// The keyed hash does not fit.
  case forged
}

struct DatagramWriter {
  var bytes: [UInt8] = []

  static func header(_ type: DatagramType, key: BeatKey, number: UInt64) -> DatagramWriter {
    DatagramWriter().adding([type.rawValue]).adding(key.number.bigEndianBytes)
      .adding(number.bigEndianBytes)
  }

  func adding(_ more: [UInt8]) -> DatagramWriter { DatagramWriter(bytes: bytes + more) }

  func adding(name: String) -> DatagramWriter {
    adding([UInt8(name.utf8.count)]).adding(Array(name.utf8))
  }

  func sealed(with key: BeatKey, by hashing: any Hashing) -> [UInt8] {
    bytes + hashing.hmacSHA256(key: key.bytes, bytes).prefix(sealLength)
  }
}

/// A datagram split into what is sealed and its seal; nothing in it is to be believed yet.
struct SealedDatagram {
  let content: [UInt8]
  let seal: ArraySlice<UInt8>
  let keyNumber: UInt32
  let number: UInt64
  let fields: DatagramReader

  init(_ datagram: some Collection<UInt8>, type: DatagramType) throws(DatagramError) {
    let bytes = Array(datagram)
    guard bytes.count > sealLength else { throw .malformed }
    content = Array(bytes.dropLast(sealLength))
    seal = bytes.suffix(sealLength)
    var reader = DatagramReader(rest: content[...])
    guard try reader.takeNumber(bytes: 1) == UInt64(type.rawValue) else { throw .malformed }
    keyNumber = UInt32(truncatingIfNeeded: try reader.takeNumber(bytes: 4))
    number = try reader.takeNumber(bytes: 8)
    fields = reader
  }

  func verify(_ key: BeatKey?, by hashing: any Hashing) throws(DatagramError) {
    guard let key else { throw .unknownKey }
    let expected = hashing.hmacSHA256(key: key.bytes, content).prefix(sealLength)
    // Looks at every byte, so that its time tells nothing of where they differ.
    let difference = zip(expected, seal).reduce(0) { $0 | ($1.0 ^ $1.1) }
    guard expected.count == seal.count, difference == 0 else { throw .forged }
  }
}

struct DatagramReader {
  var rest: ArraySlice<UInt8>

  var isEmpty: Bool { rest.isEmpty }

  mutating func take(_ count: Int) throws(DatagramError) -> ArraySlice<UInt8> {
    guard rest.count >= count else { throw .malformed }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  mutating func takeNumber(bytes count: Int) throws(DatagramError) -> UInt64 {
    try take(count).reduce(0) { $0 << 8 | UInt64($1) }
  }

  mutating func takeName() throws(DatagramError) -> String {
    String(decoding: try take(Int(try takeNumber(bytes: 1))), as: UTF8.self)
  }
}
