import NodeContract
import SIP

/// Who is watched, for what.
struct EventResource: Hashable, Sendable {
  let tenant: TenantID
  let `extension`: ExtensionID
  let package: EventPackage
  /// Of the extension's switches one, in the place of its calls.
  var `switch`: AnsweringSwitches.Kind?

  var key: BindingKey { BindingKey(tenant: tenant, extension: `extension`) }
}

/// One subscription as its notifier sees it (RFC 6665 section 4.2), with the dialog that it lives
/// in. A value: events in, NOTIFYs out. One NOTIFY is under way at most; what changes meanwhile is
/// told together in the next.
struct EventSubscription: Equatable, Sendable {
  /// Why it ends (RFC 6665 section 4.1.3).
  enum EndReason: String, Hashable, Sendable, CaseIterable {
    /// It expired or was given back.
    case timeout
    /// What was watched is gone.
    case noresource
    /// Subscribe again at once, elsewhere.
    case deactivated
  }

  enum State: Hashable, Sendable {
    /// Changes are told until then. Leads to `ending`, `over`.
    case active(until: BootInstant)
    /// Nothing is told any more but that it ends. Leads to `over`.
    case ending(EndReason)
    /// The last NOTIFY was sent, or the subscriber is gone.
    case over
  }

  let resource: EventResource
  let event: EventName
  /// Whose phone it is.
  let subscriber: ExtensionID
  /// Ours, that the phone talks to.
  var address: AddressName
  @CopyOnWrite var dialog: Dialog
  var flow: Flow
  private(set) var state: State
  /// Grows with each document (RFC 4235 section 4.1).
  private(set) var version: UInt32 = 0
  private(set) var isNotifying = false
  /// Something changed since the last NOTIFY.
  private(set) var isStale = false
  /// Whoever carries it on next knows how far its numbers are, more or less.
  var isRemembered = true
  /// When that is told if nothing else is before.
  private var tellAt: BootInstant?

  init(
    _ resource: EventResource, event: EventName, subscriber: ExtensionID, address: AddressName,
    dialog: Dialog, flow: Flow
  ) {
    self.resource = resource
    self.event = event
    self.subscriber = subscriber
    self.address = address
    self.dialog = dialog
    self.flow = flow
    state = .over
  }

  /// As another process knew it. A NOTIFY that was under way is sent anew.
  init(
    restoring subscription: EventSubscription, state: State, version: UInt32, isNotifying: Bool,
    isStale: Bool
  ) {
    self = subscription
    self.state = state
    self.version = version
    self.isNotifying = isNotifying
    self.isStale = isStale
  }

  var key: DialogKey { DialogKey(callID: dialog.id.callID, localTag: dialog.id.localTag) }

  var isOver: Bool { state == .over }

  /// When `deadlinePassed` has something to do.
  var nextDeadline: BootInstant? {
    switch state {
    case .active(let until): min(until, tellAt ?? until)
    case .ending, .over: nil
    }
  }

  // MARK: - Events

  /// A SUBSCRIBE was accepted for this long; each is followed by a NOTIFY at once (section 4.2.1.2).
  mutating func accepted(for lifetime: Duration, at now: BootInstant) {
    state =
      lifetime > .zero ? .active(until: now.advanced(by: lifetime)) : .ending(.timeout)
    isStale = true
  }

  mutating func changed() { isStale = true }

  mutating func end(_ reason: EndReason) {
    guard case .active = state else { return }
    state = .ending(reason)
    isStale = true
  }

  mutating func deadlinePassed(at now: BootInstant) {
    if let instant = tellAt, instant <= now { tellAt = nil }
    guard case .active(let until) = state, until <= now else { return }
    end(.timeout)
  }

  /// The subscriber's final response to our NOTIFY; nil: silence. Whoever does not know the
  /// subscription, or is not there, is told no more (section 4.2.2).
  mutating func notifyAnswered(_ status: Int?) {
    isNotifying = false
    switch status ?? StatusCode.requestTimeout {
    case 200..<300, StatusCode.serverInternalError, StatusCode.serviceUnavailable: break
    default: state = .over
    }
  }

  /// Another process carries it on: a NOTIFY whose answer went elsewhere is repeated as a new one,
  /// whose CSeq and version are above what the subscriber may have seen.
  mutating func adopted() {
    isStale = true
    isNotifying = false
    isRemembered = false
    for _ in 0..<100 { _ = dialog.skipSequence() }
    version &+= 100
  }

  mutating func lasts(until instant: BootInstant) {
    if case .active = state { state = .active(until: instant) }
  }

  /// The subscriber is told how things are now, but not at once.
  mutating func tell(at instant: BootInstant) {
    isStale = true
    tellAt = instant
  }

  // MARK: - NOTIFY

  /// What is to be sent now; nil: nothing, or not yet.
  ///
  /// - Parameter describe: writes the document of this version.
  mutating func notification(
    at now: BootInstant, describe: (EventSubscription) -> String
  ) -> SIPRequest? {
    guard isStale, !isNotifying, let value = stateField(at: now) else { return nil }
    isStale = false
    tellAt = nil
    isNotifying = true
    let body = Array(describe(self).utf8)
    version &+= 1
    var request = dialog.request(
      .notify, body: .other(contentType: resource.package.contentType, bytes: body))
    request.headers["Event"] = event.value
    request.headers["Subscription-State"] = value
    if case .ending = state { state = .over }
    return request
  }

  /// The value of Subscription-State (section 8.2.3).
  private func stateField(at now: BootInstant) -> String? {
    switch state {
    case .active(let until):
      let left = max(0, now.duration(to: until).nanoseconds)
      return "active;expires=\((left + 999_999_999) / 1_000_000_000)"
    case .ending(let reason): return "terminated;reason=\(reason.rawValue)"
    case .over: return nil
    }
  }
}
