import Audio
import CallControl
import Epoll
import Logging
import MediaPlane
import Prompts
import Synchronization

/// Has announcements said: reads their sounds beside the signalling thread, which must wait for no
/// disk, and hands them to the media plane in the order in which they were asked for.
final class Announcer: Sendable {
  /// Debian's `asterisk-core-sounds-…`.
  static let usualFolder = "/usr/share/asterisk/sounds"
  /// Announcements that wait to be read; further ones are over before they begin.
  private static let longestQueue = 1_024

  private enum Job: Sendable {
    case play(Announcement, UInt32, CallControl.RelaySide, UInt64, from: Duration)
    case stopPlaying(CallControl.RelaySide, UInt64)
    case stop
  }

  private let library: PromptLibrary
  private let media: MediaPlane
  private let log: Logger
  private let bell: Doorbell
  private let jobs = Mutex<[Job]>([])
  private let thread = Mutex<SystemThread?>(nil)

  init(_ library: PromptLibrary, through media: MediaPlane, log: Logger) throws(SystemError) {
    self.library = library
    self.media = media
    self.log = log
    bell = try Doorbell()
  }

  func start() { thread.withLock { $0 = SystemThread(name: "announcer") { self.run() } } }

  /// Before the media plane does.
  func stop() {
    submit(.stop)
    thread.withLock { $0.take() }?.join()
  }

  // MARK: - From any thread

  func play(
    _ announcement: Announcement, numbered number: UInt32, to side: CallControl.RelaySide,
    of id: UInt64, from position: Duration
  ) {
    let isTaken = submit(.play(announcement, number, side, id, from: position))
    if !isTaken { media.play([], numbered: number, to: side == .caller ? .a : .b, of: id) }
  }

  func stopPlaying(to side: CallControl.RelaySide, of id: UInt64) { submit(.stopPlaying(side, id)) }

  @discardableResult
  private func submit(_ job: Job) -> Bool {
    let isTaken = jobs.withLock { jobs in
      if case .play = job, jobs.count >= Self.longestQueue { return false }
      jobs.append(job)
      return true
    }
    bell.ring()
    return isTaken
  }

  // MARK: - On its own

  private func run() {
    while true {
      bell.wait(upTo: .seconds(3_600))
      var batch: [Job] = []
      jobs.withLock { swap(&$0, &batch) }
      for job in batch {
        if case .stop = job { return }
        perform(job)
      }
    }
  }

  private func perform(_ job: Job) {
    switch job {
    case .play(let announcement, let number, let side, let id, let position):
      let clips = clips(announcement, from: position)
      media.play(clips, numbered: number, to: side == .caller ? .a : .b, of: id)
    case .stopPlaying(let side, let id): media.stopPlaying(to: side == .caller ? .a : .b, of: id)
    case .stop: break
    }
  }

  /// What is to be said instead where a sound is missing, and nothing where that is, too: whoever waits
  /// for its end goes on at once.
  private func clips(_ announcement: Announcement, from position: Duration) -> [SoundPlayer.Clip] {
    do throws(PromptError) {
      let clips = try library.clips(announcement.prompts, in: announcement.language)
      return SoundPlayer.clips(clips, from: position)
    } catch {
      if let otherwise = announcement.otherwise {
        log.notice("a sound is not there yet", metadata: ["cause": "\(error)"])
        return clips(Announcement(otherwise, in: announcement.language), from: position)
      }
      log.warning("an announcement is not said", metadata: ["cause": "\(error)"])
      return []
    }
  }
}
