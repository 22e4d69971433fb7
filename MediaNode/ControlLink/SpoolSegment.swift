import Epoll
import Glibc
import NodeContract

/// What is known of one segment file.
struct SpoolSegment: Sendable {
  let first: UInt64
  /// The last record in it; one less than `first` while it is empty.
  var last: UInt64
  /// Bytes that are safe on disk; anything behind them was never promised.
  var length: Int
}

/// The system calls that a test replaces to have a full or broken disk.
struct SpoolDisk: Sendable {
  var write: @Sendable (Int32, UnsafeRawBufferPointer) -> Int = {
    Glibc.write($0, $1.baseAddress, $1.count)
  }
  var synchronize: @Sendable (Int32) -> Int32 = { fdatasync($0) }
}

/// The segment that is being written. Owns its descriptor.
struct SpoolSegmentFile: ~Copyable {
  let first: UInt64
  private(set) var length: Int
  private let descriptor: Int32
  private let path: String
  private let disk: SpoolDisk

  /// Makes a new segment, safely entered in its directory. A file of the same name holds nothing
  /// that was ever promised and is replaced.
  init(creating first: UInt64, in directory: SpoolDirectory, disk: SpoolDisk) throws(SystemError) {
    let path = directory.segmentPath(first)
    try DurableFile.write([], to: path)
    try self.init(first, path, length: 0, disk)
  }

  /// Goes on with a segment behind its last whole record, which is its end.
  init(
    reopening segment: SpoolSegment, in directory: SpoolDirectory, disk: SpoolDisk
  ) throws(SystemError) {
    try self.init(
      segment.first, directory.segmentPath(segment.first), length: segment.length, disk)
  }

  private init(
    _ first: UInt64, _ path: String, length: Int, _ disk: SpoolDisk
  ) throws(SystemError) {
    descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open \(path)") }
    self.first = first
    self.path = path
    self.length = length
    self.disk = disk
  }

  deinit { close(descriptor) }

  /// Returns once `bytes` are safe. After an error the file may hold some of them, and what the
  /// kernel still has of it is unknown: no more is written to it.
  mutating func append(_ bytes: [UInt8]) throws(SystemError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { disk.write(descriptor, $0) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw SystemError("write \(path)") }
      rest = rest.dropFirst(count)
    }
    guard disk.synchronize(descriptor) == 0 else { throw SystemError("synchronize \(path)") }
    length += bytes.count
  }

  /// Takes back what an unsuccessful `append` left behind, as far as the disk still obeys.
  func abandon() { _ = ftruncate(descriptor, length) }
}
