import Dispatch
import Glibc

/// Waits for SIGTERM or SIGINT. Made before other threads start, so that no thread takes the
/// default action.
struct TerminationSignal {
  private let signals: AsyncStream<Void>
  private let sources: [any DispatchSourceSignal]

  init() {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
    signals = stream
    sources = [SIGTERM, SIGINT].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { continuation.yield() }
      source.resume()
      return source
    }
    signal(SIGPIPE, SIG_IGN)
  }

  func wait() async {
    for await _ in signals { return }
  }
}
