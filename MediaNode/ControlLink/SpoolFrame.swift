import Epoll
import Glibc
import NodeContract

/// A record as it lies in a segment: u32 length of the body, u32 CRC32C over that length and the
/// body, both big-endian, then the body. The length is under the checksum, so that neither a
/// damaged length nor a run of zeros passes for a record.
struct SpoolFrame {
  static let headerLength = 8
  /// A fact has a few hundred bytes; a larger length is damage.
  static let longestBody = 1 << 16

  /// Nil when the body is whole but means nothing to this version.
  let record: SpoolRecord?
  /// Where in the segment it begins and ends.
  let range: Range<Int>

  static func bytes(of record: SpoolRecord) -> [UInt8] {
    let body = record.encodedBody()
    precondition(1...longestBody ~= body.count, "a fact of \(body.count) bytes")
    let length = bigEndian(UInt32(body.count))
    let begun = length.withUnsafeBytes { SpoolCRC32C.checksum($0) }
    let checksum = body.withUnsafeBytes { SpoolCRC32C.checksum($0, after: begun) }
    var frame = length
    frame.reserveCapacity(headerLength + body.count)
    frame += bigEndian(checksum)
    frame += body
    return frame
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  /// The length of the body that a header announces, nil when there is none so short or long.
  static func bodyLength(_ header: UnsafeRawBufferPointer) -> Int? {
    let length = Int(UInt32(bigEndian: header.loadUnaligned(as: UInt32.self)))
    return 1...longestBody ~= length ? length : nil
  }

  /// Whether header and body belong together.
  static func isIntact(_ frame: UnsafeRawBufferPointer) -> Bool {
    let stored = UInt32(bigEndian: frame.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
    let length = SpoolCRC32C.checksum(UnsafeRawBufferPointer(rebasing: frame[..<4]))
    let body = UnsafeRawBufferPointer(rebasing: frame[headerLength...])
    return SpoolCRC32C.checksum(body, after: length) == stored
  }
}

/// Walks over the records of a segment, window by window, and over damage to the next record that
/// is whole.
struct SpoolScan: ~Copyable {
  private let descriptor: Int32
  private let path: String
  private let end: Int
  private var window: [UInt8] = []
  private var windowStart = 0

  /// Where the next record should begin. Once `next` returned nil: the end of the last whole one.
  private(set) var offset: Int
  /// Bytes between records that belong to none.
  private(set) var damagedBytes = 0

  private static let windowLength = 1 << 18

  /// Reads the bytes of `path` from `offset` to `end`.
  init(_ path: String, from offset: Int = 0, to end: Int) throws(SystemError) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open \(path)") }
    self.path = path
    self.offset = offset
    self.end = end
  }

  deinit { close(descriptor) }

  /// The next whole record; nil when none follows.
  mutating func next() throws(SystemError) -> SpoolFrame? {
    var start = offset
    while start + SpoolFrame.headerLength < end {
      if let range = try frame(at: start) {
        damagedBytes += start - offset
        offset = range.upperBound
        let body = window[
          range.lowerBound + SpoolFrame.headerLength - windowStart..<range.upperBound - windowStart]
        return SpoolFrame(record: try? SpoolRecord(parsingBody: body), range: range)
      }
      start += 1
    }
    return nil
  }

  private mutating func frame(at start: Int) throws(SystemError) -> Range<Int>? {
    try load(start..<start + SpoolFrame.headerLength)
    let header = window[start - windowStart..<start - windowStart + SpoolFrame.headerLength]
    guard let length = header.withUnsafeBytes({ SpoolFrame.bodyLength($0) }) else { return nil }
    let range = start..<start + SpoolFrame.headerLength + length
    guard range.upperBound <= end else { return nil }
    try load(range)
    let frame = window[start - windowStart..<range.upperBound - windowStart]
    return frame.withUnsafeBytes { SpoolFrame.isIntact($0) } ? range : nil
  }

  /// Brings `range` into the window.
  private mutating func load(_ range: Range<Int>) throws(SystemError) {
    if range.lowerBound >= windowStart, range.upperBound <= windowStart + window.count { return }
    let length = min(end - range.lowerBound, max(range.count, Self.windowLength))
    var bytes = [UInt8](repeating: 0, count: length)
    var filled = 0
    while filled < length {
      let count = bytes.withUnsafeMutableBytes {
        let room = UnsafeMutableRawBufferPointer(rebasing: $0[filled...])
        return pread(descriptor, room.baseAddress, room.count, range.lowerBound + filled)
      }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw SystemError("read \(path)") }
      guard count > 0 else { throw SystemError("read \(path) to \(end)", code: EIO) }
      filled += count
    }
    window = bytes
    windowStart = range.lowerBound
  }
}
