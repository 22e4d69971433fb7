import CLinux
import Glibc

/// A POSIX thread of our own, for work that must neither wait for Swift's cooperative threads nor
/// block them.
public struct SystemThread: Sendable {
  private let handle: pthread_t

  /// Starts `body` on a new thread. `name` appears in `top`; it is cut at 15 bytes.
  public init(
    name: String, precedence: ThreadPrecedence = .usual, _ body: @escaping @Sendable () -> Void
  ) {
    let start = Unmanaged.passRetained(
      ThreadStart(name: name, precedence: precedence, body: body))
    var handle = pthread_t()
    let result = pthread_create(&handle, nil, runThread, start.toOpaque())
    precondition(result == 0, "no thread for \(name): \(String(cString: strerror(result)))")
    self.handle = handle
  }

  /// Waits for the body's end. Once at most, and not from the thread itself.
  public func join() { pthread_join(handle, nil) }

  /// The calling thread, as a number that no other living thread has.
  static var current: UInt { UInt(pthread_self()) }
}

private final class ThreadStart: Sendable {
  let name: String
  let precedence: ThreadPrecedence
  let body: @Sendable () -> Void

  init(name: String, precedence: ThreadPrecedence, body: @escaping @Sendable () -> Void) {
    self.name = name
    self.precedence = precedence
    self.body = body
  }
}

/// A global function, since a closure would carry the isolation of where it was written.
private func runThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  let start = Unmanaged<ThreadStart>.fromOpaque(context).takeRetainedValue()
  _ = clinux_name_thread(String(decoding: start.name.utf8.prefix(15), as: UTF8.self))
  start.precedence.take()
  start.body()
  return nil
}
