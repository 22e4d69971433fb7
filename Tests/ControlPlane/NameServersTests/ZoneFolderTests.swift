import Foundation
import NodeContract
import Placement
import Tenancy
import Testing
import Zones

@testable import NameServers

/// A name server's own copy of the zones.
@Suite struct ZoneFolderTests {
  private let path = FileManager.default.temporaryDirectory.appending(
    path: "zones-\(UUID().uuidString)"
  ).path

  private func serial(of domain: String) throws -> UInt32 {
    let text = try String(contentsOfFile: "\(path)/zones/\(domain)", encoding: .utf8)
    return try #require(ZoneSerial.written(in: text))
  }

  @Test func whatDidNotChangeIsNotWrittenAndEachChangeRaisesTheNumber() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    var folder = ZoneFolder(at: path)
    let (one, two) = (Steering.domain("one.test"), Steering.domain("two.test"))
    let begun = try folder.write(Steering.zones(of: ["one.test", "two.test"]), atSecond: 50)
    #expect(begun == .init(hasOtherZones: true, zones: [one, two]))
    #expect(try folder.write(Steering.zones(of: ["one.test", "two.test"]), atSecond: 60).isEmpty)
    #expect(try serial(of: "one.test") == 50)
    let moved = try folder.write(
      Steering.zones(of: ["one.test", "two.test"], isLost: true), atSecond: 50)
    #expect(moved == .init(hasOtherZones: false, zones: [one, two]))
    #expect(try serial(of: "one.test") == 51)
    let left = try folder.write(Steering.zones(of: ["one.test"], isLost: true), atSecond: 90)
    #expect(left == .init(hasOtherZones: true, zones: []))
    #expect(!FileManager.default.fileExists(atPath: "\(path)/zones/two.test"))
    let list = try String(contentsOfFile: "\(path)/named.conf", encoding: .utf8)
    #expect(list == "zone \"one.test\" { type master; file \"\(path)/zones/one.test\"; };\n")
  }

  @Test func aLaterProcessGoesOnWithTheNumbersThatItFinds() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    var former = ZoneFolder(at: path)
    _ = try former.write(Steering.zones(of: ["one.test"]), atSecond: 500)
    var later = ZoneFolder(at: path)
    #expect(try later.write(Steering.zones(of: ["one.test"]), atSecond: 100).isEmpty)
    var last = ZoneFolder(at: path)
    let changes = try last.write(Steering.zones(of: ["one.test"], isLost: true), atSecond: 100)
    #expect(changes.zones.count == 1)
    #expect(try serial(of: "one.test") == 501)
  }
}
