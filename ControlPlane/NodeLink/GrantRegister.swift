import Etcd
import NodeContract
import Placement
import Synchronization

/// The grants where they are true: reads that a quorum answers, and writes that compare first.
///
/// All of them are fetched once. As long as nobody has written anything since, a read is a question for
/// the store's revision; else it fetches what was written.
final class GrantRegister: Sendable {
  private struct Reading {
    var grants: [AddressName: AddressGrant] = [:]
    var keys: Set<String> = []
    var revision: Int64

    mutating func note(_ entry: EtcdEntry) {
      grants.note(entry)
      keys.insert(entry.key)
    }
  }

  private let etcd: EtcdClient
  private let last = Mutex<Reading?>(nil)

  init(etcd: EtcdClient) { self.etcd = etcd }

  /// All grants, as a quorum has them at some moment after the call began.
  func read() async throws -> [AddressName: AddressGrant] {
    guard let known = last.withLock({ $0 }) else { return try await readAll() }
    let revision = try await etcd.revision()
    if revision == known.revision { return known.grants }
    // The store was put back to an earlier state.
    if revision < known.revision { return try await readAll() }
    var reading = known
    let news = try await etcd.range(prefix: GrantRecord.prefix, writtenAfter: known.revision)
    for entry in news.entries { reading.note(entry) }
    reading.revision = news.revision
    guard reading.keys.count == news.count else { return try await readAll() }
    keep(reading)
    return reading.grants
  }

  private func readAll() async throws -> [AddressName: AddressGrant] {
    let range = try await etcd.range(prefix: GrantRecord.prefix)
    var reading = Reading(revision: range.revision)
    for entry in range.entries { reading.note(entry) }
    last.withLock { $0 = reading }
    return reading.grants
  }

  /// Of several reads at a time the last word counts.
  private func keep(_ reading: Reading) {
    last.withLock { last in
      if last.map({ $0.revision < reading.revision }) ?? true { last = reading }
    }
  }

  /// The epoch under which the holder has the address from now on; nil when another write came first.
  func write(_ step: GrantStep, after former: AddressGrant?) async throws -> Epoch? {
    let record = GrantRecord(step, after: former)
    let result = try await etcd.compareAndSet(
      GrantRecord.key(of: step.address), expecting: step.expectedRevision, to: record.bytes)
    guard case .written(let revision) = result else { return nil }
    return Epoch(generation: step.generation, revision: record.since ?? revision)
  }
}
