import Glibc
public import NodeContract

/// What a read or write of a non-blocking stream came to.
public enum StreamProgress: Hashable, Sendable {
  /// So many bytes were moved, at least one.
  case moved(Int)
  /// Nothing can be moved now; watch the descriptor.
  case wouldBlock
  /// The other end closed its side. Reads only.
  case ended
  /// The connection is lost.
  case failed(SystemError)
}

/// A non-blocking TCP connection. Owns its descriptor and closes it at its end.
public final class TCPStream: Sendable {
  public let descriptor: Int32
  public let remote: IPEndpoint

  /// Begins to connect. Watch the descriptor for `.writable`; then `finishConnecting()` says how it
  /// went. Small writes leave at once (`TCP_NODELAY`), and a peer that acknowledges nothing for
  /// `lossTimeout` is given up. The connection comes from `source`, where one is given.
  public init(
    connectingTo remote: IPEndpoint, from source: IPAddress? = nil,
    lossTimeout: Duration = .seconds(10)
  ) throws(SystemError) {
    let descriptor = try SocketCalls.open(SOCK_STREAM, for: remote)
    Self.prepare(descriptor, lossTimeout)
    if let source {
      do throws(SystemError) {
        try SocketCalls.bind(descriptor, to: IPEndpoint(source, port: 0))
      } catch {
        close(descriptor)
        throw error
      }
    }
    let result = SocketAddress(remote).withPointer { Int(connect(descriptor, $0, $1)) }
    guard result == 0 || errno == EINPROGRESS else {
      let error = SystemError("connect to \(remote)")
      close(descriptor)
      throw error
    }
    self.descriptor = descriptor
    self.remote = remote
  }

  /// A connection that a listener took.
  init(accepted descriptor: Int32, remote: IPEndpoint, lossTimeout: Duration = .seconds(10)) {
    Self.prepare(descriptor, lossTimeout)
    self.descriptor = descriptor
    self.remote = remote
  }

  private static func prepare(_ descriptor: Int32, _ lossTimeout: Duration) {
    let timeout = Int32(clamping: lossTimeout.nanoseconds / 1_000_000)
    SocketCalls.set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, to: 1)
    SocketCalls.set(descriptor, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, to: timeout)
  }

  deinit { close(descriptor) }

  /// Once the descriptor is writable: throws the reason when there is no connection.
  public func finishConnecting() throws(SystemError) {
    var code: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0 else {
      throw SystemError("connect to \(remote)")
    }
    guard code == 0 else { throw SystemError("connect to \(remote)", code: code) }
  }

  /// Reads what waits, as much as fits `buffer`.
  public func read(into buffer: UnsafeMutableRawBufferPointer) -> StreamProgress {
    let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
    return count == 0 ? .ended : progress(count, "read from \(remote)")
  }

  /// Writes as much of `bytes` as the kernel takes.
  public func write(_ bytes: UnsafeRawBufferPointer) -> StreamProgress {
    let count = Glibc.send(
      descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
    return progress(count, "write to \(remote)")
  }

  private func progress(_ count: Int, _ operation: @autoclosure () -> String) -> StreamProgress {
    if count >= 0 { return .moved(count) }
    if errno == EAGAIN || errno == EINTR { return .wouldBlock }
    let code = errno
    return .failed(SystemError(operation(), code: code))
  }
}
