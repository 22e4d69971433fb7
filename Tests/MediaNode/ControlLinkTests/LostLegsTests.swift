import Foundation
import NodeContract
import Testing

@testable import ControlLink

@Suite struct LostLegsTests {
  private static let boot = UUIDv7(high: 7, low: 7)
  private static let earlierBoot = UUIDv7(high: 6, low: 6)
  private static let now = Moment(
    boot: BootInstant(nanoseconds: 100_000_000_000), wall: WallTime(milliseconds: 1_000_100_000))

  private static func time(_ seconds: Int64, boot: UUIDv7 = boot) -> FactTime {
    FactTime(
      boot: boot, instant: BootInstant(nanoseconds: seconds * 1_000_000_000),
      wall: WallTime(milliseconds: 1_000_000_000 + seconds * 1_000))
  }

  private static func lost(death: Int64? = nil, lastLife: FactTime? = nil) throws -> LostLegs {
    LostLegs(
      observer: try #require(NodeName("node-a1")), boot: boot,
      death: death.map { BootInstant(nanoseconds: $0 * 1_000_000_000) }, lastLife: lastLife)
  }

  @Test func theKeeperSawTheProcessDie() throws {
    let lost = try Self.lost(death: 90, lastLife: Self.time(89))
    #expect(lost.lastProof(since: Self.time(20), at: Self.now) == Self.time(90))
  }

  @Test func afterAPowerCutTheProcessOwnMarkCounts() throws {
    let mark = Self.time(5_000, boot: Self.earlierBoot)
    let lost = try Self.lost(lastLife: mark)
    let answered = Self.time(4_000, boot: Self.earlierBoot)
    #expect(lost.lastProof(since: answered, at: Self.now) == mark)
  }

  @Test func nobodyPaysForTimeThatNobodyCanProve() throws {
    let answered = Self.time(20)
    #expect(try Self.lost().lastProof(since: answered, at: Self.now) == answered)
    let otherBoot = try Self.lost(death: 90, lastLife: Self.time(95, boot: Self.earlierBoot))
    let longAgo = Self.time(20, boot: UUIDv7(high: 1, low: 1))
    #expect(otherBoot.lastProof(since: longAgo, at: Self.now) == longAgo)
    #expect(try Self.lost(death: 101).lastProof(since: answered, at: Self.now) == answered)
  }

  @Test func aMarkIsReadAsItWasWritten() throws {
    let file = FileManager.default.temporaryDirectory
      .appending(path: "life-\(UInt64.random(in: 0...UInt64.max))")
    defer { try? FileManager.default.removeItem(at: file) }
    let mark = LifeMark(file: file.path, boot: Self.boot)
    #expect(mark.read() == nil)
    mark.renew(at: Self.now)
    #expect(mark.read() == FactTime(boot: Self.boot, instant: Self.now.boot, wall: Self.now.wall))
    try Data("nonsense".utf8).write(to: file)
    #expect(mark.read() == nil)
  }
}
