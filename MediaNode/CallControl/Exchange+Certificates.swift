import NodeContract
public import SIP

/// Carriers that are known by the certificate that they show.
extension Exchange {
  /// The peer at the other end of a TLS connection showed a certificate that our authority vouches
  /// for, with these names. True until the connection is closed.
  public mutating func proved(_ flow: Flow, by names: [String]) {
    guard isCarriersSide(flow.local) else { return }
    certified[flow] = names.map { $0.lowercased() }
  }

  /// The trunks that are known by more than their carrier's address.
  func namedTrunks(at flow: Flow, _ address: AddressName) -> [TrunkID] {
    certifiedTrunks(at: flow, address) + locatedTrunks(at: flow, address)
  }

  private func certifiedTrunks(at flow: Flow, _ address: AddressName) -> [TrunkID] {
    guard flow.transport == .tls, let names = certified[flow] else { return [] }
    return directory.certifiedTrunks.values.filter { trunk in
      trunk.address == address
        && trunk.certificateName.map { names.contains($0.lowercased()) } ?? false
    }.map(\.id).sorted()
  }
}
