import Foundation
import Logging
import NodeContract
import Support
import Synchronization
import Testing

@testable import ControlLink

@Suite(.timeLimit(.minutes(3))) struct SpoolTests {
  private let folder = TemporaryFolder()
  private let lines = CriticalLog.Lines()
  private var path: String { folder.path("spool") }

  private func open(
    _ path: String? = nil, segmentBytes: Int = 16 << 20, disk: FickleDisk = FickleDisk(),
    mostWaiting: Int = 100_000
  ) throws -> Spool {
    var policy = SpoolPolicy()
    policy.segmentBytes = segmentBytes
    policy.firstRetry = .milliseconds(2)
    policy.longestRetry = .milliseconds(10)
    policy.acknowledgementInterval = .milliseconds(1)
    policy.mostWaiting = mostWaiting
    policy.clock = { Sample.now }
    policy.disk = disk.calls
    return try Spool(
      directory: path ?? self.path, log: CriticalLog.logger(lines), policy: policy)
  }

  /// The spool's files as a process that is killed now leaves them. It goes on working meanwhile:
  /// a copy during which a file went away shows no moment that ever was, and is made again.
  private func copy(_ name: String) throws -> String {
    let copy = folder.path(name)
    while true {
      do {
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        return copy
      } catch CocoaError.fileNoSuchFile, CocoaError.fileReadNoSuchFile {
        try FileManager.default.removeItem(atPath: copy)
      }
    }
  }

  private func segments(in path: String? = nil) throws -> [String] {
    let directory = path ?? self.path
    return try FileManager.default.contentsOfDirectory(atPath: directory)
      .filter { $0.hasSuffix(".facts") }.sorted().map { "\(directory)/\($0)" }
  }

  private func bytes(of file: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
  }

  private func replace(_ file: String, with bytes: some Sequence<UInt8>) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: file))
  }

  // MARK: - Facts in, records out

  @Test func factsComeBackInOrderAfterTheSpoolWasClosed() async throws {
    let first = try open()
    await first.appendDurably(Sample.facts(1...10))
    #expect(first.lastDurable == 10 && first.firstUnacknowledged == 1)
    first.stop()

    let second = try open()
    defer { second.stop() }
    #expect(second.id == first.id)
    #expect(try second.everything.map(\.fact) == Sample.facts(1...10))
    #expect(try second.everything.map(\.sequence) == Array(1...10))
    await second.appendDurably([Sample.fact(11)])
    #expect(try second.records(from: 10, limit: 5).map(\.sequence) == [10, 11])
    #expect(try second.records(from: 12, limit: 5) == [])
    #expect(try second.records(from: 3, limit: 2).map(\.sequence) == [3, 4])
  }

  @Test func factsThatWereAppendedBeforeStopAreOnDisk() async throws {
    let spool = try open()
    for fact in Sample.facts(1...500) { spool.append(fact) }
    spool.stop()
    let again = try open()
    defer { again.stop() }
    #expect(try again.everything.map(\.fact) == Sample.facts(1...500))
  }

  @Test func tenThousandFactsAreCommittedInGroupsAndConfirmedInOrder() async throws {
    let disk = FickleDisk()
    let spool = try open(disk: disk)
    defer { spool.stop() }
    let confirmed = Mutex<[Int]>([])
    for number in 1..<10_000 {
      spool.append(Sample.fact(number)) { confirmed.withLock { $0.append(number) } }
    }
    await spool.appendDurably([Sample.fact(10_000)])
    #expect(confirmed.withLock { $0 } == Array(1..<10_000))
    #expect(disk.syncs < 1_000)
    #expect(try spool.everything.map(\.fact) == Sample.facts(1...10_000))
  }

  @Test func aListenerHearsOfNewRecordsOnceTheyCanBeRead() async throws {
    let spool = try open()
    defer { spool.stop() }
    await withCheckedContinuation { done in
      let isDone = Mutex(false)
      spool.onDurable {
        let isFirst = isDone.withLock { isDone in
          defer { isDone = true }
          return !isDone
        }
        if isFirst, spool.lastDurable >= 1 { done.resume() }
      }
      spool.append(Sample.fact(1))
    }
    #expect(try spool.everything.count == 1)
  }

  @Test func severalReadersGoThroughManySegmentsEachAtTheirOwnPace() async throws {
    let spool = try open(segmentBytes: 1_000)
    defer { spool.stop() }
    await spool.appendDurably(Sample.facts(1...300))
    #expect(try segments().count > 20)
    var positions: [(next: UInt64, step: Int)] = [(1, 7), (1, 13), (100, 64)]
    var seen: [[UInt64]] = [[], [], []]
    while positions.contains(where: { $0.next <= 300 }) {
      for reader in positions.indices {
        let records = try spool.records(
          from: positions[reader].next, limit: positions[reader].step)
        seen[reader] += records.map(\.sequence)
        positions[reader].next += UInt64(records.count)
      }
    }
    #expect(seen == [Array(1...300), Array(1...300), Array(100...300)])
  }

  @Test func filesAreTheirOwnersAlone() async throws {
    let spool = try open(segmentBytes: 500)
    await spool.appendDurably(Sample.facts(1...20))
    spool.acknowledge(through: 10)
    spool.stop()
    func mode(_ path: String) throws -> Int? {
      try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }
    #expect(try mode(path) == 0o700)
    for file in try FileManager.default.contentsOfDirectory(atPath: path) {
      #expect(try mode("\(path)/\(file)") == 0o600, "\(file)")
    }
  }

  @Test func twoProcessesCannotHaveTheSameSpool() throws {
    let spool = try open()
    #expect(throws: (any Error).self) { try open() }
    spool.stop()
  }

  // MARK: - Sudden ends

  @Test func aTornTailIsCutAtWhateverByteItWasTorn() async throws {
    let spool = try open()
    await spool.appendDurably(Sample.facts(1...4))
    let whole = try bytes(of: segments()[0])
    await spool.appendDurably([Sample.fact(5)])
    spool.stop()
    let segment = try segments()[0]
    let longer = try bytes(of: segment)
    for length in whole.count..<longer.count {
      try replace(segment, with: longer[..<length])
      let again = try open()
      #expect(again.lastDurable == 4 && again.damage.isEmpty)
      #expect(try bytes(of: segment).count == whole.count)
      await again.appendDurably([Sample.fact(6)])
      #expect(try again.everything.map(\.fact) == Sample.facts(1...4) + [Sample.fact(6)])
      again.stop()
    }
  }

  @Test(arguments: [(UInt8(0), 5_000), (0xFF, 100), (7, 1)])
  func whatIsNoRecordAtTheEndIsCut(byte: UInt8, count: Int) async throws {
    let spool = try open()
    await spool.appendDurably(Sample.facts(1...3))
    spool.stop()
    let segment = try segments()[0]
    let whole = try bytes(of: segment)
    try replace(segment, with: whole + Array(repeating: byte, count: count))
    let again = try open()
    defer { again.stop() }
    #expect(again.lastDurable == 3 && again.damage.isEmpty)
    #expect(try bytes(of: segment) == whole)
  }

  @Test func aFlippedBitAnywhereCostsOneRecordAndIsReported() async throws {
    let spool = try open()
    var ends: [Int] = []
    for number in 1...4 {
      await spool.appendDurably([Sample.fact(number)])
      ends.append(try bytes(of: segments()[0]).count)
    }
    spool.stop()
    let segment = try segments()[0]
    let whole = try bytes(of: segment)
    for position in ends[1]..<ends[2] {
      var damaged = whole
      damaged[position] ^= 0x10
      try replace(segment, with: damaged)
      let again = try open()
      #expect(again.damage == [3...3])
      #expect(try again.everything.map(\.sequence) == [1, 2, 4])
      #expect(try bytes(of: segment) == damaged)
      again.stop()
    }
    #expect(lines.all.count == ends[2] - ends[1])
  }

  @Test func damageInAClosedSegmentIsReportedOnceWhenItIsRead() async throws {
    let spool = try open(segmentBytes: 1_000)
    defer { spool.stop() }
    await spool.appendDurably(Sample.facts(1...50))
    let segment = try segments()[1]
    var damaged = try bytes(of: segment)
    damaged[20] ^= 1
    try replace(segment, with: damaged)
    let missing = try #require(UInt64(segment.suffix(26).prefix(20)))
    for _ in 0..<2 {
      #expect(try spool.everything.map(\.sequence) == (1...50).filter { $0 != missing })
    }
    #expect(spool.damage == [missing...missing])
    #expect(lines.all.count == 1)
  }

  @Test(arguments: 1...5)
  func whatWasConfirmedSurvivesAKillInTheMiddleOfAWrite(round: Int) async throws {
    let disk = FickleDisk()
    let spool = try open(segmentBytes: 20_000, disk: disk)
    defer { spool.stop() }
    let confirmed = Mutex(0)
    for number in 1...2_000 {
      spool.append(Sample.fact(number)) { confirmed.withLock { $0 = number } }
    }
    try await eventually("facts on disk", within: .seconds(30)) {
      confirmed.withLock { $0 } >= round * 100
    }
    disk.mood = .freezes
    defer { disk.mood = .good }
    spool.append(Sample.fact(2_001))
    try await disk.isFrozen()
    let promised = confirmed.withLock { $0 }
    let again = try open(try copy("killed"))
    defer { again.stop() }
    #expect(again.lastDurable >= promised && again.damage.isEmpty)
    let kept = try again.everything
    #expect(kept.map(\.sequence) == Array(1...again.lastDurable))
    #expect(kept.map(\.fact) == Sample.facts(1...Int(again.lastDurable)))
  }

  @Test func aSequenceThatWasAcknowledgedIsNeverGivenOutAgain() async throws {
    let spool = try open()
    await spool.appendDurably(Sample.facts(1...5))
    spool.acknowledge(through: 5)
    spool.stop()
    try FileManager.default.removeItem(atPath: segments()[0])
    let again = try open()
    defer { again.stop() }
    #expect(again.damage == [1...5] && again.firstUnacknowledged == 6)
    await again.appendDurably([Sample.fact(6)])
    #expect(try again.everything.map(\.sequence) == [6])
  }

  // MARK: - A disk that refuses

  @Test(arguments: [
    FickleDisk.Mood.refusesWrites(ENOSPC), .refusesWrites(EIO), .fillsUp, .failsToSynchronize,
  ])
  func factsWaitForABrokenDiskAndNoneIsLostOrDoubled(mood: FickleDisk.Mood) async throws {
    let disk = FickleDisk()
    let spool = try open(disk: disk)
    await spool.appendDurably(Sample.facts(1...3))
    disk.mood = mood
    let confirmed = Mutex<[Int]>([])
    for number in 4...9 {
      spool.append(Sample.fact(number)) { confirmed.withLock { $0.append(number) } }
    }
    try await disk.hasFailed(3)
    #expect(confirmed.withLock { $0.isEmpty } && spool.lastDurable == 3)
    let killed = try open(try copy("killed"))
    #expect(try killed.everything.prefix(3).map(\.fact) == Sample.facts(1...3))
    killed.stop()

    disk.mood = .good
    await spool.appendDurably([Sample.fact(10)])
    #expect(confirmed.withLock { $0 } == Array(4...9))
    #expect(try spool.everything.map(\.fact) == Sample.facts(1...10))
    spool.stop()
    let again = try open()
    defer { again.stop() }
    #expect(try again.everything.map(\.sequence) == Array(1...10))
    #expect(try again.everything.map(\.fact) == Sample.facts(1...10))
    #expect(again.damage.isEmpty && lines.all.isEmpty)
  }

  @Test func aSpoolThatMustStopBesideABrokenDiskLeavesItsFactsInTheLog() async throws {
    let spool = try open(disk: FickleDisk(.refusesWrites(ENOSPC)))
    for fact in Sample.facts(1...3) { spool.append(fact) }
    spool.stop()
    #expect(lines.all.count == 3)
    spool.append(Sample.fact(4))
    #expect(lines.all.count == 4)
    #expect(lines.all.allSatisfy { $0.contains("\(Sample.leg(1))") })
  }

  @Test func moreFactsThanMayWaitGoToTheLogInFull() async throws {
    let disk = FickleDisk(.refusesWrites(ENOSPC))
    let spool = try open(disk: disk, mostWaiting: 1_000)
    for fact in Sample.facts(1...1_002) { spool.append(fact) }
    #expect(lines.all.count == 2)
    disk.mood = .good
    spool.stop()
    #expect(spool.lastDurable == 1_000)
  }

  // MARK: - Acknowledgement and retention

  @Test func anAcknowledgementIsRememberedAndNeverGoesBack() async throws {
    let spool = try open()
    await spool.appendDurably(Sample.facts(1...10))
    spool.acknowledge(through: 7)
    spool.acknowledge(through: 3)
    #expect(spool.firstUnacknowledged == 8)
    spool.stop()
    let again = try open()
    #expect(again.firstUnacknowledged == 8)
    again.acknowledge(through: 1_000)
    #expect(again.firstUnacknowledged == 11)
    again.stop()
    try replace("\(path)/acknowledged", with: Array("rubbish".utf8))
    let forgetful = try open()
    #expect(forgetful.firstUnacknowledged == 1)
    forgetful.stop()
  }

  @Test func segmentsStaySevenDaysAfterTheirAcknowledgementAndNoLonger() async throws {
    let week = Int64(7 * 86_400_000)
    let now = Sample.now
    let spool = try open(segmentBytes: 1_000)
    await spool.appendDurably(Sample.facts(1...50))
    let starts = try segments().map { try #require(UInt64($0.suffix(26).prefix(20))) }
    spool.acknowledge(through: starts[3] - 1, at: now)
    spool.acknowledge(through: 50, at: WallTime(milliseconds: now.milliseconds + 5_000))

    spool.removeExpiredSegments(at: WallTime(milliseconds: now.milliseconds + week - 1))
    #expect(try spool.everything.count == 50)
    spool.removeExpiredSegments(at: WallTime(milliseconds: now.milliseconds + week))
    #expect(try spool.everything.map(\.sequence) == Array(starts[3]...50))
    #expect(spool.firstKept == starts[3])
    spool.stop()

    let again = try open(segmentBytes: 1_000)
    defer { again.stop() }
    #expect(try again.everything.map(\.sequence) == Array(starts[3]...50))
    again.removeExpiredSegments(at: WallTime(milliseconds: now.milliseconds + week + 5_000))
    #expect(again.firstKept == starts.last)
    #expect(try segments().count == 1)
    await again.appendDurably([Sample.fact(51)])
    #expect(again.lastDurable == 51)
  }

  @Test func unacknowledgedSegmentsStayForEver() async throws {
    let spool = try open(segmentBytes: 1_000)
    defer { spool.stop() }
    await spool.appendDurably(Sample.facts(1...50))
    spool.removeExpiredSegments(at: WallTime(milliseconds: .max))
    #expect(try spool.everything.count == 50)
  }
}
