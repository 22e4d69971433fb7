import Epoll
import FoundationEssentials
import Glibc
public import Logging
public import NodeContract
import Synchronization

/// Sounds on their way from this node's disk to where they are kept: beside the files of each lies what is
/// known of it, `ID.about`. A message is sent part by part, so that nobody hears half of one; a recorded call
/// as it is made, each segment a file of its own. A file that grows has another name until it is whole, or
/// its process is dead.
public final class SoundFiles: Sendable {
  /// What is to be sent next.
  struct Shipment: Sendable {
    let sound: StoredSound
    /// 0: there is no file; the sound is over.
    let part: UInt32
    /// Of the file's first byte within the part.
    let offset: UInt64
    let path: String
  }

  private struct Growing: Hashable {
    let sound: StoredSound
    let part: UInt32
    /// How much of the part is in files already.
    var length: UInt64 = 0
    /// The beginning of a frame whose end has not come yet.
    var rest: [UInt8] = []

    /// What makes the next file, or goes on with the part's only one. A part that ends early, with its
    /// process, ends with a whole frame: some players never find one again after half of one.
    mutating func take(_ bytes: [UInt8], isLast: Bool) -> Segment {
      let file = SoundFileName(
        sound: sound.id, part: part, offset: sound.isStreamed ? length : nil)
      let all = rest + bytes
      let whole = isLast ? all.count : all.count - all.count % sound.bytesPerFrame
      rest = Array(all[whole...])
      length += UInt64(whole)
      return Segment(sound: sound, file: file, contents: Array(all[..<whole]))
    }
  }

  /// What goes into a file next.
  private struct Segment {
    let sound: StoredSound
    let file: SoundFileName
    let contents: [UInt8]
  }

  private struct State {
    var latest: UInt32 = 0
    /// Parts that grow, by the names under which their segments come.
    var growing: [UInt32: Growing] = [:]
    /// Of which more parts may begin in this process.
    var open: Set<SoundID> = []
    /// Over, and that is not on disk yet.
    var ended: [StoredSound] = []
    /// What is known of it is on disk.
    var described: Set<SoundID> = []
    /// What there was to be sent when the folder was read last, the next one last.
    var queue: [Shipment] = []
    /// Of all files.
    var bytes = 0
    var isFull = false
  }

  private static let about = ".about"
  /// Whoever hung up before that said nothing.
  private static let shortestMessage = Duration.seconds(1)
  /// No more is kept here: 400 hours of calls, when no replica can be reached.
  public static let mostBytes = 12 << 30

  private let folder: String
  private let mostBytes: Int
  private let log: Logger
  private let state = Mutex(State())

  /// What an earlier process left half is as whole as it will be.
  public init(in folder: String, mostBytes: Int = SoundFiles.mostBytes, log: Logger) throws {
    self.folder = folder
    self.mostBytes = mostBytes
    self.log = log
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    for name in try FileManager.default.contentsOfDirectory(atPath: folder)
    where name.hasSuffix(SoundFileName.growing) {
      guard let file = SoundFileName(name.dropLast(SoundFileName.growing.count)) else { continue }
      let sound = try? description(of: file.sound)
      if let sound { shorten("\(folder)/\(name)", toFramesOf: sound) }
      finish(file, of: sound)
    }
    let bytes = try FileManager.default.contentsOfDirectory(atPath: folder).reduce(0) {
      $0 + (Self.size("\(folder)/\($1)") ?? 0)
    }
    state.withLock { $0.bytes = bytes }
  }

  // MARK: - From the signalling loop, which waits for no disk

  /// A name under which segments of this part come.
  public func begin(_ sound: StoredSound, part: UInt32) -> UInt32 {
    state.withLock { state in
      state.latest &+= 1
      state.open.insert(sound.id)
      state.growing[state.latest] = Growing(sound: sound, part: part)
      return state.latest
    }
  }

  public func end(_ sound: StoredSound) { state.withLock { $0.ended.append(sound) } }

  // MARK: - From the thread of recordings, which may wait for a disk

  /// Takes the next bytes of a part. `true`: something may be sent.
  public func append(_ bytes: [UInt8], isLast: Bool, named name: UInt32) -> Bool {
    guard let next = state.withLock({ $0.growing[name]?.take(bytes, isLast: isLast) }) else {
      return false
    }
    do {
      try write(next)
    } catch {
      log.error("a sound has a gap", metadata: ["file": "\(next.file.text)", "cause": "\(error)"])
    }
    let isWhole = next.sound.isStreamed || isLast
    if isWhole { finish(next.file, of: next.sound) }
    if isLast { state.withLock { $0.growing[name] = nil } }
    return isWhole
  }

