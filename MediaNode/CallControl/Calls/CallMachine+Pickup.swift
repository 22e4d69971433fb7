import NodeContract
import SIP

/// Somebody else answers a call that rings (RFC 3891 section 7.2).
extension CallMachine {
  /// The leg that rings at this extension, to be picked up.
  func ringingLeg(at id: ExtensionID) -> LegID? {
    callees.first { leg in
      guard case .extension(id, _) = leg.party else { return false }
      return canBePickedUp(leg.id)
    }?.id
  }

  /// Without an offer of the caller's there is nothing yet that somebody else's offer could meet.
  func canBePickedUp(_ leg: LegID) -> Bool {
    guard case .ringing = state, leg != caller.id, !isOfferless, page == nil else { return false }
    return self[leg].phase == .inviting || self[leg].phase == .ringing
  }

  /// What the caller and whoever picks up have in common; nil: nothing that they could talk with.
  func commonTerms(of leg: LegID, with offer: AudioTerms)
    -> (caller: AudioTerms, picker: AudioTerms)?
  {
    let told = isReceived ? offerOfWhoWaits : caller.session.terms
    guard let offered = told ?? self[leg].session.describedTerms else { return nil }
    return (offered.answered(by: offer), offer.answered(by: offered))
  }

  /// `picker`'s INVITE takes the place of all that ring.
  mutating func pickedUp(
    by picker: Leg, _ token: RequestToken, _ terms: (caller: AudioTerms, picker: AudioTerms),
    at now: Moment
  ) -> [CallAction] {
    var picker = picker
    picker.phase = .answered
    picker.dialog?.confirm()
    callees.append(picker)
    // Whom we answered was told already.
    if !isReceived { _ = caller.session.describe(terms.caller) }
    let description = self[picker.id].session.describe(terms.picker)
    let response = self[picker.id].response(
      to: picker.invite, StatusCode.ok, body: .session(description))
    return callOff(othersThan: picker.id, at: now) + directed(to: picker.id)
      + answer(token, to: picker.invite, with: response, on: picker.id, at: now)
      + [.record(.answered, leg: picker.id)] + connectCaller(to: picker.id, at: now)
  }
}

extension Leg {
  /// Whose INVITE made the leg: ours has our tag.
  var isIncoming: Bool { invite.headers.from.tag != localTag }
}
