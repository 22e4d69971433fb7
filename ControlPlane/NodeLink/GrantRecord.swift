import Etcd
import Foundation
import NodeContract
import Placement

/// What stands in etcd under `/tandem/v1/address/NAME`:
/// `{"generation":1,"heir":"node-a2","holder":"node-a1","standby":"node-b1"}`. The rest of the
/// epoch is the revision of the transaction that wrote it.
struct GrantRecord: Codable {
  static let prefix = "/tandem/v1/address/"

  var holder: String
  var heir: String?
  var standby: String?
  var generation: UInt32

  static func key(of address: AddressName) -> String { prefix + address.text }

  static func address(of key: String) -> AddressName? {
    key.hasPrefix(prefix) ? AddressName(key.dropFirst(prefix.count)) : nil
  }

  init(_ step: GrantStep) {
    holder = step.holding.holder.text
    heir = step.holding.heir?.text
    standby = step.holding.standby?.text
    generation = step.generation
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
      epoch: Epoch(generation: record.generation, revision: entry.modRevision))
  }
}
