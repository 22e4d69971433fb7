import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import Synchronization

extension EtcdClient {
  /// Tells `body` all keys that begin with `prefix`, then every change, until the task is
  /// cancelled. Goes on with another member when one fails, from the revision after the last it
  /// heard; begins anew with `.all` when that revision was compacted away. With `revision` it
  /// begins after that one and not with `.all`.
  public func follow(
    prefix: String, after revision: Int64? = nil,
    _ body: @escaping @Sendable (EtcdUpdate) async -> Void
  ) async throws {
    var following = Following(prefix: prefix, next: revision.map { $0 + 1 })
    while true {
      do {
        try await follow(&following, body)
      } catch {
        try Task.checkCancellation()
        guard let pause = await following.recover(from: error, body) else { continue }
        try await Task.sleep(for: pause)
      }
    }
  }

  private func follow(
    _ following: inout Following, _ body: @escaping @Sendable (EtcdUpdate) async -> Void
  ) async throws {
    if following.next == nil {
      let all = try await range(prefix: following.prefix)
      following.next = all.revision + 1
      following.failures = 0
      await body(.all(all))
    }
    let endpoint = members.inOrder()[0]
    let heard = Heard(next: following.next ?? 1)
    do {
      try await watch(following.prefix, at: endpoint, heard, body)
    } catch {
      following.heard(heard)
      members.failed(endpoint)
      throw error
    }
  }

  /// Listens to one member. Silence is normal, so the member is also asked whether it still
  /// follows a leader: a watch at one that does not stays open and says nothing.
  private func watch(
    _ prefix: String, at endpoint: String, _ heard: Heard,
    _ body: @escaping @Sendable (EtcdUpdate) async -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await listen(prefix, at: endpoint, heard, body) }
      group.addTask { try await askForLeader(endpoint) }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  private func listen(
    _ prefix: String, at endpoint: String, _ heard: Heard,
    _ body: @Sendable (EtcdUpdate) async -> Void
  ) async throws {
    let key = Data(prefix)
    let request = WatchRequest(
      createRequest: .init(
        key: key, rangeEnd: key.endOfPrefix, startRevision: Int64Text(heard.next)))
    let response = try await http.execute(
      try post(request, to: endpoint + "/v3/watch"), deadline: .distantFuture)
    var lines = LineSplitter()
    for try await chunk in response.body {
      for line in try lines.add(chunk.readableBytesView) {
        try await hear(line, heard, body)
      }
    }
    throw EtcdError.unavailable(["\(endpoint) ended the watch"])
  }

  private func hear(
    _ line: [UInt8], _ heard: Heard, _ body: @Sendable (EtcdUpdate) async -> Void
  ) async throws {
    let message: WatchLine
    do {
      message = try GatewayJSON.decode(from: Data(line))
    } catch {
      throw EtcdError.malformed("watch: \(error)")
    }
    if let error = message.error { throw EtcdError(error) }
    guard let result = message.result else { return }
    if let compacted = result.compactRevision?.value, compacted > 0 {
      throw EtcdError.compacted(compacted)
    }
    if result.canceled == true {
      throw EtcdError.unavailable([result.cancelReason ?? "the watch was cancelled"])
    }
    for event in result.events ?? [] { await body(event.update) }
    if let revision = result.header?.revision?.value, result.events != nil {
      heard.advance(past: revision)
    }
    heard.sawAnswer()
  }

  private func askForLeader(_ endpoint: String) async throws {
    while true {
      try await Task.sleep(for: timeout)
      let status: StatusResponse = try await call(
        endpoint, "/v3/maintenance/status", [String: String]())
      if status.leader?.isZero ?? true {
        throw EtcdError.unavailable(["\(endpoint) follows no leader"])
      }
    }
  }
}

/// How far somebody has followed a prefix.
private struct Following {
  let prefix: String
  /// The first revision not heard yet; `nil`: everything must be read again.
  var next: Int64?
  var failures = 0

  init(prefix: String, next: Int64?) {
    self.prefix = prefix
    self.next = next
  }

  mutating func heard(_ heard: Heard) {
    next = heard.next
    if heard.anything { failures = 0 }
  }

  /// Says how long to wait before the next try; `nil`: not at all.
  mutating func recover(
    from error: any Error, _ body: @Sendable (EtcdUpdate) async -> Void
  ) async -> Duration? {
    if case EtcdError.compacted = error {
      next = nil
      return nil
    }
    failures += 1
    await body(.interrupted(error as? EtcdError ?? .unavailable([String(describing: error)])))
    return .milliseconds(min(2_000, 50 << min(failures - 1, 6)))
  }
}

/// What one watch has heard, told by the task that listens to the one that waits for it.
private final class Heard: Sendable {
  private struct State {
    var next: Int64
    var anything = false
  }

  private let state: Mutex<State>

  init(next: Int64) { state = Mutex(State(next: next)) }

  var next: Int64 { state.withLock { $0.next } }
  var anything: Bool { state.withLock { $0.anything } }

  func sawAnswer() { state.withLock { $0.anything = true } }

  func advance(past revision: Int64) {
    state.withLock { $0.next = max($0.next, revision + 1) }
  }
}

/// Cuts a stream into lines of at most 16 MiB.
struct LineSplitter {
  private static let limit = 16 << 20
  private var rest: [UInt8] = []

  /// The lines that `bytes` completed, without their ends.
  mutating func add(_ bytes: some Collection<UInt8>) throws -> [[UInt8]] {
    rest += bytes
    var lines: [[UInt8]] = []
    var start = rest.startIndex
    while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
      if end > start { lines.append(Array(rest[start..<end])) }
      start = end + 1
    }
    rest.removeFirst(start)
    guard rest.count <= LineSplitter.limit else { throw EtcdError.malformed("an endless line") }
    return lines
  }
}
