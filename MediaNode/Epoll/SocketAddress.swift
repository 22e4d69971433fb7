public import Glibc
public import NodeContract

/// An endpoint in the kernel's form, `sockaddr_in` or `sockaddr_in6`, ready to be handed to a
/// system call as often as wanted.
public struct SocketAddress: Sendable {
  /// Large enough for both families; for IPv4 its first 16 bytes are a `sockaddr_in`.
  private var storage = sockaddr_in6()
  private(set) var length = socklen_t(MemoryLayout<sockaddr_in6>.size)

  /// Room for the kernel to write an address into.
  public init() {}

  public init(_ endpoint: IPEndpoint) {
    switch endpoint.address {
    case .v4(let address): set(address: address, port: endpoint.port)
    case .v6(let high, let low): set(high: high, low: low, port: endpoint.port)
    }
  }

  /// The address family that a socket for `endpoint` needs.
  public static func family(of endpoint: IPEndpoint) -> Int32 {
    if case .v4 = endpoint.address { AF_INET } else { AF_INET6 }
  }

  private mutating func set(address: UInt32, port: UInt16) {
    var form = sockaddr_in()
    form.sin_family = sa_family_t(AF_INET)
    form.sin_port = port.bigEndian
    form.sin_addr.s_addr = address.bigEndian
    length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: form, as: sockaddr_in.self) }
  }

  private mutating func set(high: UInt64, low: UInt64, port: UInt16) {
    storage.sin6_family = sa_family_t(AF_INET6)
    storage.sin6_port = port.bigEndian
    withUnsafeMutableBytes(of: &storage.sin6_addr) { bytes in
      bytes.storeBytes(of: high.bigEndian, toByteOffset: 0, as: UInt64.self)
      bytes.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
    }
  }

  /// The endpoint; nil for any other address family.
  public var endpoint: IPEndpoint? {
    withUnsafeBytes(of: storage) { bytes in
      switch Int32(storage.sin6_family) {
      case AF_INET:
        let form = bytes.loadUnaligned(as: sockaddr_in.self)
        return IPEndpoint(
          .v4(UInt32(bigEndian: form.sin_addr.s_addr)), port: UInt16(bigEndian: form.sin_port))
      case AF_INET6:
        let high = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        let low = bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
        return IPEndpoint(
          .v6(UInt64(bigEndian: high), UInt64(bigEndian: low)),
          port: UInt16(bigEndian: storage.sin6_port))
      default: return nil
      }
    }
  }

  /// Address and port in as few words as they fit, to be compared for every packet.
  public struct Key: Equatable, Sendable {
    private var words: (UInt64, UInt64, UInt64)

    fileprivate init(_ words: (UInt64, UInt64, UInt64)) { self.words = words }

    /// No address.
    public static let none = Key((0, 0, 0))

    @inline(__always)
    public static func == (left: Key, right: Key) -> Bool { left.words == right.words }
  }

  /// What `endpoint` says, without a look at the family's form; IPv6's flow label does not count.
  @inline(__always)
  public var key: Key {
    withUnsafeBytes(of: storage) { bytes in
      let first = bytes.loadUnaligned(as: UInt64.self)
      guard Int32(storage.sin6_family) == AF_INET6 else { return Key((first, 0, 0)) }
      return Key(
        (
          UInt64(littleEndian: first) & 0xFFFF_FFFF,
          bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
          bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
        ))
    }
  }

  /// Lends the address to a system call that reads it.
  public func withPointer(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int) -> Int {
    withUnsafePointer(to: storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
    }
  }

  /// Lends the room to a system call that fills it.
  public mutating func withMutablePointer(
    _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int
  ) -> Int {
    length = socklen_t(MemoryLayout<sockaddr_in6>.size)
    return withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &length) }
    }
  }
}

/// Socket options and addresses, as errors instead of return values.
enum SocketCalls {
  static func open(_ kind: __socket_type, for endpoint: IPEndpoint) throws(SystemError) -> Int32 {
    let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let descriptor = socket(
      SocketAddress.family(of: endpoint), Int32(kind.rawValue) | flags, 0)
    guard descriptor >= 0 else { throw SystemError("open a socket for \(endpoint)") }
    if case .v6 = endpoint.address { set(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, to: 1) }
    return descriptor
  }

  static func bind(_ descriptor: Int32, to endpoint: IPEndpoint) throws(SystemError) {
    let result = SocketAddress(endpoint).withPointer { Int(Glibc.bind(descriptor, $0, $1)) }
    guard result == 0 else { throw SystemError("bind \(endpoint)") }
  }

  /// Options that a socket can do without: the caller goes on when the kernel refuses.
  @discardableResult
  static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, to value: Int32) -> Bool {
    var value = value
    return setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size)) == 0
  }

  static func localEndpoint(of descriptor: Int32) throws(SystemError) -> IPEndpoint {
    var address = SocketAddress()
    let result = address.withMutablePointer { Int(getsockname(descriptor, $0, $1)) }
    guard result == 0 else { throw SystemError("getsockname of descriptor \(descriptor)") }
    guard let endpoint = address.endpoint else {
      throw SystemError("descriptor \(descriptor) is no IP socket", code: EAFNOSUPPORT)
    }
    return endpoint
  }

  static func makeNonBlocking(_ descriptor: Int32) throws(SystemError) {
    let flags = fcntl(descriptor, F_GETFL)
    guard flags >= 0, fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0,
      fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0
    else { throw SystemError("adopt descriptor \(descriptor)") }
  }
}
