import CLinux
import Glibc

/// The interface at which service addresses stand while this machine has them.
///
/// The kernel keeps each for a few seconds and takes it away by itself: should this process and the
/// node be killed, or be stopped, nothing here answers for the address any more.
struct NetworkInterface {
  let name: String
  private let index: UInt32

  init(_ name: String) throws {
    self.name = name
    index = if_nametoindex(name)
    guard index > 0 else { throw StartError("there is no interface \(name)") }
  }

  func hold(_ address: String, seconds: UInt32) throws(InterfaceError) {
    try attempt("hold", address) { clinux_hold_address(index, $0, $1, seconds) }
  }

  func drop(_ address: String) throws(InterfaceError) {
    try attempt("drop", address) { clinux_drop_address(index, $0, $1) }
  }

  func announce(_ address: String) throws(InterfaceError) {
    try attempt("announce", address) { clinux_announce_address(index, $0, $1) }
  }

  private func attempt(
    _ deed: String, _ address: String, _ action: (Int32, UnsafeRawPointer) -> Int32
  ) throws(InterfaceError) {
    var (v4, v6) = (in_addr(), in6_addr())
    let result: Int32
    if inet_pton(AF_INET, address, &v4) == 1 {
      result = action(AF_INET, &v4)
    } else if inet_pton(AF_INET6, address, &v6) == 1 {
      result = action(AF_INET6, &v6)
    } else {
      throw InterfaceError(description: "cannot \(deed) \(address): it is no IP address")
    }
    guard result == 0 else {
      let reason = String(cString: strerror(result))
      throw InterfaceError(description: "cannot \(deed) \(address) at \(name): \(reason)")
    }
  }
}

/// The kernel refused.
struct InterfaceError: Error, CustomStringConvertible {
  let description: String
}
