internal import Glibc

/// A thread that blocks, so that none of Swift's own few threads has to.
final class Thread: Sendable {
  /// Written once, before anybody else sees the value.
  nonisolated(unsafe) private var handle = pthread_t()

  init(_ body: @escaping @Sendable () -> Void) {
    let argument = Unmanaged.passRetained(Body(body)).toOpaque()
    let status = pthread_create(&handle, nil, runThreadBody, argument)
    precondition(status == 0, "pthread_create: \(status)")
  }

  /// Waits for its end.
  func join() { pthread_join(handle, nil) }
}

private final class Body: Sendable {
  let run: @Sendable () -> Void
  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

private func runThreadBody(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument else { return nil }
  Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
  return nil
}
