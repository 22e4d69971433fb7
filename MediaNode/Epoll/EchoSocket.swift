import Glibc
public import NodeContract

/// Asks hosts for an echo (ICMP, RFC 792; ICMPv6, RFC 4443 section 4) from one of this machine's addresses.
/// The kernel chooses the identifier and hands over answers to it alone, so no privilege is needed
/// beyond `net.ipv4.ping_group_range`.
public final class EchoSocket: Sendable {
  public let descriptor: Int32
  private let isV6: Bool

  /// Throws where this machine does not have the address, or its group may ask nobody.
  public init(from address: IPAddress) throws(SystemError) {
    let endpoint = IPEndpoint(address, port: 0)
    if case .v6 = address { isV6 = true } else { isV6 = false }
    let flags = Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let descriptor = socket(
      SocketAddress.family(of: endpoint), flags,
      isV6 ? Int32(IPPROTO_ICMPV6) : Int32(IPPROTO_ICMP))
    guard descriptor >= 0 else {
      throw SystemError("open a socket for echoes (net.ipv4.ping_group_range)")
    }
    do throws(SystemError) {
      try SocketCalls.bind(descriptor, to: endpoint)
    } catch {
      close(descriptor)
      throw error
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  private static let headerBytes = 8

  /// False when the kernel did not take it.
  @discardableResult
  public func ask(_ host: IPAddress, _ question: [UInt8]) -> Bool {
    // Type; code, checksum and identifier are the kernel's; a number that nobody looks at.
    let request = [isV6 ? 128 : 8] + [UInt8](repeating: 0, count: Self.headerBytes - 1) + question
    let address = SocketAddress(IPEndpoint(host, port: 0))
    return request.withUnsafeBytes { bytes in
      address.withPointer {
        sendto(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL), $0, $1)
      } >= 0
    }
  }

  /// What the next answer that waits brought back, and who sent it; nil when none does.
  public func answer() -> (question: [UInt8], host: IPAddress)? {
    var bytes = [UInt8](repeating: 0, count: 256)
    for _ in 0..<Self.attempts {
      var address = SocketAddress()
      let count = bytes.withUnsafeMutableBytes { room in
        address.withMutablePointer {
          recvfrom(descriptor, room.baseAddress, room.count, 0, $0, $1)
        }
      }
      // Errors of earlier questions are reported here, each once.
      if count < 0, errno == EAGAIN { return nil }
      guard count >= 0 else { continue }
      guard count >= Self.headerBytes, bytes[0] == (isV6 ? 129 : 0), let host = address.endpoint
      else { continue }
      return (Array(bytes[Self.headerBytes..<count]), host.address)
    }
    return nil
  }

  private static let attempts = 64
}
