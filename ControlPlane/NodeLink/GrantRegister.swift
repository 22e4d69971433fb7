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

  /// So many grants are written in one transaction; etcd allows 128.
  private static let together = 64

  /// Writes these, and says under which epochs their holders have the addresses from now on. Those that
  /// another write came before are left out.
  ///
  /// They are written together: a replica that reads between two writes would have one of a
  /// node's addresses moved before the others, and calls between those would be silent meanwhile.
  func write(
    _ steps: [GrantStep], after former: [AddressName: AddressGrant]
  ) async throws -> [AddressName: Epoch] {
    var epochs: [AddressName: Epoch] = [:]
    for start in stride(from: 0, to: steps.count, by: Self.together) {
      let some = Array(steps[start..<min(start + Self.together, steps.count)])
      if let written = try await writeTogether(some, after: former) {
        epochs.merge(written) { $1 }
      } else if some.count > 1 {
        for step in some {
          epochs.merge(try await writeTogether([step], after: former) ?? [:]) { $1 }
        }
      }
    }
    return epochs
  }

  /// Nil: another write came before one of them, and none is written.
  private func writeTogether(
    _ steps: [GrantStep], after former: [AddressName: AddressGrant]
  ) async throws -> [AddressName: Epoch]? {
    let records = steps.map { ($0, GrantRecord($0, after: former[$0.address])) }
    let revision = try await etcd.compareAndSet(
      records.map { step, record in
        ComparedWrite(
          key: GrantRecord.key(of: step.address), expectedRevision: step.expectedRevision,
          value: record.bytes)
      })
    guard let revision else { return nil }
    return Dictionary(
      records.map { step, record in
        (step.address, Epoch(generation: step.generation, revision: record.since ?? revision))
      }, uniquingKeysWith: { $1 })
  }
}
