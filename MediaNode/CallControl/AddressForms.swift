import NodeContract
import SIP

/// How a service address is found: by IPv4, by IPv6, or by both. It has one holder under one grant, so both
/// forms come and go together; whoever talks to one of them is talked to from that one.
struct AddressForms: Sendable {
  private let forms: [ExchangeAddress]

  /// - Parameter forms: all of one name, of which each family has one at most. Nil: there is none.
  init?(_ forms: [ExchangeAddress]) {
    guard !forms.isEmpty else { return nil }
    self.forms = forms
  }

  /// The one that counts where nothing else does, such as which records of the DNS are asked for.
  var first: ExchangeAddress { forms[0] }

  /// The one of the peer's family; nil: nothing that leaves from here gets there.
  func form(reaching peer: IPAddress) -> ExchangeAddress? {
    let family = ServerLocator.Family(of: peer)
    return forms.first { ServerLocator.Family(of: $0.ip) == family }
  }

  /// The one of the peer's family, or else the first: a peer that cannot be reached from here comes by itself.
  func form(toward peer: IPAddress) -> ExchangeAddress { form(reaching: peer) ?? first }
}

extension ExchangeConfiguration {
  /// Nil: no address of ours.
  func forms(of address: AddressName) -> AddressForms? {
    AddressForms(addresses.filter { $0.name == address })
  }
}

extension Flow {
  /// Whether both lead over IPv4, or both over IPv6.
  func isOfFamily(_ other: Flow) -> Bool {
    ServerLocator.Family(of: remote.address) == ServerLocator.Family(of: other.remote.address)
  }
}
