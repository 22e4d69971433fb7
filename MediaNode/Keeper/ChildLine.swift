import Glibc

/// By which the node names sockets that are to be closed, one in a line. The only thing that a keeper
/// ever reads, and from its own child.
struct ChildLine {
  let reading: Int32
  let writing: Int32

  init(numberedFrom lowest: Int32) throws {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw Self.failure() }
    defer { for end in ends { close(end) } }
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    reading = fcntl(ends[0], F_DUPFD_CLOEXEC, lowest)
    writing = fcntl(ends[1], F_DUPFD_CLOEXEC, lowest)
    guard reading >= 0, writing >= 0 else { throw Self.failure() }
  }

  private static func failure() -> StartError {
    StartError("cannot make a line from the node: \(String(cString: strerror(errno)))")
  }

  /// The lines that wait. The node writes each at once.
  func read() -> [String] {
    var buffer = [UInt8](repeating: 0, count: 4_096)
    let count = Glibc.read(reading, &buffer, buffer.count)
    guard count > 0 else { return [] }
    return String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
