import CLinux
import Glibc

/// A process of the node's program that has begun and waits, so that a dead node's successor need not begin:
/// it has read what there is to read and has no socket, until it is called.
struct Spare {
  let child: Child
  private let line: Int32
  private let program: ProgramVersion

  /// - Parameter room: how many descriptors it may be handed one day; their numbers are kept free in it.
  init(_ command: [String], withRoomFor room: Int, numberedFrom lowest: Int32) throws {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue), 0, &ends) == 0 else {
      throw StartError("socketpair: \(String(cString: strerror(errno)))")
    }
    defer { for end in ends { close(end) } }
    // Neither end's number is one of those that the spare has its own under.
    let theirs = fcntl(ends[1], F_DUPFD_CLOEXEC, lowest)
    defer { close(theirs) }
    line = fcntl(ends[0], F_DUPFD_CLOEXEC, lowest)
    guard theirs >= 0, line >= 0 else {
      throw StartError("cannot make a line to a spare: \(String(cString: strerror(errno)))")
    }
    program = ProgramVersion(command[0])
    var inheritance = Inheritance()
    for _ in 0..<room { _ = inheritance.add(theirs) }
    inheritance[.spare] = "\(inheritance.add(theirs))"
    do {
      child = try Child(command, inheriting: inheritance)
    } catch {
      close(line)
      throw error
    }
  }

  /// The spare becomes the node. Nil: it cannot, being dead or of another program than is there by now.
  func call(with inheritance: Inheritance) -> Child? {
    guard program == ProgramVersion(program.path), say(inheritance) else {
      dismiss()
      return nil
    }
    close(line)
    return child
  }

  /// In several messages, as one holds so many; the end of the line says that there are no more.
  private func say(_ inheritance: Inheritance) -> Bool {
    var text = inheritance.text
    var rest = inheritance.descriptors[...]
    repeat {
      let part = Array(rest.prefix(Int(CLINUX_DESCRIPTORS_AT_ONCE)))
      guard clinux_send_descriptors(line, text, text.utf8.count, part, Int32(part.count)) == 0
      else { return false }
      rest = rest.dropFirst(part.count)
      text = "\n"
    } while !rest.isEmpty
    return true
  }

  /// Nobody has a use for it any more.
  func dismiss() {
    close(line)
    child.send(SIGKILL)
    child.waitForEnd()
  }

  /// Whether it ended without being called.
  func hasEnded() -> Bool {
    guard child.reap() != nil else { return false }
    close(line)
    return true
  }
}

/// Which file a program's path stood for, and which contents of it: who is started by that path after it was
/// replaced is another.
private struct ProgramVersion: Equatable {
  let path: String
  private var numbers: [Int64] = []

  init(_ path: String) {
    self.path = path
    var status = stat()
    guard stat(path, &status) == 0 else { return }
    numbers = [
      Int64(bitPattern: UInt64(status.st_dev)), Int64(bitPattern: UInt64(status.st_ino)),
      Int64(status.st_size), Int64(status.st_mtim.tv_sec), Int64(status.st_mtim.tv_nsec),
    ]
  }
}
