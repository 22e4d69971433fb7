import Glibc

/// With whom a UDP socket speaks, where the kernel is to know: it then finds the way once and not for
/// each datagram, and drops what comes from anybody else, with an ICMP error to the sender (RFC 1122
/// section 4.1.3.1). What a party sends to a port that it has closed is told by the next call on
/// the socket.
public enum DatagramPeer {
  /// False when the kernel has no way there; nothing is changed then.
  @discardableResult
  public static func choose(_ peer: SocketAddress, for descriptor: Int32) -> Bool {
    peer.withPointer { Int(connect(descriptor, $0, $1)) } == 0
  }

  /// Everybody is heard again; the socket stays bound where it was.
  public static func forget(for descriptor: Int32) {
    var nobody = sockaddr()
    nobody.sa_family = sa_family_t(AF_UNSPEC)
    _ = connect(descriptor, &nobody, socklen_t(MemoryLayout<sockaddr>.size))
  }
}
