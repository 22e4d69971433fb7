import Glibc

/// By which the node says which sockets are to be closed, and which addresses are to come and go, one
/// `NodeWord` in a line. The only thing that a keeper ever reads, and from its own child.
struct ChildLine {
  let reading: Int32
  let writing: Int32

  init(numberedFrom lowest: Int32) throws {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw Self.failure() }
    defer { for end in ends { close(end) } }
    // Neither waits for the other, who may be stopped: what finds no room is lost, and said again.
    for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    reading = fcntl(ends[0], F_DUPFD_CLOEXEC, lowest)
    writing = fcntl(ends[1], F_DUPFD_CLOEXEC, lowest)
    guard reading >= 0, writing >= 0 else { throw Self.failure() }
  }

  private static func failure() -> StartError {
    StartError("cannot make a line from the node: \(String(cString: strerror(errno)))")
  }

  /// The lines that wait. The node writes each at once.
  func read() -> [String] {
    var waiting: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while waiting.count < Self.limit {
      let count = Glibc.read(reading, &buffer, buffer.count)
      guard count > 0 else { break }
      waiting += buffer[..<count]
    }
    return String(decoding: waiting, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// More than the pipe holds.
  private static let limit = 1 << 20
}
