import CallControl
import NodeContract
import Ownership
import SIP

/// What a node has of the office: an exchange in its process, and what its keeper remembers.
final class OfficeNode {
  let index: Int
  var exchange: Exchange?

  // The keeper's memory, which a process' death spares.
  var estate: [CallID: (envelope: CheckpointEnvelope, writtenAt: BootInstant)] = [:]

  // The disk: a spool of the office's own.
  let spool: SpoolID
  var facts: [Fact] = []
  var durable = 0
  var acknowledged = 0
  var writes: [(through: Int, then: () -> Void)] = []

  // The process.
  var bindings: [BindingKey: BindingChange] = [:]
  var relays: [RelayID: Relay] = [:]
  /// What may not leave yet.
  var held: [(message: SIPMessage, flow: Flow, until: BootInstant)] = []
  /// What others left at addresses that come, until it is carried on or nobody can.
  var left: [CallID: (call: LeftCall, until: BootInstant)] = [:]
  var leftBindings: [AddressName: [BindingChange]] = [:]
  /// Addresses of another site, until their calls may go on here.
  var unsettled: [AddressName: Epoch] = [:]
  var links: [Link]

  struct Link {
    /// Of the replica's process that it leads to; nil: it is broken.
    var life: Int?
    /// What is said first comes first.
    var lastArrival: Instant = 0
  }

  /// A relay as the media plane would have it.
  struct Relay {
    var plan: RelayPlan
    var directed: [RelaySide: IPEndpoint] = [:]
    var playing: [RelaySide: UInt32] = [:]
    var seats: [RelaySide: RoomSeat] = [:]
    var recording: RecordingPart?

    func remote(on side: RelaySide) -> IPEndpoint? {
      directed[side] ?? (side == .caller ? plan.callerRemote : plan.calleeRemote)
    }

    func local(on side: RelaySide) -> IPEndpoint {
      side == .caller ? plan.callerLocal : plan.calleeLocal
    }
  }

  init(index: Int, replicas: Int) {
    self.index = index
    spool = SpoolID(UUIDv7(high: 9, low: UInt64(index)))
    links = Array(repeating: Link(), count: replicas)
  }

  var leftCalls: [LeftCall] {
    estate.values.map {
      LeftCall(
        call: $0.envelope.call, number: $0.envelope.number, contents: $0.envelope.contents,
        writtenAt: $0.writtenAt)
    }.sorted { ($0.number, $0.writtenAt) < ($1.number, $1.writtenAt) }
  }
}

/// Names a binding as replicas do.
struct BindingKey: Hashable {
  let phone: ExtensionID
  let contact: String

  init(_ change: BindingChange) {
    phone = change.extension
    contact = change.contact
  }
}
