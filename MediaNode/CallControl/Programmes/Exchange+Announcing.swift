import Announcements
public import Digits
public import NodeContract
import SIP

/// Callers hear why their calls go nowhere.
extension Exchange {
  /// Has the announcement said that belongs to a refusal. False: the caller's phone is told of it at
  /// once and alone, as carriers' are, whose callers hear their carrier.
  mutating func announce(
    _ outcome: CallOutcome, to caller: Leg, of call: CallID, _ origin: CallOrigin, called: String,
    _ arrival: Arrival, at now: Moment
  ) -> Bool {
    guard configuration.announces, case .extension = origin.party,
      let notice = outcome.notice, hasRoom(for: origin.tenant.id)
    else { return false }
    var caller = caller
    guard case .session(let offer) = arrival.request.body,
      caller.session.takeOffer(offer, limit: limits.mediaLines) != nil,
      let plan = try? relay(for: caller, to: arrival.address)
    else { return false }
    caller.session = caller.session.placed(at: plan.callerLocal)
    let call = CallMachine(
      id: call, tenant: origin.tenant.id, called: called, callerToken: nextToken(),
      isOfferless: false, plan: plan, limits: limits, caller: caller, callees: [],
      state: .attended(until: now.boot.advanced(by: limits.announcement)))
    index(call, arrival)
    let language = origin.tenant.snapshot.dialling.language
    let announcement = Announcement(language.notice(notice), in: language)
    update(call.id, at: now) {
      $0.begin(refusing: outcome, saying: Programme(announcement: announcement), at: now)
    }
    return true
  }

  // MARK: - What the relay tells

  /// What `play` began under this number is over.
  public mutating func played(
    _ number: UInt32, to side: RelaySide, of relay: RelayID, at now: Moment
  ) -> [ExchangeAction] {
    guard let call = relays[relay] else { return [] }
    update(call, at: now) { $0.played(number, to: side, at: now) }
    return takeOutbox(at: now)
  }

  /// The party on that side of a decoded relay pressed a key, however it tells keys in its audio.
  public mutating func keyPressed(
    _ digit: Digit, on side: RelaySide, of relay: RelayID, at now: Moment
  ) -> [ExchangeAction] {
    guard let call = relays[relay] else { return [] }
    update(call, at: now) { $0.pressed(digit, on: side, at: now) }
    return takeOutbox(at: now)
  }
}

extension DiallingRules {
  /// What most people speak who dial like this, as far as there are prompts in it.
  var language: SpokenLanguage {
    switch countryCode {
    case "33": .french
    case "39": .italian
    case "7": .russian
    case "41", "43", "49": .german
    case "34", "51", "52", "53", "54", "56", "57", "58": .spanish
    default: .english
    }
  }
}
