import AsyncHTTPClient
import Etcd
import FoundationEssentials
import Synchronization
import Testing

/// The etcd that `Tests/run` started; its client's URL is in `TANDEM_TEST_ETCD`.
enum TestEtcd {
  static let endpoint = ProcessInfo.processInfo.environment["TANDEM_TEST_ETCD"]

  static var isThere: Bool { endpoint != nil }

  static func client(_ endpoints: [String]? = nil) throws -> EtcdClient {
    let own = try #require(endpoint)
    return EtcdClient(endpoints: endpoints ?? [own], http: .shared, timeout: .seconds(2))
  }

  /// A prefix of the test's own, since tests share the store.
  static func prefix(_ test: String = #function) -> String {
    "/test/\(test)/\(UInt64.random(in: 0 ... .max))/"
  }
}

extension Trait where Self == ConditionTrait {
  static var needsEtcd: Self {
    .enabled(if: TestEtcd.isThere, "TANDEM_TEST_ETCD names no etcd; Tests/run starts one")
  }
}

/// What a watch has told so far, for a test to wait on.
final class Heard: Sendable {
  private let updates = Mutex<[EtcdUpdate]>([])

  func add(_ update: EtcdUpdate) { updates.withLock { $0.append(update) } }

  /// `put a=1`, `deleted a`, `all a=1 b=2`, `interrupted`, with the prefix taken off.
  func story(without prefix: String) -> [String] {
    func text(_ entry: EtcdEntry) -> String {
      "\(entry.key.dropFirst(prefix.count))=\(String(decoding: entry.value, as: UTF8.self))"
    }
    return updates.withLock { $0 }.map { update in
      switch update {
      case .all(let range): (["all"] + range.entries.map(text)).joined(separator: " ")
      case .put(let entry): "put \(text(entry))"
      case .deleted(let key, _): "deleted \(key.dropFirst(prefix.count))"
      case .interrupted: "interrupted"
      }
    }
  }
}

/// Waits until `condition` holds, at most ten seconds.
func eventually(
  _ what: String, sourceLocation: SourceLocation = #_sourceLocation,
  _ condition: () async throws -> Bool
) async throws {
  let clock = ContinuousClock()
  let deadline = clock.now + .seconds(10)
  while clock.now < deadline {
    if try await condition() { return }
    try await Task.sleep(for: .milliseconds(10))
  }
  Issue.record("not within ten seconds: \(what)", sourceLocation: sourceLocation)
}
