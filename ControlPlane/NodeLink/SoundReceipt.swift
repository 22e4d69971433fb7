import Logging
import NodeContract

/// Keeps one session's sound, piece by piece: what cannot be kept now is not acknowledged, and the node
/// sends it again, here or elsewhere.
struct SoundReceipt {
  let session: NodeSession
  let keeper: any SoundKeeper
  let logger: Logger

  /// Runs until the session ends.
  func run() async {
    for await _ in session.soundWakeups {
      while let piece = await session.takeSound() {
        do {
          try await keeper.keep(piece)
          await session.soundIsKept(piece.key)
        } catch {
          logger.error(
            "a sound is not kept yet",
            metadata: [
              "node": "\(session.hello.node)", "sound": "\(piece.sound.id)", "reason": "\(error)",
            ])
        }
      }
    }
  }
}
