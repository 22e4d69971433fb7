import Epoll
import NodeContract
import TLS
import Testing

/// The other end of a TCP connection to a node, read and written from a test.
final class StreamPeer {
  private let stream: TCPStream
  private let tls: TLSSession?
  private var heard: [UInt8] = []
  /// Whether the node closed the connection.
  private(set) var isClosed = false

  init(to node: IPEndpoint) throws {
    stream = try TCPStream(connectingTo: node)
    tls = nil
  }

  /// A connection that the node opened.
  init(_ stream: TCPStream) {
    self.stream = stream
    tls = nil
  }

  /// A connection that the node opened by TLS.
  init(_ stream: TCPStream, by tls: TLSSession) {
    self.stream = stream
    self.tls = tls
  }

  /// By TLS, once the node has proved with `authority`'s word that it is there.
  init(
    to node: IPEndpoint, trusting authority: String, as identity: TLSServerIdentity? = nil
  ) throws {
    stream = try TCPStream(connectingTo: node)
    let tls = try TLSClientContext(trusting: authority, as: identity)
      .session(with: .address(node.address))
    self.tls = tls
    try tls.shakeHands()
    write(tls.takeOutput())
    _ = text { _ in tls.isEstablished }
  }

  func send(_ bytes: [UInt8]) {
    guard let tls else { return write(bytes) }
    guard (try? tls.write(bytes)) != nil else {
      isClosed = true
      return
    }
    write(tls.takeOutput())
  }

  /// As it goes over the network.
  func write(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty, !isClosed {
      switch rest.withUnsafeBytes({ stream.write($0) }) {
      case .moved(let count): rest = rest.dropFirst(count)
      case .wouldBlock: continue
      case .ended, .failed: isClosed = true
      }
    }
  }

  func send(_ text: String) { send(Array(text.utf8)) }

  /// All that came so far, once it is as wanted, the connection ended, or the time is over.
  func text(within patience: Duration = .seconds(5), until isWanted: (String) -> Bool) -> String {
    let deadline = MachineClock.boot().advanced(by: patience)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 1)
    defer { buffer.deallocate() }
    while !isClosed, MachineClock.boot() < deadline {
      switch stream.read(into: buffer) {
      case .moved(let count): take(count, of: buffer)
      case .wouldBlock: continue
      case .ended, .failed: isClosed = true
      }
      if isWanted(String(decoding: heard, as: UTF8.self)) { break }
    }
    return String(decoding: heard, as: UTF8.self)
  }

  private func take(_ count: Int, of buffer: UnsafeMutableRawBufferPointer) {
    guard let tls else {
      heard += buffer[..<count]
      return
    }
    do {
      try tls.receive(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      try tls.shakeHands()
      write(tls.takeOutput())
      while tls.isEstablished, case let count = try tls.read(into: buffer), count > 0 {
        heard += buffer[..<count]
      }
    } catch {
      isClosed = true
    }
  }

  /// Whether the node closes the connection within 5 s.
  func isClosedSoon() -> Bool {
    _ = text { _ in false }
    return isClosed
  }

  static func statuses(in text: String) -> [Int] {
    text.split(separator: "\r\n").compactMap { line in
      line.hasPrefix("SIP/2.0 ") ? Int(line.dropFirst(8).prefix(3)) : nil
    }
  }
}
