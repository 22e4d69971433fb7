import CallControl
import NodeContract

/// What a replica remembers of each node's part of the office, as `NodeRecord` and `Fleet` do.
final class OfficeMemory {
  struct Record {
    /// Of the node's process that said it.
    var life = 0
    var checkpoints: [CallID: (envelope: CheckpointEnvelope, receivedAt: BootInstant)] = [:]
    var bindings: [BindingKey: BindingChange] = [:]
  }

  private(set) var records: [Int: Record] = [:]

  func hasBindings(of node: Int) -> Bool { records[node]?.bindings.isEmpty == false }

  func forgetEverything() { records = [:] }

  /// A node tells everything anew. What another process of it registered before, which it does not know.
  func greet(
    _ node: Int, life: Int, _ checkpoints: [CheckpointEnvelope], _ bindings: [BindingChange],
    at now: BootInstant
  ) -> [BindingChange] {
    var record = records[node] ?? Record()
    let remembered = record.life == life ? [] : Array(record.bindings.values)
    if record.life == life { record.bindings = [:] }
    record.life = life
    record.checkpoints = [:]
    records[node] = record
    for envelope in checkpoints { keep(envelope, of: node, at: now) }
    for change in bindings { keep(change, of: node) }
    return remembered.sorted { $0.contact < $1.contact }
  }

  func keep(_ envelope: CheckpointEnvelope, of node: Int, at now: BootInstant) {
    let former = records[node]?.checkpoints[envelope.call]?.envelope.number ?? 0
    guard envelope.number > former else { return }
    records[node]?.checkpoints[envelope.call] = (envelope, now)
  }

  func retire(_ call: CallID, of node: Int) { records[node]?.checkpoints[call] = nil }

  func keep(_ change: BindingChange, of node: Int) {
    records[node]?.bindings[BindingKey(change)] = change.expiresIn > .zero ? change : nil
  }

  /// What others left at the address, with its age.
  func inheritance(of address: AddressName, for node: Int, at now: BootInstant) -> (
    calls: [(envelope: CheckpointEnvelope, age: Duration)], bindings: [BindingChange]
  ) {
    let others = records.filter { $0.key != node }.sorted { $0.key < $1.key }.map(\.value)
    let calls = others.flatMap { $0.checkpoints.values }.filter { $0.envelope.address == address }
    let bindings = others.flatMap { $0.bindings.values }.filter { $0.address == address }
    return (
      calls.sorted { $0.envelope.call < $1.envelope.call }.map {
        ($0.envelope, $0.receivedAt.duration(to: now))
      },
      bindings.sorted { $0.contact < $1.contact }
    )
  }

  /// The node has adopted the address: what was left there is in its name.
  func handOver(_ address: AddressName, to node: Int) {
    for (other, former) in records where other != node {
      var record = former
      record.checkpoints = former.checkpoints.filter { $0.value.envelope.address != address }
      record.bindings = former.bindings.filter { $0.value.address != address }
      records[other] = record
      for (key, change) in former.bindings where change.address == address {
        if records[node]?.bindings[key] == nil { records[node]?.bindings[key] = change }
      }
    }
  }
}
