public import HummingbirdCore
public import Logging
public import NIOCore
import Synchronization

/// Connections that are always attended to their end.
///
/// A listener that closes drops the connections that it accepted and had not handed out yet; their
/// handshakes go on without anybody. What the peer then opens is dropped unfinished, which
/// SwiftNIO takes for a mistake of ours and ends the process. The same holds when the task that
/// attends a connection is cancelled. Here a connection that nobody took up is closed and attended
/// nevertheless, and cancellation closes the connection instead of deserting it.
public struct AttendedChannel<Inner: ServerChildChannel>: ServerChildChannel {
  private let inner: Inner

  public init(_ inner: Inner) { self.inner = inner }

  public func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Connection> {
    inner.setup(channel: channel, logger: logger).map { value in
      Connection(value) { await inner.handle(value: value, logger: logger) }
    }
  }

  public func handle(value: Connection, logger: Logger) async { await value.attend() }

  /// An accepted connection.
  public final class Connection: ServerChildChannelValue {
    public let channel: any Channel
    private let work: @Sendable () async -> Void
    private let isAttended = Atomic(false)

    init(_ value: Inner.Value, work: @escaping @Sendable () async -> Void) {
      channel = value.channel
      self.work = work
    }

    /// Returns when the connection is over.
    func attend() async {
      isAttended.store(true, ordering: .relaxed)
      let attendance = Task(operation: work)
      await withTaskCancellationHandler {
        await attendance.value
      } onCancel: {
        channel.close(promise: nil)
      }
    }

    deinit {
      guard !isAttended.load(ordering: .relaxed) else { return }
      channel.close(promise: nil)
      Task(operation: work)
    }
  }
}
