import TLS

/// Protects the RTCP that one party hears (RFC 3711 section 3.4, RFC 7714 section 9). libsrtp does it too,
/// but numbers its packets from one and cannot be told another number; whoever carries a stream on must
/// leap over those that its predecessor may have used, since a number used twice gives two reports away.
public final class ReportSealer {
  private let encryption: [UInt8]
  private let proof: [UInt8]
  private let salt: [UInt8]
  private let isGalois: Bool
  /// Of the latest packet.
  public private(set) var index: UInt32

  /// More than anybody sends between two notes of the index.
  public static let leap: UInt32 = 1 << 16
  private static let highest: UInt32 = 1 << 31 - 1
  /// Of a packet: what stays readable, the index, and the longest proof.
  private static let (header, indexLength, longestProof) = (8, 4, 16)

  /// - Parameter index: the latest that was used.
  public init(_ key: SRTPKey, after index: UInt32 = 0) throws(SRTPError) {
    let master = KeyDerivation(key)
    encryption = try master.key(3, master.length)
    proof = try master.key(4, 20)
    isGalois = key.profile == .aesGCM128 || key.profile == .aesGCM256
    salt = try master.key(5, isGalois ? 12 : 14)
    self.index = index
  }

  /// Protects the first `count` bytes, which are a chain of RTCP packets; returns its new length.
  public func seal(_ packet: UnsafeMutableRawBufferPointer, count: Int) throws(SRTPError) -> Int {
    guard count >= Self.header, count + Self.longestProof + Self.indexLength <= packet.count,
      index < Self.highest
    else { throw .malformed }
    index += 1
    let bytes = Array(packet[..<count])
    let sealed = try isGalois ? sealedByGalois(bytes) : sealedByCounter(bytes)
    packet.copyBytes(from: sealed)
    return sealed.count
  }

  /// The number, with the mark that the packet is encrypted.
  private var marked: [UInt8] { bytes(index | 1 << 31) }

  private func sealedByCounter(_ bytes: [UInt8]) throws(SRTPError) -> [UInt8] {
    var start = salt + [0, 0]
    for (place, byte) in zip(4..<8, bytes[4..<8]) { start[place] ^= byte }
    for (place, byte) in zip(10..<14, self.bytes(index)) { start[place] ^= byte }
    let hidden = try openSSL { () throws(OpenSSLError) in
      try AES.counter(Array(bytes[Self.header...]), key: encryption, from: start)
    }
    let message = bytes[..<Self.header] + hidden + marked
    let tag = message.withUnsafeBytes { OpenSSLHashing.hmacSHA1(key: proof, $0) }
    return message + tag.prefix(10)
  }

  private func sealedByGalois(_ bytes: [UInt8]) throws(SRTPError) -> [UInt8] {
    var nonce = salt
    for (place, byte) in zip(2..<6, bytes[4..<8]) { nonce[place] ^= byte }
    for (place, byte) in zip(8..<12, self.bytes(index)) { nonce[place] ^= byte }
    let header = Array(bytes[..<Self.header])
    let hidden = try openSSL { () throws(OpenSSLError) in
      try AES.sealed(
        Array(bytes[Self.header...]), key: encryption, nonce: nonce, context: header + marked)
    }
    return header + hidden + marked
  }

  private func bytes(_ number: UInt32) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { Array($0) }
  }
}

/// Session keys from a master key (RFC 3711 section 4.3).
private struct KeyDerivation {
  private let key: [UInt8]
  /// As long as that of counter mode, with zeros behind a shorter one (RFC 7714 section 11).
  private let salt: [UInt8]

  init(_ key: SRTPKey) {
    let length = key.profile == .aesGCM256 ? 32 : 16
    self.key = Array(key.bytes.prefix(length))
    let given = key.bytes.dropFirst(length)
    salt = given + [UInt8](repeating: 0, count: 14 - given.count)
  }

  var length: Int { key.count }

  func key(_ label: UInt8, _ count: Int) throws(SRTPError) -> [UInt8] {
    var start = salt + [0, 0]
    start[7] ^= label
    return try openSSL { () throws(OpenSSLError) in
      try AES.counter([UInt8](repeating: 0, count: count), key: key, from: start)
    }
  }
}

private func openSSL<Result>(_ body: () throws(OpenSSLError) -> Result) throws(SRTPError) -> Result
{
  do throws(OpenSSLError) {
    return try body()
  } catch {
    throw .failed(0)
  }
}
