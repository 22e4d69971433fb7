internal import Glibc
public import Logging
internal import Synchronization

/// What a listener hears.
public enum ListenerEvent: Hashable, Sendable {
  case notification(channel: String, payload: String)
  /// Notifications may have been missed: whoever follows the database reads it anew. Comes first,
  /// after every reconnect, and when a subscriber was too slow.
  case resynchronize
}

/// A connection that LISTENs, on a thread of its own. Any number of subscribers; each hears first
/// of all that it has to read everything once.
public final class Listener: Sendable {
  /// Events that a slow subscriber may leave unread before the oldest are dropped and it is told
  /// to resynchronize.
  static let bufferedEvents = 4096

  private let subscribers = Mutex(Subscribers())
  private let stopping: (read: Int32, write: Int32)
  private let channels: [String]
  private let configuration: PostgresConfiguration
  private let logger: Logger
  private let thread = Mutex<Thread?>(nil)

  private struct Subscribers {
    var next = 0
    var members: [Int: Subscriber] = [:]
    var isClosed = false
  }

  /// One stream, whatever its elements are.
  private struct Subscriber: Sendable {
    let hear: @Sendable (ListenerEvent) -> Void
    let finish: @Sendable () -> Void

    init<Element: Sendable>(
      _ continuation: AsyncStream<Element>.Continuation,
      _ transform: @escaping @Sendable (ListenerEvent) -> Element?
    ) {
      finish = { continuation.finish() }
      hear = { event in
        guard let element = transform(event), case .dropped = continuation.yield(element),
          let reminder = transform(.resynchronize)
        else { return }
        continuation.yield(reminder)
      }
    }
  }

  /// Channels are plain identifiers from code.
  public init(
    _ configuration: PostgresConfiguration, channels: [String],
    logger: Logger = Logger(label: "postgres-listener")
  ) {
    precondition(
      channels.allSatisfy { $0.utf8.allSatisfy { $0 == 95 || (97...122).contains($0) } },
      "channels \(channels)")
    self.configuration = configuration
    self.channels = channels
    self.logger = logger
    var descriptors: [Int32] = [-1, -1]
    let status = pipe(&descriptors)
    precondition(status == 0, "pipe: \(errno)")
    for descriptor in descriptors { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    stopping = (descriptors[0], descriptors[1])
    thread.withLock { $0 = Thread { [self] in run() } }
  }

  /// Events from now on, each as what `transform` makes of it; `nil` is left out. The stream ends
  /// when the listener is closed.
  public func events<Element: Sendable>(
    _ transform: @escaping @Sendable (ListenerEvent) -> Element?
  ) -> AsyncStream<Element> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: Element.self, bufferingPolicy: .bufferingNewest(Listener.bufferedEvents))
    let subscriber = Subscriber(continuation, transform)
    subscriber.hear(.resynchronize)
    guard let number = add(subscriber) else {
      continuation.finish()
      return stream
    }
    continuation.onTermination = { [self] _ in
      subscribers.withLock { _ = $0.members.removeValue(forKey: number) }
    }
    return stream
  }

  /// `nil` when the listener is closed.
  private func add(_ subscriber: Subscriber) -> Int? {
    subscribers.withLock { subscribers in
      guard !subscribers.isClosed else { return nil }
      subscribers.next += 1
      subscribers.members[subscribers.next] = subscriber
      return subscribers.next
    }
  }

  /// Ends every stream and closes the connection. Blocks for a moment; call it once.
  public func close() {
    _ = write(stopping.write, [1], 1)
    thread.withLock { $0 }?.join()
    let remaining = subscribers.withLock { subscribers in
      subscribers.isClosed = true
      defer { subscribers.members = [:] }
      return Array(subscribers.members.values)
    }
    for subscriber in remaining { subscriber.finish() }
    Glibc.close(stopping.read)
    Glibc.close(stopping.write)
  }

  private func announce(_ event: ListenerEvent) {
    let members = subscribers.withLock { Array($0.members.values) }
    for subscriber in members { subscriber.hear(event) }
  }

  /// Listens until it is told to stop; after a loss it connects again, first at once, then with
  /// pauses that grow to two seconds.
  private func run() {
    var pause: Int32 = 0
    repeat {
      do throws(PostgresError) {
        let connection = try listen()
        pause = 0
        announce(.resynchronize)
        guard follow(connection) else { return }
        logger.warning("lost the connection that listens to Postgres")
      } catch {
        logger.warning("cannot listen to Postgres", metadata: ["reason": "\(error)"])
      }
      pause = min(2000, max(50, pause * 2))
    } while !isStopped(within: pause)
  }

  private func listen() throws(PostgresError) -> Connection {
    let connection = try Connection(configuration)
    for channel in channels { try connection.run(script: "LISTEN \(channel)") }
    return connection
  }

  /// `false` when it was told to stop, `true` when the connection broke.
  private func follow(_ connection: Connection) -> Bool {
    while true {
      while let (channel, payload) = connection.nextNotification() {
        announce(.notification(channel: channel, payload: payload))
      }
      var waits = [
        pollfd(fd: connection.socket, events: Int16(POLLIN), revents: 0),
        pollfd(fd: stopping.read, events: Int16(POLLIN), revents: 0),
      ]
      let ready = poll(&waits, 2, 10_000)
      if waits[1].revents != 0 { return false }
      if ready == 0, !isAlive(connection) { return true }
      if ready > 0, !connection.consumeInput() { return true }
    }
  }

  /// A silent server may be a vanished one.
  private func isAlive(_ connection: Connection) -> Bool {
    (try? connection.run(script: "SELECT 1")) != nil
  }

  private func isStopped(within milliseconds: Int32) -> Bool {
    var wait = pollfd(fd: stopping.read, events: Int16(POLLIN), revents: 0)
    return poll(&wait, 1, milliseconds) > 0
  }
}
