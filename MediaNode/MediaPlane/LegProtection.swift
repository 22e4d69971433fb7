import RTP
import SRTP

/// SRTP of one party: what it sends is proven and opened, what it hears is sealed. Belongs to its relay
/// thread.
final class LegProtection {
  private let inbound: SRTPStream
  private let outbound: SRTPStream
  /// The numbers of our RTCP are not known after a takeover, and one used twice would give two reports
  /// away: the party hears none from then on.
  private let sealsReports: Bool

  init(_ keys: LegKeys, carryingOn rollover: Rollover) throws(SRTPError) {
    inbound = try SRTPStream(.inbound, keys.inbound, rollover: rollover.inbound)
    outbound = try SRTPStream(.outbound, keys.outbound, rollover: rollover.outbound)
    sealsReports = !rollover.isCarriedOn
  }

  /// Opens the first `count` bytes in their place; nil when they are not the party's.
  func open(_ packet: UnsafeMutableRawBufferPointer, _ count: Int, isReport: Bool) -> Int? {
    isReport
      ? try? inbound.unprotectControl(packet, count: count)
      : try? inbound.unprotect(packet, count: count)
  }

  /// Seals the first `count` bytes in their place; nil when that cannot be done.
  func seal(_ packet: UnsafeMutableRawBufferPointer, _ count: Int, isReport: Bool) -> Int? {
    guard isReport else { return try? outbound.protect(packet, count: count) }
    return sealsReports ? try? outbound.protectControl(packet, count: count) : nil
  }

  func inboundRollover(of ssrc: UInt32) -> UInt32? { inbound.rollover(of: ssrc) }
  func outboundRollover(of ssrc: UInt32) -> UInt32? { outbound.rollover(of: ssrc) }
}

/// How often the numbers of a party's streams began again, by SSRC.
struct Rollover: Hashable, Sendable {
  var inbound: [UInt32: UInt32] = [:]
  var outbound: [UInt32: UInt32] = [:]
  var isCarriedOn = false
}
