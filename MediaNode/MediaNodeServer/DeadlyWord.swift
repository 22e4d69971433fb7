import Glibc
import NodeContract
import SIP
import Signalling

/// A laboratory's node dies of a word that the laboratory has made up: so it is seen what becomes of messages
/// that processes die of. No other node knows such a word.
struct DeadlyWord: MessageCustody {
  private let word: [UInt8]
  private let base: any MessageCustody

  /// As it is understood, and not before: so that it is in hand then.
  init(_ word: String, over base: any MessageCustody) {
    self.word = Array(word.utf8)
    self.base = base
  }

  func take(_ bytes: UnsafeRawBufferPointer, over flow: Flow, at now: Moment) -> Bool {
    base.take(bytes, over: flow, at: now)
  }

  func understand(_ message: SIPMessage, over flow: Flow, at now: Moment) -> Bool {
    guard base.understand(message, over: flow, at: now) else { return false }
    if message.headers["X-Deadly-Word"].map({ Array($0.utf8) }) == word { abort() }
    return true
  }

  func layDown() { base.layDown() }
}
