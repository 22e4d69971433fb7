import NodeContract
import SIP
import Testing

@testable import CallControl

/// A site is lost, and a node of another one carries its calls on at addresses of its own.
extension World {
  /// What arrives at the lost addresses is lost; connections end, and NATs let nobody in whom their phones
  /// have sent nothing.
  /// - Parameter order: in which the lost addresses are given to the node.
  func loseSite(
    for gap: Duration = .milliseconds(900),
    in order: [AddressName] = [Fixture.phonesAddress, Fixture.trunksAddress]
  ) {
    let tenant = exchange.directory[Fixture.tenant]?.snapshot ?? Fixture.snapshot
    endLife()
    openedPaths = []
    after(gap) { [self] in
      begin(Fixture.elsewhere(exchange.configuration), with: tenant)
      for host in [Fixture.otherPhonesAddress, Fixture.otherTrunksAddress] {
        perform(exchange.adopt(host, epoch: Fixture.epoch, at: now))
      }
      for address in order { inherit(address) }
    }
  }

  func inherit(_ address: AddressName) {
    guard let host = Fixture.hosts[address] else { return }
    perform(
      exchange.inherit(
        address, epoch: Epoch(generation: 1, revision: 50), at: host,
        calls: inheritsCalls ? left : [],
        bindings: bindingChanges.filter { $0.address == address },
        subscriptions: remembered.values.filter { $0.address == address }
          .sorted { $0.key.localTag < $1.key.localTag }, at: now))
  }

  /// Whether the path leads to its party.
  func isOpen(_ flow: Flow) -> Bool {
    guard let openedPaths, let party = parties[flow.remote] else { return true }
    return flow.transport == .udp && party.privateEndpoint == nil || openedPaths.contains(flow)
  }

  /// Who talks hears where it listens, and is told where we do.
  func expectBridged(_ calls: PartyCall..., comment: String = "") {
    for call in calls {
      let relay = relays.values.first { relay in
        relay.isOpen
          && RelaySide.allCases.contains { side in
            place(on: side, of: relay) == call.theirSession?.audioEndpoint
              && (relay.directed[side] ?? relay.remote(on: side)) == call.party.mediaEndpoint
          }
      }
      #expect(relay != nil, "\(call.party.number) hears nobody \(comment)")
    }
  }

  private func place(on side: RelaySide, of relay: RelayState) -> IPEndpoint {
    side == .caller ? relay.plan.callerLocal : relay.plan.calleeLocal
  }
}

extension World.RelayState {
  fileprivate func remote(on side: RelaySide) -> IPEndpoint? {
    side == .caller ? plan.callerRemote : plan.calleeRemote
  }
}
