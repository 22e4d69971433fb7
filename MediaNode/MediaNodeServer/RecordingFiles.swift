import CallControl
import FoundationEssentials
import Glibc
import Logging
import MediaPlane
import NodeContract
import Recording
import Synchronization

/// Recordings on this node's disk: a folder for each tenant, a file for each part, which grows while
/// its call goes on. Whatever there is of a file plays.
final class RecordingFiles: Sendable {
  private struct Running {
    var latest: UInt32 = 0
    var paths: [UInt32: String] = [:]
    var sounds: [UInt32: (StoredSound, part: UInt32)] = [:]
  }

  private let folder: String
  /// Those that are not kept here for good.
  private let sounds: SoundFiles
  private let log: Logger
  private let running = Mutex(Running())

  init(in folder: String, sounds: SoundFiles, log: Logger) {
    self.folder = folder
    self.sounds = sounds
    self.log = log
  }

  /// A name under which segments of this part come.
  func begin(_ part: RecordingPart) -> UInt32 {
    if let sound = part.sound { sounds.begin(sound, part: part.number) }
    let path = path(of: part)
    return running.withLock { running in
      running.latest &+= 1
      if let sound = part.sound {
        running.sounds[running.latest] = (sound, part.number)
      } else {
        running.paths[running.latest] = path
      }
      return running.latest
    }
  }

  private func path(of part: RecordingPart) -> String {
    "\(folder)/\(part.tenant)/\(part.call)-\(part.recording)-\(part.number).mp3"
  }

  /// On the thread of recordings, which may wait for a disk.
  func append(_ segment: RecordingSegment, named name: UInt32) {
    let (path, sound) = running.withLock { running in
      let found = (running.paths[name], running.sounds[name])
      if segment.isLast { (running.paths[name], running.sounds[name]) = (nil, nil) }
      return found
    }
    if let sound { sounds.append(segment, to: sound.0, part: sound.part) }
    guard let path else { return }
    do {
      try Self.append(segment.bytes, to: path)
    } catch {
      log.error("a recording has a gap", metadata: ["file": "\(path)", "cause": "\(error)"])
    }
  }

  static func append(_ bytes: [UInt8], to path: String) throws {
    let folder = String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
    let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw WriteFailed(errno) }
    defer { close(file) }
    let written = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
    guard written == bytes.count else { throw WriteFailed(errno) }
  }
}

private struct WriteFailed: Error, CustomStringConvertible {
  let code: Int32

  init(_ code: Int32) { self.code = code }

  var description: String { String(cString: strerror(code)) }
}
