import Etcd
import NodeContract
import Placement

/// The grants where they are true: reads that a quorum answers, and writes that compare first.
struct GrantRegister: Sendable {
  let etcd: EtcdClient

  /// All grants, as a quorum has them at some moment after the call began.
  func read() async throws -> [AddressName: AddressGrant] {
    var grants: [AddressName: AddressGrant] = [:]
    for entry in try await etcd.range(prefix: GrantRecord.prefix).entries { grants.note(entry) }
    return grants
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
