import AsyncHTTPClient
import Etcd
import FoundationEssentials
import NIOCore
import NIOHTTP1
import Testing

/// One after the other: a compaction is felt by every watch of the store.
@Suite(.needsEtcd, .serialized) struct EtcdWatchTests {
  @Test func aWatchTellsWhatIsThereAndThenEveryChange() async throws {
    let etcd = try TestEtcd.client()
    let prefix = TestEtcd.prefix()
    try await etcd.put(Array("1".utf8), at: prefix + "a")

    try await withWatch(etcd, prefix) { heard in
      try await eventually("the first state") { heard.story(without: prefix) == ["all a=1"] }
      let revision = try await etcd.put(Array("2".utf8), at: prefix + "a")
      try await etcd.put(Array("x".utf8), at: prefix + "b")
      _ = try await etcd.delete(prefix + "a", expecting: revision)
      try await eventually("the changes") {
        heard.story(without: prefix) == ["all a=1", "put a=2", "put b=x", "deleted a"]
      }
    }
  }

  @Test func aWatchThatIsCutGoesOnWithoutMissingOrRepeatingAChange() async throws {
    let direct = try TestEtcd.client()
    let proxy = CuttableProxy(to: try port())
    defer { proxy.close() }
    let etcd = try TestEtcd.client(["http://127.0.0.1:\(proxy.port)"])
    let prefix = TestEtcd.prefix()

    try await withWatch(etcd, prefix) { heard in
      try await eventually("the first state") { heard.story(without: prefix) == ["all"] }
      var expected = ["all"]
      for number in 1...5 {
        proxy.cut()
        try await direct.put(Array("\(number)".utf8), at: prefix + "a")
        expected.append("put a=\(number)")
        try await eventually("change \(number)") {
          heard.story(without: prefix).filter { $0 != "interrupted" } == expected
        }
      }
    }
  }

  @Test func aWatchGoesOnAtAnotherMemberWhenOneFails() async throws {
    let direct = try TestEtcd.client()
    let proxy = CuttableProxy(to: try port())
    let own = try #require(TestEtcd.endpoint)
    let etcd = try TestEtcd.client(["http://127.0.0.1:\(proxy.port)", own])
    let prefix = TestEtcd.prefix()

    try await withWatch(etcd, prefix) { heard in
      try await eventually("the first state") { heard.story(without: prefix) == ["all"] }
      proxy.close()
      try await direct.put(Array("1".utf8), at: prefix + "a")
      try await eventually("the change") { heard.story(without: prefix).last == "put a=1" }
    }
  }

  @Test func aWatchFromARevisionThatIsGoneBeginsAnew() async throws {
    let etcd = try TestEtcd.client()
    let prefix = TestEtcd.prefix()
    try await etcd.put(Array("1".utf8), at: prefix + "a")
    let revision = try await etcd.put(Array("2".utf8), at: prefix + "a")
    try await compact(at: revision)

    try await withWatch(etcd, prefix, after: 1) { heard in
      try await eventually("everything") { heard.story(without: prefix) == ["all a=2"] }
    }
  }

  @Test func aWatchFromARevisionTellsOnlyWhatCameAfterIt() async throws {
    let etcd = try TestEtcd.client()
    let prefix = TestEtcd.prefix()
    let first = try await etcd.put(Array("1".utf8), at: prefix + "a")
    try await etcd.put(Array("2".utf8), at: prefix + "a")

    try await withWatch(etcd, prefix, after: first) { heard in
      try await eventually("the second write") { heard.story(without: prefix) == ["put a=2"] }
    }
  }

  private func port() throws -> UInt16 {
    let text = try #require(TestEtcd.endpoint?.split(separator: ":").last)
    return try #require(UInt16(text.replacing("/", with: "")))
  }

  private func compact(at revision: Int64) async throws {
    let own = try #require(TestEtcd.endpoint)
    var request = HTTPClientRequest(url: own + "/v3/kv/compaction")
    request.method = .POST
    request.body = .bytes(Array(#"{"revision":"\#(revision)"}"#.utf8))
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(5))
    #expect(response.status == .ok)
  }
}

/// Runs `body` while a watch on `prefix` is listening.
private func withWatch(
  _ etcd: EtcdClient, _ prefix: String, after revision: Int64? = nil,
  _ body: (Heard) async throws -> Void
) async throws {
  let heard = Heard()
  let watch = Task { try await etcd.follow(prefix: prefix, after: revision) { heard.add($0) } }
  do {
    try await body(heard)
  } catch {
    watch.cancel()
    throw error
  }
  watch.cancel()
  await #expect(throws: CancellationError.self) { try await watch.value }
}
