public import Epoll
import Glibc

/// Small files that are always whole: a new content replaces the old one at once or not at all,
/// also when the machine loses power. Readable by their owner only.
public enum DurableFile {
  /// Larger files are refused: nothing that we write comes near.
  private static let maximumLength = 64 << 20

  /// Returns once `bytes` are on disk under `path`.
  public static func write(_ bytes: [UInt8], to path: String) throws(SystemError) {
    let draft = path + ".new"
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SystemError("create \(draft)") }
    do throws(SystemError) {
      try writeAll(bytes, to: descriptor, path: draft)
    } catch {
      close(descriptor)
      throw error
    }
    close(descriptor)
    guard rename(draft, path) == 0 else { throw SystemError("rename \(draft) to \(path)") }
    try synchronize(directoryOf: path)
  }

  private static func writeAll(
    _ bytes: [UInt8], to descriptor: Int32, path: String
  ) throws(SystemError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw SystemError("write \(path)") }
      rest = rest.dropFirst(count)
    }
    guard fsync(descriptor) == 0 else { throw SystemError("fsync \(path)") }
  }

  /// The content, or nil when there is no such file.
  static func read(_ path: String) throws(SystemError) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw SystemError("open \(path)")
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var room = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &room, room.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw SystemError("read \(path)") }
      if count == 0 { return bytes }
      bytes += room[..<count]
      guard bytes.count <= maximumLength else { throw SystemError("read \(path)", code: EFBIG) }
    }
  }

  /// A file that is gone already is no error.
  static func remove(_ path: String) throws(SystemError) {
    guard unlink(path) == 0 || errno == ENOENT else { throw SystemError("remove \(path)") }
    try synchronize(directoryOf: path)
  }

  /// Makes the directory, for its owner only, unless it is there.
  static func makeDirectory(_ path: String) throws(SystemError) {
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw SystemError("make \(path)") }
  }

  /// The names in a directory, sorted.
  static func names(in directory: String) throws(SystemError) -> [String] {
    guard let stream = opendir(directory) else { throw SystemError("list \(directory)") }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      names.append(
        withUnsafeBytes(of: entry.pointee.d_name) {
          String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        })
    }
    return names.filter { $0 != "." && $0 != ".." }.sorted()
  }

  private static func synchronize(directoryOf path: String) throws(SystemError) {
    let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open \(directory)") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw SystemError("fsync \(directory)") }
  }
}
