import Foundation
import Logging
import NodeContract
import Support
import Synchronization
import Testing

@testable import ControlLink

/// Sounds on their way from a node's disk to where they are kept.
@Suite struct SoundFilesTests {
  private static let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
  private static let call = CallID(UUIDv7(high: 1, low: 2))

  private static func recording(_ number: UInt64 = 1) -> StoredSound {
    StoredSound(
      id: SoundID(UUIDv7(high: 1, low: number)), tenant: TenantID(UUIDv7(high: 1, low: 3)),
      kind: .recording(
        RecordedCall(call: call, parties: .both, begunAt: WallTime(milliseconds: 0))))
  }

  private static let message = StoredSound(
    id: SoundID(UUIDv7(high: 2, low: 1)), tenant: TenantID(UUIDv7(high: 1, low: 3)),
    kind: .message(
      LeftMessage(
        mailbox: ExtensionID(UUIDv7(high: 1, low: 4)), call: call, caller: "101",
        callerName: "", leftAt: WallTime(milliseconds: 0))))

  /// Five seconds of both parties.
  private static func segment(_ byte: UInt8) -> [UInt8] { Array(repeating: byte, count: 69 * 576) }

  private func files(in folder: TemporaryFolder, mostBytes: Int = SoundFiles.mostBytes) throws
    -> SoundFiles
  {
    try SoundFiles(in: folder.url.path, mostBytes: mostBytes, log: Self.log)
  }

