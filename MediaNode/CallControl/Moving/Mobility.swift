import NodeContract
import SIP

/// What becomes of a leg whose address is lost together with its site.
enum Mobility: UInt8, Hashable, Sendable, CaseIterable {
  /// Its party can be reached from elsewhere, and is told where the call goes on.
  case moves = 1
  /// What led to its phone ended with the site. The phone registers elsewhere by itself, and is told then.
  case returns
  /// Nothing leads to it any more, and nothing will.
  case fixed
}

extension Leg {
  /// What becomes of the leg when it goes on at `host`.
  ///
  /// Whoever listens by UDP where its packets come from has no NAT before it, which would let nobody in
  /// but the lost address. A carrier is called where it listens, by a connection of ours if need be, but for
  /// one that proved by TLS to be at the other end of a connection of its own making.
  func mobility(at host: ExchangeAddress) -> Mobility {
    let isOfItsFamily =
      ServerLocator.Family(of: host.ip) == ServerLocator.Family(of: flow.remote.address)
    guard isTrunk else {
      let isDirect = flow.transport == .udp && nextHop == flow.remote
      return isDirect && isOfItsFamily ? .moves : .returns
    }
    guard isOfItsFamily else { return .fixed }
    switch flow.transport {
    case .udp: return .moves
    case .tcp: return nextHop == nil && isIncoming ? .fixed : .moves
    case .tls: return flow.peerName != nil && host.securePort != nil ? .moves : .fixed
    }
  }
}
