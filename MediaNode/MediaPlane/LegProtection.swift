import RTP
import SRTP

/// SRTP of one party: what it sends is proven and opened, what it hears is sealed. Belongs to its relay
/// thread.
final class LegProtection {
  private let keys: LegKeys
  private var inbound: SRTPStream
  private var outbound: SRTPStream
  /// Streams that were carried on and not seen yet.
  private var expectedIn: [UInt32: Rollover.Count]
  private var expectedOut: [UInt32: Rollover.Count]
  private var search = RolloverSearch()
  private let reports: ReportSealer

  init(_ keys: LegKeys, carryingOn rollover: Rollover) throws(SRTPError) {
    self.keys = keys
    inbound = try SRTPStream(.inbound, keys.inbound)
    outbound = try SRTPStream(.outbound, keys.outbound)
    expectedIn = rollover.inbound
    expectedOut = rollover.outbound
    reports = try ReportSealer(keys.outbound, after: rollover.reports)
  }

  /// Other keys for the same party: a direction whose key stays goes on where it is.
  init(_ keys: LegKeys, insteadOf before: LegProtection?) throws(SRTPError) {
    self.keys = keys
    let sameIn = before.flatMap { $0.keys.inbound == keys.inbound ? $0 : nil }
    let sameOut = before.flatMap { $0.keys.outbound == keys.outbound ? $0 : nil }
    if let sameIn {
      inbound = sameIn.inbound
    } else {
      inbound = try SRTPStream(.inbound, keys.inbound)
    }
    if let sameOut {
      outbound = sameOut.outbound
    } else {
      outbound = try SRTPStream(.outbound, keys.outbound)
    }
    expectedIn = sameIn?.expectedIn ?? [:]
    expectedOut = sameOut?.expectedOut ?? [:]
    search = sameIn?.search ?? RolloverSearch()
    if let sameOut { reports = sameOut.reports } else { reports = try ReportSealer(keys.outbound) }
  }

  /// Opens the first `count` bytes in their place; nil when they are not the party's.
  func open(_ packet: UnsafeMutableRawBufferPointer, _ count: Int, isReport: Bool) -> Int? {
    guard !isReport else { return try? inbound.unprotectControl(packet, count: count) }
    if !expectedIn.isEmpty { Self.carryOn(packet, count, &expectedIn, in: inbound) }
    do throws(SRTPError) {
      let opened = try inbound.unprotect(packet, count: count)
      search.isOver = true
      return opened
    } catch {
      if !search.isOver, error == .unproven { search.missed(packet, count, in: inbound) }
      return nil
    }
  }

  /// Seals the first `count` bytes in their place; nil when that cannot be done.
  func seal(_ packet: UnsafeMutableRawBufferPointer, _ count: Int, isReport: Bool) -> Int? {
    guard isReport else {
      if !expectedOut.isEmpty { Self.carryOn(packet, count, &expectedOut, in: outbound) }
      return try? outbound.protect(packet, count: count)
    }
    return try? reports.seal(packet, count: count)
  }

  /// The number of the latest report that the party got.
  var reportsSent: UInt32 { reports.index }

  func inboundRollover(of ssrc: UInt32) -> UInt32? {
    inbound.rollover(of: ssrc) ?? expectedIn[ssrc]?.counter
  }
  func outboundRollover(of ssrc: UInt32) -> UInt32? {
    outbound.rollover(of: ssrc) ?? expectedOut[ssrc]?.counter
  }

  /// The first packet of a stream says how far it went since its counter was noted.
  private static func carryOn(
    _ packet: UnsafeMutableRawBufferPointer, _ count: Int,
    _ expected: inout [UInt32: Rollover.Count], in stream: SRTPStream
  ) {
    let header = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(packet)[..<count])
    guard let header = try? RTPHeader(parsing: header),
      let known = expected.removeValue(forKey: header.ssrc)
    else { return }
    try? stream.carryOn(header.ssrc, at: known.counter(at: header.sequence))
  }
}

/// How often the numbers of a party's streams began again, by SSRC.
struct Rollover: Hashable, Sendable {
  struct Count: Hashable, Sendable {
    var counter: UInt32
    /// Where the stream stood.
    var sequence: UInt16

    /// At a packet less than half a lap away (RFC 3711 section 3.3.1).
    func counter(at other: UInt16) -> UInt32 {
      let distance = Int(other) - Int(sequence)
      if distance < -0x8000 { return counter &+ 1 }
      return distance > 0x8000 && counter > 0 ? counter - 1 : counter
    }
  }

  var inbound: [UInt32: Count] = [:]
  var outbound: [UInt32: Count] = [:]
  /// The highest number that a report to the party may have had.
  var reports: UInt32 = 0
}

/// A party that came from another relay goes on with the numbers and the counter that it had there,
/// which no packet tells: while nothing of it was proven, one counter after the other is tried, and
/// the usual one in between.
private struct RolloverSearch {
  var isOver = false
  private var misses: UInt32 = 0
  private var tried: UInt32?

  /// So many packets are garbage rather than a stream.
  private static let patience: UInt32 = 8
  /// Days of speech.
  private static let highest: UInt32 = 256

  mutating func missed(
    _ packet: UnsafeMutableRawBufferPointer, _ count: Int, in stream: SRTPStream
  ) {
    misses &+= 1
    if let tried { stream.forget(tried) }
    tried = nil
    let header = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(packet)[..<count])
    guard misses > Self.patience, misses % 2 == 0, let header = try? RTPHeader(parsing: header)
    else { return }
    tried = header.ssrc
    try? stream.carryOn(header.ssrc, at: misses / 2 % Self.highest)
  }
}
