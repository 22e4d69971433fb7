import Foundation

/// A connected UDP socket that speaks plain SIP text, and notices when the port refuses.
public final class SIPProbe: Sendable {
  private let descriptor: Int32
  public let localAddress: String
  public let localPort: UInt16
  private let remoteAddress: String

  /// A system call that failed; `code` is its errno, `ECONNREFUSED` when nobody listens.
  public struct SocketError: Error, CustomStringConvertible {
    public let call: String
    public let code: Int32
    public var description: String { "\(call): \(String(cString: strerror(code)))" }
  }

  /// Binds to `localAddress` at any port and connects to `remote`, `127.0.1.1:5060`.
  public init(from localAddress: String, port: UInt16 = 0, to remote: String) throws {
    let parts = remote.split(separator: ":")
    descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    self.localAddress = localAddress
    remoteAddress = String(parts[0])
    let remotePort = parts.count == 2 ? UInt16(parts[1]) ?? 5060 : 5060
    try Self.check(
      "bind", Self.with(localAddress, port) { [descriptor] in bind(descriptor, $0, $1) })
    try Self.check(
      "connect",
      Self.with(remoteAddress, remotePort) { [descriptor] in connect(descriptor, $0, $1) })
    localPort = Self.boundPort(of: descriptor)
  }

  deinit { close(descriptor) }

  private static func check(_ call: String, _ result: Int32) throws {
    guard result >= 0 else { throw SocketError(call: call, code: errno) }
  }

  private static func with(
    _ address: String, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = port.bigEndian
    inet_pton(AF_INET, address, &name.sin_addr)
    return withUnsafePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  private static func boundPort(of descriptor: Int32) -> UInt16 {
    var name = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = withUnsafeMutablePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        getsockname(descriptor, $0, &length)
      }
    }
    return UInt16(bigEndian: name.sin_port)
  }

  /// Sends one datagram. Throws `SocketError`, also for a refusal that an earlier one met.
  public func send(_ bytes: some Collection<UInt8>) throws {
    let datagram = Array(bytes)
    let sent = datagram.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, 0) }
    guard sent >= 0 else { throw SocketError(call: "send", code: errno) }
  }

  /// The next datagram that has arrived, nil if none has.
  public func receive() throws -> String? {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
    if count >= 0 { return String(decoding: buffer[..<count], as: UTF8.self) }
    if errno == EAGAIN || errno == EINTR { return nil }
    throw SocketError(call: "receive", code: errno)
  }

  /// Sends a request and waits for a response of at least `status`.
  public func ask(_ request: String, within limit: Duration = .seconds(2)) async throws -> String {
    try send(Array(request.utf8))
    return try await eventually("an answer", within: limit, every: .milliseconds(2)) {
      try receive()
    }
  }

  /// An OPTIONS to the far end itself, with a branch and Call-ID of its own.
  public func options(_ number: Int = .random(in: 1...1_000_000_000)) -> String {
    request("OPTIONS", "sip:\(remoteAddress)", from: "sip:probe@\(localAddress)", number)
  }

  /// A REGISTER without credentials, which a registrar that knows the domain challenges.
  public func register(
    _ user: String, at domain: String, _ number: Int = .random(in: 1...1_000_000_000)
  ) -> String {
    request("REGISTER", "sip:\(domain)", from: "sip:\(user)@\(domain)", number)
  }

  private func request(
    _ method: String, _ uri: String, from address: String, _ number: Int
  ) -> String {
    [
      "\(method) \(uri) SIP/2.0",
      "Via: SIP/2.0/UDP \(localAddress):\(localPort);rport;branch=z9hG4bKprobe\(number)",
      "Max-Forwards: 70", "From: <\(address)>;tag=probe\(number)", "To: <\(address)>",
      "Call-ID: probe\(number)@\(localAddress)", "CSeq: 1 \(method)",
      "Contact: <sip:probe@\(localAddress):\(localPort)>", "Content-Length: 0", "", "",
    ].joined(separator: "\r\n")
  }
}
