internal import CCares
import Glibc
internal import NodeContract
internal import SIP

/// What name servers' replies say.
enum DNSReply {
  /// Records of one reply that are read; the rest is left out.
  private static let recordLimit = 64
  /// What is true for longer is asked again after this; for shorter, not before.
  private static let longestLife = Duration.seconds(86_400)
  private static let shortestLife = Duration.seconds(5)
  /// How long there is nothing (RFC 2308 section 5), at most, and where the reply does not say.
  private static let longestAbsence = Duration.seconds(300)
  private static let usualAbsence = Duration.seconds(60)

  static func answer(_ status: Int32, _ reply: UnsafeRawBufferPointer, to kind: DNSQuestion.Kind)
    -> DNSAnswer
  {
    switch status {
    case ARES_SUCCESS:
      let records = records(of: kind, in: reply)
      guard !records.isEmpty else { return absence(reply) }
      return .records(records, lifetime: lifetime(reply))
    case ARES_ENODATA, ARES_ENOTFOUND: return absence(reply)
    default: return .failed
    }
  }

  private static func absence(_ reply: UnsafeRawBufferPointer) -> DNSAnswer {
    let lifetime = DNSLifetime(of: reply).ofAbsence.map(Duration.seconds) ?? usualAbsence
    return .none(lifetime: min(max(lifetime, shortestLife), longestAbsence))
  }

  private static func lifetime(_ reply: UnsafeRawBufferPointer) -> Duration {
    let lifetime = DNSLifetime(of: reply).ofRecords.map(Duration.seconds) ?? shortestLife
    return min(max(lifetime, shortestLife), longestLife)
  }

  private static func records(of kind: DNSQuestion.Kind, in reply: UnsafeRawBufferPointer)
    -> [DNSRecord]
  {
    guard let bytes = reply.bindMemory(to: UInt8.self).baseAddress else { return [] }
    let count = Int32(clamping: reply.count)
    return switch kind {
    case .a: addresses(bytes, count)
    case .aaaa: longAddresses(bytes, count)
    case .srv: services(bytes, count)
    case .naptr: pointers(bytes, count)
    }
  }

  private static func addresses(_ bytes: UnsafePointer<UInt8>, _ count: Int32) -> [DNSRecord] {
    var found = Array(repeating: ares_addrttl(), count: recordLimit)
    var number = Int32(recordLimit)
    guard ares_parse_a_reply(bytes, count, nil, &found, &number) == ARES_SUCCESS else {
      return []
    }
    return found.prefix(Int(number)).map {
      .address(.v4(UInt32(bigEndian: $0.ipaddr.s_addr)))
    }
  }

  private static func longAddresses(_ bytes: UnsafePointer<UInt8>, _ count: Int32) -> [DNSRecord] {
    var found = Array(repeating: ares_addr6ttl(), count: recordLimit)
    var number = Int32(recordLimit)
    guard ares_parse_aaaa_reply(bytes, count, nil, &found, &number) == ARES_SUCCESS else {
      return []
    }
    return found.prefix(Int(number)).map { record in
      withUnsafeBytes(of: record.ip6addr) { bytes in
        let high = bytes.loadUnaligned(as: UInt64.self)
        let low = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        return .address(.v6(UInt64(bigEndian: high), UInt64(bigEndian: low)))
      }
    }
  }

  private static func services(_ bytes: UnsafePointer<UInt8>, _ count: Int32) -> [DNSRecord] {
    var first: UnsafeMutablePointer<ares_srv_reply>?
    guard ares_parse_srv_reply(bytes, count, &first) == ARES_SUCCESS else { return [] }
    defer { ares_free_data(first) }
    var records: [DNSRecord] = []
    var next = first
    while let record = next?.pointee, records.count < recordLimit {
      records.append(
        .srv(
          ServiceRecord(
            priority: record.priority, weight: record.weight, port: record.port,
            host: text(record.host))))
      next = record.next
    }
    return records
  }

  private static func pointers(_ bytes: UnsafePointer<UInt8>, _ count: Int32) -> [DNSRecord] {
    var first: UnsafeMutablePointer<ares_naptr_reply>?
    guard ares_parse_naptr_reply(bytes, count, &first) == ARES_SUCCESS else { return [] }
    defer { ares_free_data(first) }
    var records: [DNSRecord] = []
    var next = first
    while let record = next?.pointee, records.count < recordLimit {
      records.append(
        .naptr(
          NamingAuthorityPointer(
            order: record.order, preference: record.preference, flags: text(record.flags),
            service: text(record.service), replacement: text(record.replacement))))
      next = record.next
    }
    return records
  }

  private static func text(_ characters: UnsafePointer<CChar>?) -> String {
    characters.map { String(cString: $0) } ?? ""
  }

  private static func text(_ characters: UnsafePointer<UInt8>?) -> String {
    characters.map { String(cString: $0) } ?? ""
  }
}
