import Glibc
import Synchronization

/// Forwards TCP connections to a local port until they are cut. Blocking threads of its own, so
/// that what it does depends on nothing that is being tested.
final class CuttableProxy: Sendable {
  let port: UInt16
  private let listener: Int32
  private let target: UInt16
  private let sockets = Mutex<[Int32]>([])

  init(to target: UInt16) {
    self.target = target
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = CuttableProxy.loopback(0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(listener, address, length) == 0 && listen(listener, 16) == 0
          && getsockname(listener, address, &length) == 0
      }
    }
    precondition(bound, "no port for a proxy: errno \(errno)")
    self.listener = listener
    port = UInt16(bigEndian: address.sin_port)
    run { $0.accept() }
  }

  /// Ends every connection; new ones are taken.
  func cut() {
    sockets.withLock { sockets in
      for socket in sockets { shutdown(socket, Int32(SHUT_RDWR)) }
      sockets.removeAll()
    }
  }

  /// Ends every connection and takes no more.
  func close() {
    shutdown(listener, Int32(SHUT_RDWR))
    cut()
  }

  private func accept() {
    while true {
      let near = Glibc.accept(listener, nil, nil)
      guard near >= 0 else { return }
      let far = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      var address = CuttableProxy.loopback(target)
      let connected = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(far, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
      }
      guard connected else { return }
      sockets.withLock { $0 += [near, far] }
      run { _ in CuttableProxy.pump(near, far) }
      run { _ in CuttableProxy.pump(far, near) }
    }
  }

  private static func pump(_ source: Int32, _ sink: Int32) {
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = read(source, &buffer, buffer.count)
      guard count > 0, write(sink, buffer, count) == count else { break }
    }
    shutdown(sink, Int32(SHUT_RDWR))
  }

  private static func loopback(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }

  private func run(_ work: @escaping @Sendable (CuttableProxy) -> Void) {
    let box = Unmanaged.passRetained(Work { [self] in work(self) })
    var thread = pthread_t()
    pthread_create(&thread, nil, runWork, box.toOpaque())
    pthread_detach(thread)
  }
}

private final class Work: Sendable {
  let body: @Sendable () -> Void
  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

private func runWork(_ box: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  box.map { Unmanaged<Work>.fromOpaque($0).takeRetainedValue().body() }
  return nil
}