  private func write(_ segment: Segment) throws {
    let (bytes, sound) = (segment.contents, segment.sound)
    guard !bytes.isEmpty, hasRoom(for: bytes.count) else { return }
    if state.withLock({ $0.described.insert(sound.id).inserted }) { try describe(sound) }
    let path = path(segment.file) + SoundFileName.growing
    let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SystemError("write \(path)") }
    defer { close(descriptor) }
    let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    guard written == bytes.count else { throw SystemError("write \(path)") }
  }

  /// What does not fit is lost, and that is said once.
  private func hasRoom(for count: Int) -> Bool {
    let (hasRoom, hasChanged) = state.withLock { state in
      let hasRoom = state.bytes + count <= mostBytes
      defer { state.isFull = !hasRoom }
      if hasRoom { state.bytes += count }
      return (hasRoom, state.isFull == hasRoom)
    }
    if hasChanged, !hasRoom {
      log.error("sounds are lost: so much waits to be sent already", metadata: ["in": "\(folder)"])
    }
    return hasRoom
  }

  /// The file grows no more. A message in whose first part nobody can have said a word is none.
  private func finish(_ file: SoundFileName, of sound: StoredSound?) {
    let growing = path(file) + SoundFileName.growing
    guard let size = Self.size(growing) else { return }
    if let sound, !sound.isStreamed, file.part == 1, sound.length(of: size) < Self.shortestMessage {
      remove(growing)
    } else if rename(growing, path(file)) != 0 {
      log.error("a sound cannot be sent", metadata: ["file": "\(file.text)", "errno": "\(errno)"])
    }
  }

  /// A process may have died in the middle of a write.
  private func shorten(_ path: String, toFramesOf sound: StoredSound) {
    guard let size = Self.size(path), size % sound.bytesPerFrame != 0 else { return }
    truncate(path, size - size % sound.bytesPerFrame)
  }

  // MARK: - From whoever sends them

  /// The oldest file that is whole; else a sound that is over and all of whose files are sent.
  func next(but deferred: Set<String> = []) throws -> Shipment? {
    try describeEnded()
    while let next = state.withLock({ $0.queue.popLast() }) {
      if !deferred.contains(next.path), access(next.path, F_OK) == 0 { return next }
    }
    let queue = try shipments(but: deferred)
    state.withLock { $0.queue = queue.reversed() }
    return state.withLock { $0.queue.popLast() }
  }

  /// All that there is to be sent now. While files of a sound are here, more may become known of it.
  private func shipments(but deferred: Set<String>) throws -> [Shipment] {
    let open = state.withLock { $0.open.union($0.growing.values.map(\.sound.id)) }
    var present: Set<SoundID> = []
    var sounds: [SoundID: StoredSound] = [:]
    var (files, ends): ([Shipment], [Shipment]) = ([], [])
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    for name in names {
      guard let file = SoundFileName(name) else { continue }
      present.insert(file.sound)
      guard !deferred.contains(path(file)) else { continue }
      guard let sound = sounds[file.sound] ?? (try? description(of: file.sound)) else {
        setAside(file)
        continue
      }
      sounds[file.sound] = sound
      files.append(
        Shipment(sound: sound, part: file.part, offset: file.offset ?? 0, path: path(file)))
    }
    for name in names where name.hasSuffix(Self.about) && !deferred.contains("\(folder)/\(name)") {
      guard let id = UUIDv7(name.dropLast(Self.about.count)).map({ SoundID($0) }),
        !present.contains(id), !open.contains(id), let sound = try? description(of: id)
      else { continue }
      ends.append(Shipment(sound: sound, part: 0, offset: 0, path: "\(folder)/\(name)"))
    }
    return files + ends
  }

  /// It stays where a person may find it, and is in nobody's way.
  private func setAside(_ file: SoundFileName) {
    log.error("nobody knows whose sound this is", metadata: ["file": "\(file.text)"])
    rename(path(file), path(file) + ".unknown")
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
    guard shipment.part > 0 else {
      unlink(shipment.path)
      state.withLock { _ = $0.described.remove(shipment.sound.id) }
      return
    }
    remove(shipment.path)
  }

  private func remove(_ path: String) {
    let size = Self.size(path) ?? 0
    unlink(path)
    state.withLock { $0.bytes = max(0, $0.bytes - size) }
  }

  // MARK: - Files

  private func describe(_ sound: StoredSound) throws {
    let path = "\(folder)/\(sound.id.uuid.hexadecimal)\(Self.about)"
    try Data(sound.encodedBody()).write(to: URL(filePath: path + ".new"))
    rename(path + ".new", path)
  }

  private func description(of sound: SoundID) throws -> StoredSound {
    let path = "\(folder)/\(sound.uuid.hexadecimal)\(Self.about)"
    return try StoredSound(parsingBody: try Data(contentsOf: URL(filePath: path)))
  }

  private func path(_ file: SoundFileName) -> String { "\(folder)/\(file.text)" }

  private static func size(_ path: String) -> Int? {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : nil
  }
}

extension StoredSound {
  /// It is sent as it is made.
  fileprivate var isStreamed: Bool {
    switch kind {
    case .message: false
    case .recording: true
    }
  }

  /// All are MP3 of 8,000 samples and 32 kbit a second for each channel, whose frames are as long.
  private var channels: Int {
    switch kind {
    case .message: 1
    case .recording(let recorded): recorded.parties == .both ? 2 : 1
    }
  }

  fileprivate var bytesPerFrame: Int { 288 * channels }

  /// How long so many bytes of it play.
  func length(of bytes: Int) -> Duration { .milliseconds(bytes / (4 * channels)) }
}
