import Foundation
import Logging
import NodeContract
import Testing

@testable import ControlLink

@Suite struct SpoolLegsTests {
  private let folder = TemporaryFolder()

  private func open(segmentBytes: Int = 16 << 20) throws -> Spool {
    var policy = SpoolPolicy()
    policy.segmentBytes = segmentBytes
    return try Spool(
      directory: folder.path("spool"), log: Logger(label: "spool"), policy: policy)
  }

  @Test func aLegThatWasOfferedOrAdoptedAndDidNotEndIsLeftOpen() async throws {
    let spool = try open()
    await spool.appendDurably([
      Sample.fact(1, of: 1, Sample.offered), Sample.fact(2, of: 2, Sample.offered),
      Sample.fact(3, of: 3, Sample.offered),
      Sample.fact(5, of: 1, .rung), Sample.fact(6, of: 1, .answered),
      Sample.fact(7, of: 2, Sample.ended), Sample.fact(8, of: 4, .adopted),
      Sample.fact(9, of: 1, .held(true)), Sample.fact(10, of: 2, .rung),
    ])
    spool.stop()
    let again = try open()
    defer { again.stop() }
    let legs = again.legsLeftOpen()
    #expect(legs.map(\.leg) == [Sample.leg(1), Sample.leg(3), Sample.leg(4)])
    #expect(legs.map(\.wasAnswered) == [true, false, false])
    #expect(legs.map(\.lastFact.instant.nanoseconds) == [9, 3, 8])
    #expect(legs[0].tenant == Sample.tenant && legs[0].call == Sample.call)
    #expect(legs[0].epoch == Epoch(generation: 1, revision: 42))

    await again.appendDurably([Sample.fact(11, of: 1, Sample.ended)])
    #expect(again.legsLeftOpen().map(\.leg) == [Sample.leg(3), Sample.leg(4)])
  }

  /// Opening reads the last segment only, with what was open before it; without that, all.
  @Test(arguments: [true, false])
  func legsOfLongClosedSegmentsAreRemembered(withNotes: Bool) async throws {
    let spool = try open(segmentBytes: 1_000)
    for leg in 1...20 as ClosedRange<UInt64> {
      await spool.appendDurably([
        Sample.fact(1, of: leg, Sample.offered), Sample.fact(2, of: leg, .answered),
      ])
      if !leg.isMultiple(of: 5) {
        await spool.appendDurably([Sample.fact(3, of: leg, Sample.ended)])
      }
    }
    spool.stop()
    let directory = folder.path("spool")
    let notes = try FileManager.default.contentsOfDirectory(atPath: directory)
      .filter { $0.hasSuffix(".legs") }
    #expect(notes.count > 2)
    if !withNotes {
      for note in notes { try FileManager.default.removeItem(atPath: "\(directory)/\(note)") }
    }
    let again = try open(segmentBytes: 1_000)
    defer { again.stop() }
    #expect(again.legsLeftOpen().map(\.leg) == [5, 10, 15, 20].map(Sample.leg))
    #expect(again.legsLeftOpen().allSatisfy { $0.wasAnswered })
  }

  @Test func aNoteOfOpenLegsIsReadAsItWasWritten() {
    var legs = SpoolLegs()
    legs.record(Sample.fact(1, of: 1, Sample.offered))
    legs.record(Sample.fact(2, of: 2, Sample.offered))
    legs.record(Sample.fact(3, of: 2, .answered))
    #expect(SpoolLegs(text: legs.text) == legs)
    #expect(SpoolLegs(text: "") == SpoolLegs())
    #expect(SpoolLegs(text: legs.text.replacing("answered", with: "perhaps")) == nil)
    #expect(SpoolLegs(text: String(legs.text.dropLast(40))) == nil)
  }
}

@Suite struct SpoolCRC32CTests {
  private static let readCommand: [UInt8] = [
    0x01, 0xC0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0, 0, 0, 0, 0, 0x04, 0, 0, 0, 0,
    0x14, 0, 0, 0, 0x18, 0x28, 0, 0, 0, 0, 0, 0, 0, 0x02, 0, 0, 0, 0, 0, 0, 0,
  ]

  /// RFC 3720 appendix B.4, and the check value of the algorithm.
  private static let vectors: [(bytes: [UInt8], checksum: UInt32)] = [
    (Array(repeating: 0, count: 32), 0x8A91_36AA),
    (Array(repeating: 0xFF, count: 32), 0x62A8_AB43),
    (Array(0..<32), 0x46DD_794E),
    ((0..<32).reversed(), 0x113F_DB5C),
    (readCommand, 0xD996_3A56),
    (Array("123456789".utf8), 0xE306_9283),
  ]

  @Test(arguments: vectors)
  func theChecksumIsThatOfTheStandard(bytes: [UInt8], checksum: UInt32) {
    #expect(bytes.withUnsafeBytes { SpoolCRC32C.checksum($0) } == checksum)
    for split in 0...bytes.count {
      let first = bytes[..<split].withUnsafeBytes { SpoolCRC32C.checksum($0) }
      #expect(
        bytes[split...].withUnsafeBytes { SpoolCRC32C.checksum($0, after: first) } == checksum)
    }
  }
}
