import Audio
import Epoll
import Logging
import MediaPlane
import Prompts

/// The music under which callers wait, read from files.
struct WaitingMusic: Sendable {
  /// Debian's `asterisk-moh-opsound-wav`.
  static let usualFolder = "/usr/share/asterisk/moh"

  let folder: String
  let log: Logger
  /// What was read ahead.
  private var tracks: [SoundPlayer.Clip]?

  init(folder: String, log: Logger) {
    self.folder = folder
    self.log = log
  }

  /// For a process that has the time.
  mutating func readAhead() { tracks = read() }

  /// What was not read ahead is read on a thread of its own, as minutes of music take a moment; until then
  /// callers wait in silence.
  func load(into media: MediaPlane) {
    if let tracks { return media.wait(with: tracks) }
    _ = SystemThread(name: "music", precedence: .last) {
      if let tracks = read() { media.wait(with: tracks) }
    }
  }

  private func read() -> [SoundPlayer.Clip]? {
    do throws(PromptError) {
      let tracks = try PromptLibrary(synthesised: "").music(in: folder)
      log.info("music for callers who wait", metadata: ["tracks": "\(tracks.count)"])
      return tracks
    } catch {
      log.notice(
        "callers wait in silence: no music could be read",
        metadata: ["folder": "\(folder)", "cause": "\(error)"])
      return nil
    }
  }
}
