import Epoll
import Glibc
import NodeContract
import Synchronization

/// The files of a spool, and the lock that keeps a second process out:
///
/// - `spool`: the spool's id.
/// - `acknowledged`: how far the records are acknowledged, and since when each whole segment is.
/// - `N.facts`: the segment whose first record is N, in twenty digits.
/// - `N.legs`: which legs were open before record N.
struct SpoolDirectory: Sendable {
  let path: String
  let id: SpoolID

  /// Opens the spool in `path`, or makes one.
  init(_ path: String) throws {
    try DurableFile.makeDirectory(path)
    self.path = path
    let lock = open("\(path)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard lock >= 0 else { throw SystemError("open \(path)/lock") }
    self.lock = SpoolLock(lock)
    guard SpoolDirectory.takes(lock) else {
      throw SystemError("lock the spool in \(path), which another process may be using")
    }
    id = try SpoolDirectory.identity("\(path)/spool")
  }

  /// A program that was just being started has copies of what we closed until it is itself: locks are
  /// waited for that long.
  private static func takes(_ lock: Int32) -> Bool {
    for _ in 0..<lockAttempts {
      if flock(lock, LOCK_EX | LOCK_NB) == 0 { return true }
      guard errno == EWOULDBLOCK || errno == EINTR else { return false }
      usleep(lockPause)
    }
    return false
  }

  private static let lockAttempts = 100
  /// In microseconds.
  private static let lockPause: UInt32 = 10_000

  private let lock: SpoolLock

  /// Lets another process open the spool; nothing may be written from now on.
  func close() { lock.release() }

  private static func identity(_ path: String) throws -> SpoolID {
    guard let bytes = try DurableFile.read(path) else {
      var random = SystemRandomNumberGenerator()
      let id = SpoolID(at: MachineClock.wall(), using: &random)
      try DurableFile.write(Array("\(id)\n".utf8), to: path)
      return id
    }
    guard let id = SpoolID(String(decoding: bytes, as: UTF8.self).prefix { $0 != "\n" }) else {
      throw SystemError("read the spool's id in \(path)", code: EINVAL)
    }
    return id
  }

  // MARK: - Segments

  func segmentPath(_ first: UInt64) -> String { "\(path)/\(digits(first)).facts" }

  /// The first records of all segments, in order.
  func segments() throws(SystemError) -> [UInt64] {
    try DurableFile.names(in: path).filter { $0.hasSuffix(".facts") }
      .compactMap { UInt64($0.dropLast(6)) }.sorted()
  }

  /// Removes a segment and what belongs to it.
  func removeSegment(_ first: UInt64) throws(SystemError) {
    try DurableFile.remove(segmentPath(first))
    try DurableFile.remove(legsPath(first))
  }

  private func digits(_ number: UInt64) -> String {
    let text = String(number)
    return String(repeating: "0", count: 20 - text.count) + text
  }

  static func length(of path: String) throws(SystemError) -> Int {
    var status = stat()
    guard stat(path, &status) == 0 else { throw SystemError("look at \(path)") }
    return Int(status.st_size)
  }

  /// Takes off what lies behind a segment's last whole record.
  static func cut(_ path: String, at length: Int) throws(SystemError) {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open \(path)") }
    defer { Glibc.close(descriptor) }
    guard ftruncate(descriptor, length) == 0, fsync(descriptor) == 0 else {
      throw SystemError("cut \(path) at \(length)")
    }
  }

  // MARK: - What stands beside them

  private func legsPath(_ first: UInt64) -> String { "\(path)/\(digits(first)).legs" }

  func saveLegs(_ legs: SpoolLegs, before first: UInt64) throws(SystemError) {
    try DurableFile.write(Array(legs.text.utf8), to: legsPath(first))
  }

  /// Nil when they were not saved or cannot be read; the segments before tell them as well.
  func loadLegs(before first: UInt64) -> SpoolLegs? {
    guard let bytes = try? DurableFile.read(legsPath(first)) else { return nil }
    return SpoolLegs(text: String(decoding: bytes, as: UTF8.self))
  }

  func saveAcknowledgement(_ acknowledgement: SpoolAcknowledgement) throws(SystemError) {
    try DurableFile.write(Array(acknowledgement.text.utf8), to: "\(path)/acknowledged")
  }

  /// Nothing when it was never saved or cannot be read: everything is sent again then, which does
  /// no harm.
  func loadAcknowledgement() -> SpoolAcknowledgement {
    guard let bytes = try? DurableFile.read("\(path)/acknowledged") else { return .init() }
    return SpoolAcknowledgement(text: String(decoding: bytes, as: UTF8.self)) ?? .init()
  }
}

/// Holds the lock for as long as the spool is open; the kernel lets go of a dead process's lock.
private final class SpoolLock: Sendable {
  private let descriptor: Mutex<Int32?>

  init(_ descriptor: Int32) { self.descriptor = Mutex(descriptor) }
  deinit { release() }

  func release() {
    if let descriptor = descriptor.withLock({ $0.take() }) { close(descriptor) }
  }
}

/// What the replicas have committed.
struct SpoolAcknowledgement: Equatable, Sendable {
  /// All records up to and including this one; 0 for none.
  var through: UInt64 = 0
  /// Since when every record of a closed segment is acknowledged, by the segment's first record.
  var segments: [UInt64: WallTime] = [:]

  var text: String {
    segments.sorted { $0.key < $1.key }.reduce("through \(through)\n") { text, segment in
      text + "segment \(segment.key) \(segment.value.milliseconds)\n"
    }
  }

  init() {}

  /// Nil when any line is not one that `text` wrote.
  init?(text: String) {
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 2, words[0] == "through", let through = UInt64(words[1]) {
        self.through = through
      } else if words.count == 3, words[0] == "segment", let first = UInt64(words[1]),
        let time = Int64(words[2])
      {
        segments[first] = WallTime(milliseconds: time)
      } else {
        return nil
      }
    }
  }
}
