import Audio
import CallControl
import Epoll
import FoundationEssentials
import Glibc
import LAME
import Logging
import NodeContract

/// Brings callers' questions about mailboxes to some replica, and the answers back. A message's sound
/// comes in pieces, and lies as a WAV file in a folder where prompts are found, for an hour at most.
actor MailboxErrands {
  private struct Errand {
    let question: MailboxQuestion
    let replica: ReplicaName
    let begun: ContinuousClock.Instant
    /// The sound so far.
    var sound: [UInt8] = []
  }

  /// Of a sound: no message is as long.
  private static let mostBytes = 1 << 23
  private static let mostSamples = 1_000 * 8_000
  /// Errands under way; beyond, callers hear that it cannot be done now.
  private static let mostErrands = 1_000
  /// Whoever waits for an answer has given up long before.
  private static let patience = Duration.seconds(60)
  /// How long a link may take to come up: a process that has just begun carries callers on who ask at once.
  private static let linkPatience = Duration.seconds(5)
  private static let linkPace = Duration.milliseconds(50)
  private static let filesAge: TimeInterval = 3_600

  private let folder: String
  private let replica: @Sendable () -> ReplicaName?
  private let send: @Sendable (MailboxRequest, ReplicaName) -> Void
  private let tell: @Sendable (MailboxQuestion, MailboxAnswer.Outcome) -> Void
  private let log: Logger
  private var errands: [UUIDv7: Errand] = [:]
  /// Questions that wait for a link.
  private var waiting = 0

  /// What an earlier process fetched is deleted.
  ///
  /// - Parameters:
  ///   - replica: one that is linked.
  ///   - tell: hears what came of each question, if anything did.
  init(
    in folder: String, log: Logger, replica: @escaping @Sendable () -> ReplicaName?,
    send: @escaping @Sendable (MailboxRequest, ReplicaName) -> Void,
    tell: @escaping @Sendable (MailboxQuestion, MailboxAnswer.Outcome) -> Void
  ) throws {
    self.folder = folder
    self.log = log
    self.replica = replica
    self.send = send
    self.tell = tell
    try? FileManager.default.removeItem(atPath: folder)
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }

  func ask(_ question: MailboxQuestion) async {
    errands = errands.filter { $0.value.begun.duration(to: .now) < Self.patience }
    guard errands.count + waiting < Self.mostErrands, let replica = await linkedReplica() else {
      return tell(question, .failed)
    }
    request(Errand(question: question, replica: replica, begun: .now))
  }

  /// Nil: none was linked for too long.
  private func linkedReplica() async -> ReplicaName? {
    waiting += 1
    defer { waiting -= 1 }
    let deadline = ContinuousClock.now.advanced(by: Self.linkPatience)
    while ContinuousClock.now < deadline {
      if let replica = replica() { return replica }
      try? await Task.sleep(for: Self.linkPace)
    }
    return nil
  }

  private func request(_ errand: Errand) {
    var random = SystemRandomNumberGenerator()
    let id = UUIDv7(at: MachineClock.moment().wall, using: &random)
    var verb = errand.question.verb
    if case .sound(let sound, _) = verb {
      verb = .sound(sound, offset: UInt64(errand.sound.count))
    }
    errands[id] = errand
    send(
      MailboxRequest(
        id: id, tenant: errand.question.tenant, mailbox: errand.question.mailbox, verb: verb),
      errand.replica)
  }

  func answered(_ answer: MailboxAnswer) {
    guard var errand = errands.removeValue(forKey: answer.request) else { return }
    guard case .sound(let contents, let isLast) = answer.outcome else {
      return tell(errand.question, answer.outcome)
    }
    errand.sound += contents
    guard errand.sound.count <= Self.mostBytes, !contents.isEmpty || isLast else {
      return tell(errand.question, .failed)
    }
    isLast ? finish(errand) : request(errand)
  }

  private func finish(_ errand: Errand) {
    guard case .sound(let id, _) = errand.question.verb else {
      return tell(errand.question, .failed)
    }
    do {
      forgetOld()
      try keep(errand.sound, as: id)
      tell(errand.question, .done)
    } catch {
      log.error("a message cannot be heard", metadata: ["sound": "\(id)", "cause": "\(error)"])
      tell(errand.question, .failed)
    }
  }

  private struct Unreadable: Error {}

  private func keep(_ sound: [UInt8], as id: SoundID) throws {
    guard let decoded = MP3Decoder.decode(sound, most: Self.mostSamples) else {
      throw Unreadable()
    }
    let file = WAVFile(sampleRate: decoded.sampleRate, channels: [decoded.samples])
    let path = "\(folder)/\(id.uuid.hexadecimal).wav"
    try Data(file.encoded()).write(to: URL(filePath: path + ".new"))
    guard rename(path + ".new", path) == 0 else { throw Unreadable() }
  }

  private func forgetOld() {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names {
      var status = stat()
      guard stat("\(folder)/\(name)", &status) == 0 else { continue }
      if TimeInterval(time(nil) - status.st_mtim.tv_sec) > Self.filesAge {
        unlink("\(folder)/\(name)")
      }
    }
  }
}
