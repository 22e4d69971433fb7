import CallControl
import MediaPlane
import NodeContract
import Synchronization

/// The relays that others left, as far as somebody was heard there, until they are opened again. They are
/// known by their ports, which a call keeps wherever it goes.
final class LeftRelays: Sendable {
  private struct Ports: Hashable {
    let a: IPEndpoint
    let b: IPEndpoint
  }

  private let relays: Mutex<[Ports: RelayCheckpoint]>

  init(_ left: some Sequence<RelayCheckpoint>) {
    relays = Mutex(
      Dictionary(left.map { (Self.ports(of: $0), $0) }) { _, last in last })
  }

  private static func ports(of relay: RelayCheckpoint) -> Ports {
    Ports(a: relay.session.localA, b: relay.session.localB)
  }

  func add(_ left: [RelayCheckpoint]) {
    relays.withLock { relays in
      for relay in left { relays[Self.ports(of: relay)] = relay }
    }
  }

  /// Under the plan's number; nil: nobody was heard there.
  func take(_ plan: RelayPlan) -> RelayCheckpoint? {
    relays.withLock {
      $0.removeValue(forKey: Ports(a: plan.callerLocal, b: plan.calleeLocal))
    }?.renumbered(plan.id.number)
  }

  /// What was not taken belongs to no call.
  func forget() { relays.withLock { $0 = [:] } }
}
