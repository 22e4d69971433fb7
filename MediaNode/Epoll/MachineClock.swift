import Glibc
public import NodeContract

/// The only place in a node that reads clocks; the pure core is handed what they say.
public enum MachineClock {
  /// `CLOCK_BOOTTIME`: runs on while the machine sleeps, never jumps.
  public static func boot() -> BootInstant {
    BootInstant(nanoseconds: read(CLOCK_BOOTTIME))
  }

  /// `CLOCK_REALTIME`: what stands on a bill; may jump.
  public static func wall() -> WallTime {
    WallTime(milliseconds: read(CLOCK_REALTIME) / 1_000_000)
  }

  /// Both clocks, read one after the other.
  public static func moment() -> Moment { Moment(boot: boot(), wall: wall()) }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    let result = clock_gettime(clock, &time)
    precondition(result == 0, "clock_gettime(\(clock)) failed")
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// The kernel's id of this boot: instants of the boot clock compare only under the same id.
  public static func bootID() throws(SystemError) -> UUIDv7 {
    let path = "/proc/sys/kernel/random/boot_id"
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw SystemError("open \(path)") }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = Glibc.read(file, &bytes, bytes.count)
    guard count > 0 else { throw SystemError("read \(path)") }
    let text = String(decoding: bytes[..<count], as: UTF8.self)
    guard let id = UUIDv7(text.filter { $0.isHexDigit || $0 == "-" }) else {
      throw SystemError("parse \(path)", code: EINVAL)
    }
    return id
  }
}
