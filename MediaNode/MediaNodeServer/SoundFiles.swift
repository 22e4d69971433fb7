import FoundationEssentials
import Glibc
import Logging
import NodeContract
import Recording
import Synchronization

/// Sounds on their way from this node's disk to where they are kept: beside the files of each, `ID-PART.mp3`,
/// lies what is known of it, `ID.about`. A file that grows has another name until it is whole, or its
/// process is dead.
final class SoundFiles: Sendable {
  /// What is to be sent next.
  struct Shipment: Sendable {
    let sound: StoredSound
    /// 0: there is no file; the sound is over.
    let part: UInt32
    let path: String
  }

  private struct Growing: Hashable {
    let sound: SoundID
    let part: UInt32
  }

  private struct State {
    /// Of which more parts may begin in this process.
    var open: Set<SoundID> = []
    var growing: Set<Growing> = []
    /// Over, and that is not on disk yet.
    var ended: [StoredSound] = []
    /// What is known of it is on disk.
    var described: Set<SoundID> = []
  }

  /// MP3 of 32 kbit/s, as one leg is recorded.
  private static let bytesPerMillisecond = 4
  /// Whoever hung up before that said nothing.
  private static let shortest = 1_000 * bytesPerMillisecond

  private let folder: String
  private let log: Logger
  private let state = Mutex(State())

  /// What an earlier process left half is as whole as it will be.
  init(in folder: String, log: Logger) throws {
    self.folder = folder
    self.log = log
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    for name in try FileManager.default.contentsOfDirectory(atPath: folder)
    where name.hasSuffix(".growing") {
      finish("\(folder)/\(name.dropLast(".growing".count))")
    }
  }

  /// How long a part of so many bytes plays.
  static func length(ofBytes count: Int) -> Duration {
    .milliseconds(count / bytesPerMillisecond)
  }

  // MARK: - From the signalling loop, which waits for no disk

  func begin(_ sound: StoredSound, part: UInt32) {
    state.withLock {
      $0.open.insert(sound.id)
      $0.growing.insert(Growing(sound: sound.id, part: part))
    }
  }

  func end(_ sound: StoredSound) { state.withLock { $0.ended.append(sound) } }

  // MARK: - From the thread of recordings

  func append(_ segment: RecordingSegment, to sound: StoredSound, part: UInt32) {
    let file = path(of: sound.id, part: part)
    do {
      if state.withLock({ $0.described.insert(sound.id).inserted }) { try describe(sound) }
      try RecordingFiles.append(segment.bytes, to: file + ".growing")
    } catch {
      log.error("a message has a gap", metadata: ["file": "\(file)", "cause": "\(error)"])
    }
    guard segment.isLast else { return }
    finish(file)
    state.withLock { _ = $0.growing.remove(Growing(sound: sound.id, part: part)) }
  }

  /// The file grows no more. A first part in which nobody can have said a word is none.
  private func finish(_ file: String) {
    let growing = file + ".growing"
    var status = stat()
    guard stat(growing, &status) == 0 else { return }
    // Of a process that died.
    truncate(growing, RecordingFormat.wholeFrames(in: status.st_size, of: .one))
    if file.hasSuffix(Self.suffix(ofPart: 1)), status.st_size < Self.shortest {
      unlink(growing)
    } else if rename(growing, file) != 0 {
      log.error("a message cannot be sent", metadata: ["file": "\(file)", "errno": "\(errno)"])
    }
  }

  // MARK: - From whoever sends them

  /// The oldest part that is whole; else a sound that is over and all of whose parts are sent.
  func next(but deferred: Set<String> = []) throws -> Shipment? {
    try describeEnded()
    let open = state.withLock { $0.open.union($0.growing.map(\.sound)) }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    for name in names where name.hasSuffix(".mp3") && !deferred.contains("\(folder)/\(name)") {
      if let part = shipment(ofPart: name) { return part }
    }
    for name in names where name.hasSuffix(".about") {
      // While parts of it are here, more is known of it later.
      let hasParts = names.contains {
        $0.hasPrefix(name.dropLast(".about".count) + "-") && $0.hasSuffix(".mp3")
      }
      guard !hasParts, !deferred.contains("\(folder)/\(name)"),
        let sound = try? description("\(folder)/\(name)"), !open.contains(sound.id)
      else { continue }
      return Shipment(sound: sound, part: 0, path: "\(folder)/\(name)")
    }
    return nil
  }

  private func describeEnded() throws {
    while let sound = state.withLock({ $0.ended.first }) {
      try describe(sound)
      state.withLock { state in
        state.ended.removeFirst()
        state.open.remove(sound.id)
        state.described.insert(sound.id)
      }
    }
  }

  /// It is kept elsewhere.
  func remove(_ shipment: Shipment) {
    unlink(shipment.path)
    if shipment.part == 0 { state.withLock { _ = $0.described.remove(shipment.sound.id) } }
  }

  private func shipment(ofPart name: String) -> Shipment? {
    let words = name.dropLast(".mp3".count).split(separator: "-")
    guard words.count == 2, let part = UInt32(words[1]), part > 0 else { return nil }
    do {
      return Shipment(
        sound: try description("\(folder)/\(words[0]).about"), part: part,
        path: "\(folder)/\(name)")
    } catch {
      // It stays where a person may find it, and is in nobody's way.
      log.error("nobody knows whose sound this is", metadata: ["file": "\(name)"])
      rename("\(folder)/\(name)", "\(folder)/\(name).unknown")
      return nil
    }
  }

  private func describe(_ sound: StoredSound) throws {
    let path = "\(folder)/\(sound.id.uuid.hexadecimal).about"
    try Data(sound.encodedBody()).write(to: URL(filePath: path + ".new"))
    rename(path + ".new", path)
  }

  private func description(_ path: String) throws -> StoredSound {
    try StoredSound(parsingBody: try Data(contentsOf: URL(filePath: path)))
  }

  private func path(of sound: SoundID, part: UInt32) -> String {
    folder + "/" + sound.uuid.hexadecimal + Self.suffix(ofPart: part)
  }

  /// Names sort as parts follow each other.
  private static func suffix(ofPart part: UInt32) -> String {
    let number = String(part)
    return "-" + String(repeating: "0", count: max(0, 10 - number.count)) + number + ".mp3"
  }
}
