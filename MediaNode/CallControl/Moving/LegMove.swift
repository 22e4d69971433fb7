import NodeContract
import SIP

/// A leg goes on at another address than before, and its party does not know it yet. Over when the party has
/// answered our re-INVITE from there.
struct LegMove: Hashable, Sendable {
  enum Stage: Hashable, Sendable {
    /// The phone has to register first. Leads to `due`.
    case awaited
    /// The party is told then. Leads to `told`.
    case due(at: BootInstant)
    /// Our re-INVITE is under way. Leads to `due`, `awaited`.
    case told
  }

  let mobility: Mobility
  var stage: Stage
  /// A party of which nothing was heard by then is gone.
  var until: BootInstant
  /// It refused what it was told: so it is there.
  var isThere = false

  /// When something is to be done.
  var nextDeadline: BootInstant {
    switch stage {
    case .due(let instant): min(instant, until)
    case .awaited, .told: until
    }
  }

  /// Nothing leads to the phone yet: whoever talks with it hears music.
  var isAway: Bool { mobility == .returns }
}

/// Where legs of a lost address go on.
struct NewPlace: Sendable {
  let forms: AddressForms
  let epoch: Epoch

  var name: AddressName { forms.first.name }

  /// Where whoever is at the other end of the flow finds us.
  func address(for flow: Flow) -> ExchangeAddress { forms.form(toward: flow.remote.address) }
}
