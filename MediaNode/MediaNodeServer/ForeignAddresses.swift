import CallControl
import NodeContract

/// Service addresses of other sites, which can never stand here: should such a site be lost, what was at its
/// addresses is served at addresses of ours that have the same role.
struct ForeignAddresses: Sendable {
  private let hosts: [AddressName: [AddressName]]
  private let trunks: Set<AddressName>

  /// - Parameter own: all that this node may hold, in the order in which they are preferred.
  init(_ settings: [ForeignAddress], besides own: [AddressSetting]) {
    let ours = Set(own.map(\.name))
    trunks = Set(settings.filter { $0.role == .trunks }.map(\.name))
    hosts = Dictionary(
      settings.filter { !ours.contains($0.name) }.map { foreign in
        (foreign.name, own.filter { $0.role == foreign.role }.map(\.name))
      }
    ) { first, _ in first }
  }

  var names: Set<AddressName> { Set(hosts.keys) }

  func contains(_ address: AddressName) -> Bool { hosts[address] != nil }

  /// Carriers' first: with their other leg's address calls for help are carried on before all others.
  func comesBefore(_ address: AddressName, _ other: AddressName) -> Bool {
    trunks.contains(address) == trunks.contains(other)
      ? address < other : trunks.contains(address)
  }

  /// Where another site's address is served; nil: we serve none now that would do.
  func host(of address: AddressName, among served: Set<AddressName>) -> AddressName? {
    hosts[address]?.first { served.contains($0) }
  }
}
