import CLinux
import Glibc

/// The interface at which service addresses stand while this machine has them. IPv4 only.
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
    try attempt("hold", address) { clinux_hold_address(index, $0, seconds) }
  }

  func drop(_ address: String) throws(InterfaceError) {
    try attempt("drop", address) { clinux_drop_address(index, $0) }
  }

  func announce(_ address: String) throws(InterfaceError) {
    try attempt("announce", address) { clinux_announce_address(index, $0) }
  }

  private func attempt(
    _ deed: String, _ address: String, _ action: (UInt32) -> Int32
  ) throws(InterfaceError) {
    var form = in_addr()
    guard inet_pton(AF_INET, address, &form) == 1 else {
      throw InterfaceError(description: "cannot \(deed) \(address): it is no IPv4 address")
    }
    let result = action(form.s_addr)
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
