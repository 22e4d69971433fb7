import Glibc

/// What this process takes of the machine.
enum ProcessMemory {
  /// Resident bytes, from /proc/self/statm (proc(5)); 0 where that cannot be read.
  static func residentBytes() -> UInt64 {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var size: UInt64 = 0
    var resident: UInt64 = 0
    let count = withUnsafeMutablePointer(to: &size) { size in
      withUnsafeMutablePointer(to: &resident) { resident in
        withVaList([size, resident]) { vfscanf(file, "%lu %lu", $0) }
      }
    }
    return count == 2 ? resident * UInt64(sysconf(Int32(_SC_PAGESIZE))) : 0
  }
}
