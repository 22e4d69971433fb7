import CLinux
import Glibc
import NodeContract

/// Wakes one thread that waits for work. A ring that comes while nobody waits is not lost: the
/// next wait returns at once.
public final class Doorbell: Sendable {
  private let descriptor: Int32

  public init() throws(SystemError) {
    descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    guard descriptor >= 0 else { throw SystemError("eventfd") }
  }

  deinit { close(descriptor) }

  /// From any thread.
  public func ring() {
    var one: UInt64 = 1
    _ = write(descriptor, &one, 8)
  }

  /// Waits for a ring, at most for `limit`, rounded up to milliseconds. May return early.
  public func wait(upTo limit: Duration) {
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    _ = poll(&request, 1, Int32(clamping: (limit.nanoseconds + 999_999) / 1_000_000))
    var rings: UInt64 = 0
    _ = read(descriptor, &rings, 8)
  }
}
