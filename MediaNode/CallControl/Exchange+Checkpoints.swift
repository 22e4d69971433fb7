import NodeContract
import SIP

/// The calls that an event changed, and where in the outbox what it did to each begins.
struct ChangedCalls: Sendable {
  private(set) var places: [(call: CallID, place: Int)] = []

  mutating func note(_ call: CallID, at place: Int) {
    guard !places.contains(where: { $0.call == call }) else { return }
    places.append((call, place))
  }
}

/// A changed call is checkpointed once per event, as it is when everything is done, and before the
/// messages that tell of the change.
extension Exchange {
  mutating func saveChangedCalls(at now: Moment) {
    let changed = changedCalls.places
    changedCalls = ChangedCalls()
    // From the last on, so that the places before stay what they are.
    for (call, place) in changed.reversed() { save(call, at: place, now) }
  }

  private mutating func save(_ id: CallID, at place: Int, _ now: Moment) {
    guard var entry = calls.removeValue(forKey: id) else { return }
    defer { calls[id] = entry }
    if entry.machine.owesNothing {
      if entry.isSaved { outbox.append(.retireCheckpoint(id)) }
      entry.isSaved = false
    } else {
      entry.isSaved = true
      entry.checkpoints += 1
      outbox.insert(.checkpoint(envelope(of: entry, at: now)), at: place)
    }
  }

  private func envelope(of entry: CallEntry, at now: Moment) -> CheckpointEnvelope {
    CheckpointEnvelope(
      call: entry.machine.id, tenant: entry.machine.tenant, address: entry.machine.caller.address,
      epoch: entry.machine.caller.epoch, number: entry.checkpoints, summary: entry.machine.summary,
      contents: checkpoint(of: entry).bytes(at: now.boot))
  }

  private func checkpoint(of entry: CallEntry) -> CallCheckpoint {
    CallCheckpoint(
      machine: entry.$machine, serial: serial,
      sent: entry.sent.compactMapValues { layer.sentRequest($0) },
      heard: entry.requests.compactMapValues { layer.heardRequest($0) },
      credentials: entry.credentials)
  }
}

extension Leg {
  fileprivate var owesAnything: Bool { answer != nil || owesBye }
}

extension CallMachine {
  /// The call is over, and nobody waits for a word of ours: whoever carried it on would have
  /// nothing to do.
  var owesNothing: Bool {
    isEnding && open.isEmpty && !caller.owesAnything && !callees.contains(where: \.owesAnything)
  }
}
