import CallControl
import MediaPlane
import NodeContract
import Synchronization

/// What others left at addresses that this node was given or is about to be given, until it is carried
/// on or nobody can.
final class Inheritances: Sendable {
  /// Beyond, calls are left behind.
  fileprivate static let byteLimit = 512 << 20
  /// A call may have legs at two addresses, whose orders come one after the other. Later it is too late,
  /// and it ends.
  private static let patience = Duration.seconds(10)

  fileprivate struct Left {
    let call: LeftCall
    let relay: RelayCheckpoint?
    let until: BootInstant
  }

  fileprivate struct State {
    var calls: [CallID: Left] = [:]
    var bytes = 0
    var bindings: [AddressName: [BindingChange]] = [:]
    var subscriptions: [AddressName: [SubscriptionChange]] = [:]
  }

  private let state = Mutex(State())

  /// A replica told of it. Of several checkpoints of a call the highest counts.
  func add(_ inheritance: Inheritance, at now: BootInstant) {
    state.withLock { state in
      for call in inheritance.calls { state.add(call, until: now + Self.patience, at: now) }
      state.bindings[inheritance.address, default: []] += inheritance.bindings
      state.subscriptions[inheritance.address, default: []] += inheritance.subscriptions
    }
  }

  /// All calls that wait, and what else was left at the address, which is forgotten here.
  func take(_ address: AddressName, at now: BootInstant) -> (
    calls: [LeftCall], relays: [RelayCheckpoint], bindings: [BindingChange],
    subscriptions: [SubscriptionChange]
  ) {
    state.withLock { state in
      (
        state.calls.values.map(\.call), state.calls.values.compactMap(\.relay),
        state.bindings.removeValue(forKey: address) ?? [],
        state.subscriptions.removeValue(forKey: address) ?? []
      )
    }
  }

  /// Those that nobody could carry on for too long, which are forgotten here.
  func takeOverdue(at now: BootInstant) -> [LeftCall] {
    state.withLock { state in
      let overdue = state.calls.filter { $0.value.until < now }
      for id in overdue.keys { state.forget(id) }
      return overdue.values.map(\.call)
    }
  }

  /// Whether no call waits.
  var isEmpty: Bool { state.withLock(\.calls.isEmpty) }

  /// They are carried on.
  func forget(_ calls: some Sequence<CallID>) {
    state.withLock { state in
      for call in calls { state.forget(call) }
    }
  }
}

extension Inheritances.State {
  fileprivate mutating func add(
    _ call: Inheritance.Call, until: BootInstant, at now: BootInstant
  ) {
    let (id, size) = (call.checkpoint.call, call.checkpoint.contents.count)
    let former = calls[id]?.call
    guard former.map({ $0.number < call.checkpoint.number }) ?? true,
      bytes + size <= Inheritances.byteLimit
    else { return }
    forget(id)
    bytes += size
    calls[id] = Inheritances.Left(
      call: LeftCall(
        call: id, number: call.checkpoint.number, contents: call.checkpoint.contents,
        writtenAt: now.advanced(by: .zero - call.age)), relay: RelayCheckpoint(call.relay),
      until: until)
  }

  fileprivate mutating func forget(_ call: CallID) {
    bytes -= calls.removeValue(forKey: call)?.call.contents.count ?? 0
  }
}

extension BootInstant {
  fileprivate static func + (instant: BootInstant, duration: Duration) -> BootInstant {
    instant.advanced(by: duration)
  }
}
