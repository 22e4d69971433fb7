import Audio
import Epoll
import Logging
import MediaPlane
import Prompts

/// The music under which callers wait, read from files while the node begins to serve.
struct WaitingMusic: Sendable {
  /// Debian's `asterisk-moh-opsound-wav`.
  static let usualFolder = "/usr/share/asterisk/moh"

  let folder: String
  let log: Logger

  /// On a thread of its own, as minutes of music take a moment; until then callers wait in silence.
  func load(into media: MediaPlane) {
    _ = SystemThread(name: "music") { [self] in
      do throws(PromptError) {
        let tracks = try PromptLibrary(synthesised: "").music(in: folder)
        media.wait(with: tracks)
        log.info("music for callers who wait", metadata: ["tracks": "\(tracks.count)"])
      } catch {
        log.notice(
          "callers wait in silence: no music could be read",
          metadata: ["folder": "\(folder)", "cause": "\(error)"])
      }
    }
  }
}
