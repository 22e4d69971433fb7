import FoundationEssentials
import Tenancy
import Zones

/// A name server's own copy of the zones: `named.conf` lists them, `zones/DOMAIN` is one each. Every file is
/// replaced whole, and none is listed before it is there.
struct ZoneFolder {
  /// What a name server has to be told.
  struct Changes: Hashable {
    /// There are other zones than before.
    var hasOtherZones = false
    /// Zones that say something else, by name.
    var zones: Set<SIPDomain> = []

    var isEmpty: Bool { !hasOtherZones && zones.isEmpty }
  }

  private struct Entry {
    var zone: Zone
    var serial: UInt32
  }

  let path: String
  private var known: [SIPDomain: Entry] = [:]
  private var list: String?

  init(at path: String) { self.path = path }

  /// Makes the files what they should be; where one cannot be written, the others before it are. A file that says
  /// it already, from an earlier process for example, stays.
  mutating func write(_ zones: [SIPDomain: Zone], atSecond second: Int64) throws -> Changes {
    var changes = Changes()
    try FileManager.default.createDirectory(
      atPath: "\(path)/zones", withIntermediateDirectories: true)
    for (domain, zone) in zones.sorted(by: { $0.key < $1.key }) where known[domain]?.zone != zone {
      if try write(zone, atSecond: second) { changes.zones.insert(domain) }
    }
    changes.hasOtherZones = try writeList(of: zones.keys.sorted())
    try removeAll(but: zones)
    return changes
  }

  private mutating func write(_ zone: Zone, atSecond second: Int64) throws -> Bool {
    let file = self.file(of: zone.domain)
    let former = known[zone.domain].map { $0.zone.text(serial: $0.serial) } ?? read(file)
    let last = former.flatMap(ZoneSerial.written)
    if let last, former == zone.text(serial: last) {
      known[zone.domain] = Entry(zone: zone, serial: last)
      return false
    }
    let serial = ZoneSerial.next(after: last, atSecond: second)
    try replace(file, by: zone.text(serial: serial))
    known[zone.domain] = Entry(zone: zone, serial: serial)
    return true
  }

  private mutating func writeList(of domains: [SIPDomain]) throws -> Bool {
    let text = domains.map { "zone \"\($0)\" { type master; file \"\(file(of: $0))\"; };\n" }
      .joined()
    if list == nil { list = read("\(path)/named.conf") }
    guard list != text else { return false }
    try replace("\(path)/named.conf", by: text)
    list = text
    return true
  }

  private mutating func removeAll(but zones: [SIPDomain: Zone]) throws {
    for domain in known.keys where zones[domain] == nil { known[domain] = nil }
    for name in try FileManager.default.contentsOfDirectory(atPath: "\(path)/zones") {
      guard (try? SIPDomain(name)).flatMap({ zones[$0] }) == nil else { continue }
      try FileManager.default.removeItem(atPath: "\(path)/zones/\(name)")
    }
  }

  private func file(of domain: SIPDomain) -> String { "\(path)/zones/\(domain)" }

  private func read(_ file: String) -> String? {
    FileManager.default.contents(atPath: file).map { String(decoding: $0, as: UTF8.self) }
  }

  private func replace(_ file: String, by text: String) throws {
    try Data(text.utf8).write(to: URL(filePath: file), options: .atomic)
  }
}