  private func names(in folder: TemporaryFolder) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
  }

  /// Takes everything there is, as if it were acknowledged at once.
  private func sent(from files: SoundFiles) throws -> [SoundFiles.Shipment] {
    var sent: [SoundFiles.Shipment] = []
    while let shipment = try files.next(), sent.count < 1_000 {
      sent.append(shipment)
      files.remove(shipment)
    }
    return sent
  }

  @Test func aRecordedCallIsSentWhileItGoesOnAndLeavesTheDisk() throws {
    let folder = TemporaryFolder()
    let files = try files(in: folder)
    let sound = Self.recording()
    let name = files.begin(sound, part: 1)
    #expect(try files.next() == nil)
    #expect(files.append(Self.segment(1), isLast: false, named: name))
    let first = try #require(try files.next())
    #expect(first.sound == sound && first.part == 1 && first.offset == 0)
    #expect(try Data(contentsOf: URL(filePath: first.path)) == Data(Self.segment(1)))
    files.remove(first)
    #expect(try files.next() == nil, "its call goes on")
    #expect(files.append(Self.segment(2), isLast: true, named: name))
    var ended = sound
    if case .recording(var recorded) = ended.kind {
      recorded.ending = .callEnded
      ended.kind = .recording(recorded)
    }
    files.end(ended)
    let rest = try sent(from: files)
    #expect(rest.map(\.part) == [1, 0] && rest.map(\.offset) == [69 * 576, 0])
    #expect(rest.last?.sound == ended)
    #expect(try names(in: folder).isEmpty)
  }

  @Test func nobodyHearsHalfOfAMessage() throws {
    let folder = TemporaryFolder()
    let files = try files(in: folder)
    let name = files.begin(Self.message, part: 1)
    #expect(!files.append(Self.segment(1), isLast: false, named: name))
    #expect(try files.next() == nil)
    #expect(files.append(Self.segment(2), isLast: true, named: name))
    let part = try #require(try files.next())
    #expect(part.part == 1 && part.offset == 0)
    #expect(
      try Data(contentsOf: URL(filePath: part.path)) == Data(Self.segment(1) + Self.segment(2)))
  }

  @Test func whoeverHangsUpAtOnceLeavesNoMessageButAShortRecordingIsOne() throws {
    let folder = TemporaryFolder()
    let files = try files(in: folder)
    for sound in [Self.message, Self.recording()] {
      let name = files.begin(sound, part: 1)
      _ = files.append(Array(repeating: 1, count: 576), isLast: true, named: name)
      files.end(sound)
    }
    let sent = try sent(from: files)
    #expect(sent.filter { $0.part > 0 }.map(\.sound.id) == [Self.recording().id])
    #expect(try names(in: folder).isEmpty)
  }

  @Test func whatAProcessLeftIsSentByTheNextUpToItsLastWholeFrame() throws {
    let folder = TemporaryFolder()
    do {
      let before = try files(in: folder)
      let call = before.begin(Self.recording(), part: 1)
      _ = before.append(Self.segment(1), isLast: false, named: call)
      let message = before.begin(Self.message, part: 1)
      _ = before.append(Self.segment(1) + [7], isLast: false, named: message)
      // It dies in the middle of a write.
      let half = SoundFileName(sound: Self.recording().id, part: 1, offset: 69 * 576)
      try Data(Self.segment(2).dropLast(100)).write(
        to: folder.url.appending(path: half.text + ".growing"))
    }
    let after = try files(in: folder)
    let sent = try sent(from: after)
    let parts = sent.filter { $0.part > 0 }
    #expect(
      parts.map(\.sound.id) == [Self.recording().id, Self.recording().id, Self.message.id])
    #expect(parts.map(\.offset) == [0, 69 * 576, 0])
    #expect(sent.filter { $0.part == 0 }.map(\.sound) == [Self.recording(), Self.message])
    #expect(try names(in: folder).isEmpty)
  }

  @Test func aSegmentThatEndsWithinAFrameLosesNothingAndLeavesItToTheNext() throws {
    let folder = TemporaryFolder()
    let files = try files(in: folder)
    let name = files.begin(Self.recording(), part: 1)
    let sound = (0..<3_000).map { UInt8($0 % 251) }
    for (range, isLast) in [(0..<1_000, false), (1_000..<1_100, false), (1_100..<3_000, true)] {
      _ = files.append(Array(sound[range]), isLast: isLast, named: name)
    }
    var sent: [UInt8] = []
    while let file = try files.next(), file.part > 0 {
      #expect(file.offset == UInt64(sent.count))
      sent += try Data(contentsOf: URL(filePath: file.path))
      #expect(sent.count % 576 == 0 || sent.count == sound.count)
      files.remove(file)
    }
    #expect(sent == sound)
  }

  @Test func aProcessThatDiedLeavesWholeFramesOnly() throws {
    let folder = TemporaryFolder()
    do {
      let before = try files(in: folder)
      let name = before.begin(Self.message, part: 1)
      _ = before.append(Self.segment(1) + [7], isLast: false, named: name)
    }
    let part = try #require(try files(in: folder).next())
    #expect(try Data(contentsOf: URL(filePath: part.path)) == Data(Self.segment(1)))
  }

  @Test func whatNobodyTakesIsSentAfterTheOthers() throws {
    let folder = TemporaryFolder()
    let files = try files(in: folder)
    for number in UInt64(1)...2 {
      let name = files.begin(Self.recording(number), part: 1)
      _ = files.append(Self.segment(1), isLast: true, named: name)
    }
    let first = try #require(try files.next())
    let second = try #require(try files.next(but: [first.path]))
    #expect(second.sound.id != first.sound.id)
    files.remove(second)
    #expect(try files.next(but: [first.path]) == nil)
    #expect(try files.next()?.path == first.path)
  }

  @Test func aDiskThatHoldsEnoughTakesNoMoreUntilSomethingIsSent() throws {
    let folder = TemporaryFolder()
    let files = try files(in: folder, mostBytes: 2 * 69 * 576)
    let name = files.begin(Self.recording(), part: 1)
    for number in UInt8(1)...3 {
      _ = files.append(Self.segment(number), isLast: false, named: name)
    }
    let kept = try sent(from: files)
    #expect(kept.map(\.offset) == [0, 69 * 576])
    _ = files.append(Self.segment(4), isLast: true, named: name)
    #expect(try files.next()?.offset == 3 * 69 * 576, "what was lost leaves its place")
  }

  @Test func soundOfWhichNothingIsKnownIsSetAside() throws {
    let folder = TemporaryFolder()
    let stray = SoundFileName(sound: Self.recording().id, part: 1, offset: 0)
    try Data([1]).write(to: folder.url.appending(path: stray.text))
    let files = try files(in: folder)
    #expect(try files.next() == nil)
    #expect(try names(in: folder) == [stray.text + ".unknown"])
  }

  @Test func namesSayWhatTheyAreAndSortAsTheirSoundGoesOn() {
    let id = SoundID(UUIDv7(high: 1, low: 2))
    let row = [
      SoundFileName(sound: id, part: 1, offset: 0), SoundFileName(sound: id, part: 1, offset: 9),
      SoundFileName(sound: id, part: 1, offset: 10), SoundFileName(sound: id, part: 2, offset: 0),
      SoundFileName(sound: id, part: 10, offset: .max),
    ]
    #expect(row.map(\.text).sorted() == row.map(\.text))
    for name in row + [SoundFileName(sound: id, part: 3)] {
      #expect(SoundFileName(name.text) == name)
    }
    for other in ["", "a.mp3", "x-1.mp3", "\(id.uuid.hexadecimal)-0.mp3", "\(row[0].text).growing"]
    {
      #expect(SoundFileName(other) == nil)
    }
  }

  // MARK: - The courier

  /// A control plane that takes pieces.
  private final class Depot: Sendable {
    private let taken = Mutex<[SoundPiece]>([])

    var pieces: [SoundPiece] { taken.withLock { $0 } }

    func take(_ piece: SoundPiece) -> Bool {
      taken.withLock { $0.append(piece) }
      return true
    }
  }

  @Test func theCourierBringsEverySegmentInItsPlaceAndThenTheEnd() async throws {
    let folder = TemporaryFolder()
    let files = try files(in: folder)
    let depot = Depot()
    let courier = SoundCourier(files, log: Self.log) { depot.take($0) }
    let run = Task { await courier.run() }
    defer { run.cancel() }
    let name = files.begin(Self.recording(), part: 1)
    for number in 1...3 {
      _ = files.append(Self.segment(UInt8(number)), isLast: number == 3, named: name)
      courier.wake()
      try await eventually("sent", within: .seconds(10)) { depot.pieces.count == number }
      await courier.kept(depot.pieces[number - 1].key)
    }
    files.end(Self.recording())
    courier.wake()
    try await eventually("the end is told", within: .seconds(10)) { depot.pieces.count == 4 }
    await courier.kept(depot.pieces[3].key)
    let offsets: [UInt64] = [0, 39_744, 79_488, 0]
    #expect(depot.pieces.map(\.offset) == offsets)
    #expect(depot.pieces.map(\.part) == [1, 1, 1, 0])
    let played = depot.pieces.compactMap(\.length).reduce(.zero, +)
    #expect(played == .milliseconds(14_904))
    #expect(try names(in: folder).isEmpty)
  }
}
