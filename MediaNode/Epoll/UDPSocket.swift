import CLinux
import Glibc
public import NodeContract

/// A bound, non-blocking UDP socket. Owns its descriptor and closes it at its end; whoever watches
/// it unwatches first. Calls from several threads do not disturb each other.
public final class UDPSocket: Sendable {
  public let descriptor: Int32
  /// Where it is bound, with the kernel's choice where port 0 was asked for.
  public let local: IPEndpoint

  /// Binds a new socket. Addresses are not shared: a port that somebody has throws an error with
  /// `isAddressInUse`. `receiveBufferBytes` asks for more room than the system's default; the
  /// system's limit holds.
  public init(binding endpoint: IPEndpoint, receiveBufferBytes: Int? = nil) throws(SystemError) {
    let descriptor = try SocketCalls.open(SOCK_DGRAM, for: endpoint)
    do throws(SystemError) {
      try SocketCalls.bind(descriptor, to: endpoint)
      local = endpoint.port == 0 ? try SocketCalls.localEndpoint(of: descriptor) : endpoint
    } catch {
      close(descriptor)
      throw error
    }
    self.descriptor = descriptor
    if let receiveBufferBytes { growReceiveBuffer(to: receiveBufferBytes) }
  }

  /// Takes over a bound socket that this process inherited.
  public init(adopting descriptor: Int32, receiveBufferBytes: Int? = nil) throws(SystemError) {
    local = try SocketCalls.localEndpoint(of: descriptor)
    try SocketCalls.makeNonBlocking(descriptor)
    self.descriptor = descriptor
    if let receiveBufferBytes { growReceiveBuffer(to: receiveBufferBytes) }
  }

  deinit { close(descriptor) }

  private func growReceiveBuffer(to bytes: Int) {
    let size = Int32(clamping: bytes)
    if !SocketCalls.set(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, to: size) {
      SocketCalls.set(descriptor, SOL_SOCKET, SO_RCVBUF, to: size)
    }
  }

  /// How long the datagram that was received last had waited in the kernel; nil when the kernel
  /// did not note it: it begins to when it is asked for the first time.
  public func waitOfLastDatagram() -> Duration? {
    var (arrival, now) = (timespec(), timespec())
    guard ioctl(descriptor, Self.stampOfLast, &arrival) == 0,
      clock_gettime(CLOCK_REALTIME, &now) == 0
    else { return nil }
    let seconds = now.tv_sec - arrival.tv_sec
    let nanoseconds = now.tv_nsec - arrival.tv_nsec
    return max(.zero, .seconds(seconds) + .nanoseconds(nanoseconds))
  }

  /// `SIOCGSTAMPNS` of `asm-generic/sockios.h`.
  private static let stampOfLast: UInt = 0x8907

  /// The next datagram that waits and where it came from; nil when none does. One that does not
  /// fit `buffer` is dropped: 65,535 bytes are always enough.
  public func receive(into buffer: UnsafeMutableRawBufferPointer) -> (
    count: Int, source: IPEndpoint
  )? {
    while true {
      var address = SocketAddress()
      let count = address.withMutablePointer {
        recvfrom(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_TRUNC), $0, $1)
      }
      if count < 0 {
        // An ICMP error of an earlier send may be reported here; it says nothing about the next.
        if Self.tellsOfAnother.contains(errno) { continue }
        return nil
      }
      guard count <= buffer.count, let source = address.endpoint else { continue }
      return (count, source)
    }
  }

  /// From now on what the network could not deliver is kept for `takeUndelivered`.
  public func keepUndelivered() {
    _ = clinux_keep_errors(descriptor, SocketAddress.family(of: local))
  }

  /// What came back of the next datagram that could not be delivered (ICMP, "destination
  /// unreachable"): how much of it is in `buffer`, and where it was to go. Nil when nothing waits.
  public func takeUndelivered(into buffer: UnsafeMutableRawBufferPointer) -> (
    count: Int, destination: IPEndpoint
  )? {
    while true {
      var address = SocketAddress()
      let count = address.withMutablePointer {
        clinux_take_error(descriptor, buffer.baseAddress, buffer.count, $0, $1)
      }
      guard count >= 0 else { return nil }
      if count > 0, let destination = address.endpoint { return (count, destination) }
    }
  }

  /// Sends one datagram. False when the kernel did not take it (no room, no route, too long):
  /// UDP loses datagrams, and callers that care repeat them.
  @discardableResult
  public func send(_ bytes: UnsafeRawBufferPointer, to destination: IPEndpoint) -> Bool {
    let address = SocketAddress(destination)
    for _ in 0..<Self.attempts {
      let count = address.withPointer {
        sendto(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL), $0, $1)
      }
      if count >= 0 { return true }
      guard Self.tellsOfAnother.contains(errno) else { return false }
    }
    return false
  }

  /// ICMP errors of earlier datagrams, to anybody, are reported by the next call, each once.
  private static let tellsOfAnother = [
    EINTR, ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EPROTO, EACCES, EOPNOTSUPP,
  ]
  private static let attempts = 4

  /// Sends one datagram.
  @discardableResult
  public func send(_ bytes: [UInt8], to destination: IPEndpoint) -> Bool {
    bytes.withUnsafeBytes { send($0, to: destination) }
  }
}
