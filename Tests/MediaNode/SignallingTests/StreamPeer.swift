import Epoll
import NodeContract
import Testing

/// The other end of a TCP connection to a node, read and written from a test.
final class StreamPeer {
  private let stream: TCPStream
  private var heard: [UInt8] = []
  /// Whether the node closed the connection.
  private(set) var isClosed = false

  init(to node: IPEndpoint) throws {
    stream = try TCPStream(connectingTo: node)
  }

  func send(_ bytes: [UInt8]) {
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
      case .moved(let count): heard += buffer[..<count]
      case .wouldBlock: continue
      case .ended, .failed: isClosed = true
      }
      if isWanted(String(decoding: heard, as: UTF8.self)) { break }
    }
    return String(decoding: heard, as: UTF8.self)
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
