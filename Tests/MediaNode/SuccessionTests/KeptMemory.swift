import CLinux
import Glibc

@testable import Succession

/// Memory as a keeper would hold it.
final class KeptMemory {
  let descriptor = clinux_memory_file("estate-test")
  deinit { close(descriptor) }

  func estate(capacity: Int = 1 << 20) throws -> Estate {
    try Estate(descriptor: descriptor, capacity: capacity)
  }
}
