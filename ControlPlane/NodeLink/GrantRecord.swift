import Etcd
import Foundation
import NodeContract
import Placement

/// What stands in etcd under `/tandem/v1/address/NAME`:
/// `{"forced":1,"generation":1,"heir":"node-a2","holder":"node-a1","predecessor":"1.41"}`. The rest
/// of the holder's epoch is `since`, or, where that is missing, the revision of the transaction that
/// wrote the record: a change of heirs alone writes it down and makes no new owner.
struct GrantRecord: Codable {
  static let prefix = "/tandem/v1/address/"

  var holder: String
  var heir: String?
  var standby: String?
  var generation: UInt32
  /// The revision that made the holder the holder, if it was another than this.
  var since: Int64?
  /// The epoch before the holder's.
  var predecessor: String?
  /// How often the address was taken from its holder since it was last moved by plan.
  var forced: Int?

  static func key(of address: AddressName) -> String { prefix + address.text }

  static func address(of key: String) -> AddressName? {
    key.hasPrefix(prefix) ? AddressName(key.dropFirst(prefix.count)) : nil
  }

  /// - Parameter former: the grant that the step was judged by.
  init(_ step: GrantStep, after former: AddressGrant?) {
    holder = step.holding.holder.text
    heir = step.holding.heir?.text
    standby = step.holding.standby?.text
    generation = step.generation
    if let former, former.isContinued(by: step) {
      since = former.epoch.revision
      predecessor = former.predecessor?.description
      forced = former.forcedMoves == 0 ? nil : former.forcedMoves
    } else {
      predecessor = step.predecessor?.description
      forced = step.forcedMoves == 0 ? nil : step.forcedMoves
    }
  }

  var bytes: [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    guard let data = try? encoder.encode(self) else {
      preconditionFailure("a grant cannot be written as JSON: \(self)")
    }
    return Array(data)
  }
}

extension AddressGrant {
  /// `nil` for what nobody of us wrote.
  init?(_ entry: EtcdEntry) {
    guard let record = try? JSONDecoder().decode(GrantRecord.self, from: Data(entry.value)),
      let holder = NodeName(record.holder)
    else { return nil }
    self.init(
      holding: Holding(
        holder: holder, heir: record.heir.flatMap { NodeName($0) },
        standby: record.standby.flatMap { NodeName($0) }),
      epoch: Epoch(generation: record.generation, revision: record.since ?? entry.modRevision),
      revision: entry.modRevision, predecessor: record.predecessor.flatMap { Epoch($0) },
      forcedMoves: record.forced ?? 0)
  }

  /// Whether the step only chooses other heirs: the holder stays what it is, under its epoch. Who
  /// gave an address up and is given it again begins anew.
  fileprivate func isContinued(by step: GrantStep) -> Bool {
    holding.holder == step.holding.holder && epoch.generation == step.generation
      && step.forcedMoves <= forcedMoves
  }
}

extension Epoch {
  /// `1.42`
  fileprivate init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let generation = UInt32(parts[0]), let revision = Int64(parts[1]),
      revision >= 0
    else { return nil }
    self.init(generation: generation, revision: revision)
  }
}
