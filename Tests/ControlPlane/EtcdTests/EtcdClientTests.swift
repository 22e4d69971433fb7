import AsyncHTTPClient
import Etcd
import Testing

@Suite(.needsEtcd) struct EtcdClientTests {
  @Test func whatIsWrittenIsRead() async throws {
    let etcd = try TestEtcd.client()
    let key = TestEtcd.prefix() + "key"
    #expect(try await etcd.get(key) == nil)

    let revision = try await etcd.put([0, 255, 10], at: key)

    let entry = try #require(try await etcd.get(key))
    #expect(entry.value == [0, 255, 10])
    #expect(entry.modRevision == revision)
  }

  @Test func aPrefixFindsItsKeysAndNoOthers() async throws {
    let etcd = try TestEtcd.client()
    let prefix = TestEtcd.prefix()
    for name in ["a", "b"] { try await etcd.put(Array(name.utf8), at: prefix + name) }
    try await etcd.put([], at: String(prefix.dropLast()) + "0")

    let range = try await etcd.range(prefix: prefix)

    #expect(range.entries.map(\.key) == [prefix + "a", prefix + "b"])
    #expect(range.revision > 0)
  }

  @Test func ofManyWhoTakeAFreeKeyOneGetsIt() async throws {
    let etcd = try TestEtcd.client()
    let key = TestEtcd.prefix() + "key"

    let winners = try await withThrowingTaskGroup(of: (Int, CompareAndSetResult).self) { group in
      for number in 0..<20 {
        group.addTask {
          (number, try await etcd.compareAndSet(key, expecting: 0, to: Array("\(number)".utf8)))
        }
      }
      var winners: [Int] = []
      for try await case (let number, .written) in group { winners.append(number) }
      return winners
    }

    #expect(winners.count == 1)
    let value = try #require(try await etcd.get(key)).value
    #expect(String(decoding: value, as: UTF8.self) == "\(winners[0])")
  }

  @Test func aWriteThatExpectsAnOlderRevisionLosesAndSeesWhatIsThere() async throws {
    let etcd = try TestEtcd.client()
    let key = TestEtcd.prefix() + "key"
    let first = try await etcd.put([1], at: key)
    let second = try await etcd.put([2], at: key)

    let stale = try await etcd.compareAndSet(key, expecting: first, to: [3])
    guard case .lost(to: let entry?) = stale else {
      Issue.record("a stale write went through: \(stale)")
      return
    }
    #expect(entry.value == [2])
    #expect(entry.modRevision == second)

    guard case .written = try await etcd.compareAndSet(key, expecting: second, to: [4]) else {
      Issue.record("a fresh write was refused")
      return
    }
    #expect(try await etcd.get(key)?.value == [4])
  }

  @Test func ofKeysThatAreWrittenTogetherAllAreOrNone() async throws {
    let etcd = try TestEtcd.client()
    let prefix = TestEtcd.prefix()
    let known = try await etcd.put([1], at: prefix + "b")

    let written = try await etcd.compareAndSet([
      ComparedWrite(key: prefix + "a", expectedRevision: 0, value: [2]),
      ComparedWrite(key: prefix + "b", expectedRevision: known, value: [3]),
    ])

    let range = try await etcd.range(prefix: prefix)
    #expect(range.entries.map(\.value) == [[2], [3]])
    #expect(range.entries.allSatisfy { $0.modRevision == written })
    let stale = try await etcd.compareAndSet([
      ComparedWrite(key: prefix + "a", expectedRevision: try #require(written), value: [4]),
      ComparedWrite(key: prefix + "b", expectedRevision: known, value: [5]),
    ])
    #expect(stale == nil)
    #expect(try await etcd.range(prefix: prefix).entries == range.entries)
  }

  @Test func aKeyIsDeletedOnlyAsItWasSeen() async throws {
    let etcd = try TestEtcd.client()
    let key = TestEtcd.prefix() + "key"
    let first = try await etcd.put([1], at: key)
    let second = try await etcd.put([2], at: key)

    guard case .lost = try await etcd.delete(key, expecting: first) else {
      Issue.record("a stale delete went through")
      return
    }
    guard case .written = try await etcd.delete(key, expecting: second) else {
      Issue.record("a fresh delete was refused")
      return
    }
    #expect(try await etcd.get(key) == nil)
  }

  @Test func aKeyEndsWithItsLease() async throws {
    let etcd = try TestEtcd.client()
    let key = TestEtcd.prefix() + "key"
    let lease = try await etcd.grantLease(timeToLive: .seconds(30))
    try await etcd.put([1], at: key, lease: lease)
    try await etcd.keepAlive(lease)
    #expect(try await etcd.get(key)?.lease == lease)

    try await etcd.revoke(lease)

    #expect(try await etcd.get(key) == nil)
    await #expect(throws: EtcdError.leaseNotFound(lease)) { try await etcd.keepAlive(lease) }
    await #expect(throws: EtcdError.leaseNotFound(lease)) {
      _ = try await etcd.compareAndSet(key, expecting: 0, to: [2], lease: lease)
    }
  }

  @Test func aMemberThatIsDownIsPassedOver() async throws {
    let own = try #require(TestEtcd.endpoint)
    let etcd = try TestEtcd.client(["http://127.0.0.1:1", own])
    let key = TestEtcd.prefix() + "key"

    try await etcd.put([1], at: key)

    #expect(try await etcd.get(key)?.value == [1])
  }
}

@Suite struct EtcdWithoutAMemberTests {
  @Test func whenNoMemberAnswersTheErrorNamesEachOfThem() async throws {
    let etcd = EtcdClient(
      endpoints: ["http://127.0.0.1:1", "http://127.0.0.1:2/"], http: .shared,
      timeout: .seconds(1))
    let error = await #expect(throws: EtcdError.self) { try await etcd.get("key") }
    let text = error.map(String.init(describing:)) ?? ""
    #expect(text.contains("http://127.0.0.1:1: "))
    #expect(text.contains("http://127.0.0.1:2: "))
  }
}
