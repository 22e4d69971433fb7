public import Etcd
public import Logging
public import NodeContract
public import Placement
public import ServiceLifecycle
import Synchronization

/// All grants as etcd has them, kept up to date by a watch. While etcd is away the last table
/// stays: nothing moves without a quorum, so it is still true.
public final class GrantTable: Service, GrantSource {
  private struct State {
    /// `nil` until etcd was read for the first time.
    var table: [AddressName: AddressGrant]?
    var isInterrupted = false
    var lastListener = 0
    var listeners: [Int: AsyncStream<[AddressName: AddressGrant]>.Continuation] = [:]
  }

  private let etcd: EtcdClient
  private let logger: Logger
  private let state = Mutex(State())

  public init(_ etcd: EtcdClient, logger: Logger) {
    self.etcd = etcd
    self.logger = logger
  }

  /// Follows etcd until shutdown; while it is away it tries again.
  public func run() async throws {
    await cancelWhenGracefulShutdown { [self] in
      try? await etcd.follow(prefix: GrantRecord.prefix) { [self] in note($0) }
    }
    for listener in state.withLock({ $0.listeners }).values { listener.finish() }
  }

  /// Who holds `address`; `nil` when nobody was granted it or etcd has not been read yet.
  public func grant(of address: AddressName) -> AddressGrant? {
    state.withLock { $0.table?[address] }
  }

  public func grants() -> AsyncStream<[AddressName: AddressGrant]> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: [AddressName: AddressGrant].self, bufferingPolicy: .bufferingNewest(1))
    let number = state.withLock { state in
      state.lastListener += 1
      state.listeners[state.lastListener] = continuation
      if let table = state.table { continuation.yield(table) }
      return state.lastListener
    }
    continuation.onTermination = { [weak self] _ in
      self?.state.withLock { $0.listeners[number] = nil }
    }
    return stream
  }

  /// Applies an update, then tells it while the lock still orders it against the next one.
  private func note(_ update: EtcdUpdate) {
    let interruption = state.withLock { state -> EtcdError? in
      if case .interrupted(let error) = update {
        defer { state.isInterrupted = true }
        return state.isInterrupted ? nil : error
      }
      state.isInterrupted = false
      state.table = GrantTable.table(after: update, in: state.table ?? [:])
      for continuation in state.listeners.values { continuation.yield(state.table ?? [:]) }
      return nil
    }
    guard let interruption else { return }
    logger.warning("cannot follow the grants in etcd", metadata: ["error": "\(interruption)"])
  }

  private static func table(
    after update: EtcdUpdate, in table: [AddressName: AddressGrant]
  ) -> [AddressName: AddressGrant] {
    var table = table
    switch update {
    case .all(let range):
      table = [:]
      for entry in range.entries { table.note(entry) }
    case .put(let entry): table.note(entry)
    case .deleted(let key, _): GrantRecord.address(of: key).map { table[$0] = nil }
    case .interrupted: break
    }
    return table
  }
}

extension [AddressName: AddressGrant] {
  /// A value that cannot be read grants nothing, and its key is not free either.
  mutating func note(_ entry: EtcdEntry) {
    guard let address = GrantRecord.address(of: entry.key) else { return }
    self[address] = AddressGrant(entry)
  }
}
