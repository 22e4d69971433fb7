public import SRTP

extension SRTPStream {
  /// The packet as it goes over the wire. `isReport`: it is RTCP.
  public func sealed(_ packet: [UInt8], isReport: Bool = false) throws -> [UInt8] {
    var bytes = packet + [UInt8](repeating: 0, count: SRTPStream.overhead)
    let count = try bytes.withUnsafeMutableBytes {
      isReport
        ? try protectControl($0, count: packet.count) : try protect($0, count: packet.count)
    }
    return Array(bytes[..<count])
  }

  /// What an RTP packet from the wire holds.
  public func opened(_ packet: [UInt8]) throws -> [UInt8] {
    var bytes = packet
    let count = try bytes.withUnsafeMutableBytes { try unprotect($0, count: packet.count) }
    return Array(bytes[..<count])
  }
}
