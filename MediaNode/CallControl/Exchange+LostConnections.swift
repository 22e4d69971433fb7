import NodeContract
import SIP

/// A call outlives its phone's connection: what is said within it goes over the path by which the
/// phone registers next.
extension Exchange {
  mutating func connectionLost(_ flow: Flow, of phones: [BindingChange], at now: Moment) {
    let keys = Set(phones.map { BindingKey(tenant: $0.tenant, extension: $0.extension) })
    for key in keys.sorted() {
      for id in (lines[key] ?? []).sorted() {
        update(id, at: now) { $0.connectionLost(flow) }
      }
    }
  }

  /// A device of the extension has registered.
  ///
  /// - Parameter before: the bindings that the extension had.
  mutating func registered(
    _ key: BindingKey, over flow: Flow, at address: ExchangeAddress, before: [Binding],
    at now: Moment
  ) {
    let isNew = !before.contains { $0.flow == flow }
    let concerned = (lines[key] ?? []).filter { id in
      isNew || calls[id].map { !$0.machine.moves.isEmpty } ?? false
    }
    guard !concerned.isEmpty else { return }
    let after = registrar.bindings(of: key)
    guard let device = after.last(where: { $0.flow == flow }) else { return }
    let path = NewPath(
      extension: key.extension, flow: flow, address: address, contact: device.contact,
      replaced: Set(before.filter { $0.isReplaced(over: flow, in: after) }.map(\.flow)),
      isOnly: registrar.devices(of: key).count == 1 && expected.bindings(of: key).isEmpty)
    for id in concerned.sorted() { update(id, at: now) { $0.found(path, at: now) } }
  }
}

/// How a device is reached that was reached otherwise before.
struct NewPath: Hashable, Sendable {
  let `extension`: ExtensionID
  let flow: Flow
  let address: ExchangeAddress
  /// What the device calls itself now.
  let contact: SIPURI
  /// Those that the same device was known by.
  let replaced: Set<Flow>
  /// The extension has no other device.
  let isOnly: Bool

  /// Who lost its connection is taken for this device if it comes from the same place, or nobody
  /// else could be meant: a binding that ended with its connection names no device any more.
  ///
  /// - Parameter isMoving: its call goes on at another address, of which it is to be told, or of its end.
  func leads(to leg: Leg, isMoving: Bool = false) -> Bool {
    guard case .extension(`extension`, _) = leg.party, leg.phase == .answered || isMoving,
      leg.address == address.name
    else { return false }
    guard let lost = leg.lostFlow else { return replaced.contains(leg.flow) }
    return replaced.contains(leg.flow) || isOnly || lost.remote.address == flow.remote.address
  }
}

extension CallMachine {
  mutating func connectionLost(_ flow: Flow) -> [CallAction] {
    for leg in legs where leg.flow == flow { self[leg.id].lostFlow = leg.lostFlow ?? flow }
    return []
  }

  mutating func found(_ path: NewPath, at now: Moment) -> [CallAction] {
    var actions: [CallAction] = []
    for leg in legs where path.leads(to: leg, isMoving: moves[leg.id] != nil) {
      self[leg.id].flow = path.flow
      guard moves[leg.id] != nil else { continue }
      self[leg.id].take(path.flow, from: path.address)
      if self[leg.id].dialog == nil { self[leg.id].invite.uri = path.contact }
      actions += cameBack(leg.id, at: now)
    }
    return actions
  }
}

extension Binding {
  fileprivate func isReplaced(over flow: Flow, in after: [Binding]) -> Bool {
    after.contains { $0.flow == flow && isReplaced(by: $0.contact, $0.traits) }
  }
}
