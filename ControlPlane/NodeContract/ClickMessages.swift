/// What the control plane wants of a call. One that a user has made by it ("click to call"): the user's own
/// telephones ring, and whoever answers there calls the number. Or of any call, whether it is recorded.
public struct ClickOrder: Hashable, Sendable {
  public enum Verb: String, Hashable, Sendable, CaseIterable {
    case make
    /// The call ends, however far it is.
    case callOff = "call-off"
    // What is said in a call is kept from now on, or not; whoever made it.
    case beginRecording = "begin-recording"
    case pauseRecording = "pause-recording"
    case resumeRecording = "resume-recording"
    case endRecording = "end-recording"
  }

  public var verb: Verb
  /// Named by whoever orders it, so that the same order twice is one call.
  public var call: CallID
  public var tenant: TenantID
  /// Whose telephones ring, and what is dialled there; nobody's and nothing where the call is called off.
  public var `extension`: ExtensionID?
  public var number: String
  /// A number of the tenant's that is shown outside in place of the user's own, E.164 with plus; nil: the user's.
  public var shown: String?
  /// The telephones are asked to answer by themselves.
  public var answersByItself: Bool
  /// The latest of the receiver's own beats that the sender had heard, as in an `OwnershipOrder`: nobody's
  /// telephone rings for what was under way for long.
  public var beat: UInt64?

  public init(
    _ verb: Verb, call: CallID, tenant: TenantID, extension: ExtensionID? = nil,
    number: String = "",
    shown: String? = nil, answersByItself: Bool = false, beat: UInt64? = nil
  ) {
    self.verb = verb
    self.call = call
    self.tenant = tenant
    self.extension = `extension`
    self.number = number
    self.shown = shown
    self.answersByItself = answersByItself
    self.beat = beat
  }
}

/// Why a node does not make a call.
public enum ClickRefusal: String, Hashable, Sendable, CaseIterable {
  /// It serves no such tenant or extension (any more, or yet).
  case notHere = "not-here"
  /// None of the extension's telephones is registered.
  case offline
  /// Nobody has that number, or the user may not call it.
  case unknownNumber = "unknown-number"
  /// A feature code, which is for telephones.
  case featureCode = "feature-code"
  /// The tenant has no such number to show.
  case notOurs = "not-ours"
  /// The tenant, or the node, has as many calls as it may.
  case overloaded
  /// There is no such call (any more).
  case noCall = "no-call"
  /// The rule by which the call is recorded does not let it.
  case notAllowed = "not-allowed"
  /// Nobody can say how old the order is, or it is too old.
  case stale
}

/// What a node makes of an order.
public struct ClickAnswer: Hashable, Sendable {
  public var call: CallID
  public var verb: ClickOrder.Verb
  /// Nil: the telephones ring, or the call has ended.
  public var refusal: ClickRefusal?

  public init(call: CallID, verb: ClickOrder.Verb, refusal: ClickRefusal? = nil) {
    self.call = call
    self.verb = verb
    self.refusal = refusal
  }
}
