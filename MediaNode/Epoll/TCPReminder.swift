import Glibc
public import NodeContract

/// Reminds peers of TCP connections whose other end died with its machine. A bare acknowledgement that fits
/// nothing makes the peer's stack say where it stands; the kernel at our end has no such connection, and
/// resets it with just these numbers (RFC 9293 sections 3.5.2 and 3.10.7.4). So a peer that only listens learns at once
/// what it would learn when it speaks next. To a peer that knows already it means nothing.
///
/// Needs the right to open raw sockets, `CAP_NET_RAW`. Not thread-safe.
public final class TCPReminder {
  /// One for each address of ours.
  private var sockets: [IPAddress: Int32] = [:]

  public init() {}

  deinit { for descriptor in sockets.values { close(descriptor) } }

  /// - Parameters:
  ///   - local: our end; the address must be this machine's.
  ///   - number: any; it has to fit nothing, which it does but once in thousands.
  public func remind(_ peer: IPEndpoint, of local: IPEndpoint, number: UInt32) throws(SystemError) {
    let segment = TCPSegment.acknowledgement(from: local, to: peer, number: number)
    let descriptor = try socket(at: local.address)
    // A raw socket's port is none.
    let sent = SocketAddress(IPEndpoint(peer.address, port: 0)).withPointer { address, length in
      sendto(descriptor, segment, segment.count, Int32(MSG_NOSIGNAL), address, length)
    }
    guard sent == segment.count else { throw SystemError("remind \(peer) of \(local)") }
  }

  private func socket(at address: IPAddress) throws(SystemError) -> Int32 {
    if let known = sockets[address] { return known }
    let anyPort = IPEndpoint(address, port: 0)
    let descriptor = Glibc.socket(
      SocketAddress.family(of: anyPort),
      Int32(SOCK_RAW.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), Int32(IPPROTO_TCP))
    guard descriptor >= 0 else { throw SystemError("open a raw socket") }
    do throws(SystemError) {
      try SocketCalls.bind(descriptor, to: anyPort)
    } catch {
      close(descriptor)
      throw error
    }
    // Segments of all connections would be copied to it.
    SocketCalls.set(descriptor, SOL_SOCKET, SO_RCVBUF, to: 0)
    sockets[address] = descriptor
    return descriptor
  }
}

/// A TCP segment (RFC 9293 section 3.1).
enum TCPSegment {
  /// Without options and data.
  static func acknowledgement(
    from local: IPEndpoint, to peer: IPEndpoint, number: UInt32
  ) -> [UInt8] {
    var segment: [UInt8] = []
    segment.append(local.port)
    segment.append(peer.port)
    for word in [number, ~number] {
      segment.append(UInt16(truncatingIfNeeded: word >> 16))
      segment.append(UInt16(truncatingIfNeeded: word))
    }
    let (fiveWords, acknowledges) = (UInt8(5 << 4), UInt8(0x10))
    segment += [fiveWords, acknowledges]
    segment.append(UInt16(1_024))  // window
    segment += [0, 0, 0, 0]  // checksum, urgent pointer
    let sum = checksum(pseudoHeader(local.address, peer.address, length: segment.count) + segment)
    segment[16] = UInt8(sum >> 8)
    segment[17] = UInt8(sum & 0xFF)
    return segment
  }

  /// What the checksum covers besides: addresses, protocol and length.
  private static func pseudoHeader(_ local: IPAddress, _ peer: IPAddress, length: Int) -> [UInt8] {
    var header = local.networkBytes + peer.networkBytes
    header.append(UInt16(Int32(IPPROTO_TCP)))
    header.append(UInt16(length))
    return header
  }

  /// The complement of the one's complement sum of 16-bit words (RFC 1071); zero over what has it.
  static func checksum(_ bytes: [UInt8]) -> UInt16 {
    var sum: UInt32 = 0
    for place in stride(from: 0, to: bytes.count - 1, by: 2) {
      sum += UInt32(bytes[place]) << 8 | UInt32(bytes[place + 1])
    }
    while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
    return ~UInt16(sum)
  }
}

extension [UInt8] {
  fileprivate mutating func append(_ word: UInt16) {
    append(UInt8(word >> 8))
    append(UInt8(word & 0xFF))
  }
}

extension IPAddress {
  /// Most significant first.
  fileprivate var networkBytes: [UInt8] {
    switch self {
    case .v4(let address): (0..<4).map { UInt8(truncatingIfNeeded: address >> (24 - 8 * $0)) }
    case .v6(let high, let low):
      [high, low].flatMap { half in
        (0..<8).map { UInt8(truncatingIfNeeded: half >> (56 - 8 * $0)) }
      }
    }
  }
}
